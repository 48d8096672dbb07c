// The form of a draft: groups of chips beside the text. A chip that changes is sent with its condition and the text, and
// the server gives the new text back.

import { LOST, addPart, callTerm, dress, post, removePart, showFaults, suitOperator, treeOf, type Fault } from "./chips.ts";
import { find, findAll } from "./dom.ts";

interface Answer {
  text?: string;
  english?: string;
  faults?: Fault[];
}

export function editInForm(): void {
  const tabs = find(HTMLElement, "[data-tabs]");
  const field = find(HTMLTextAreaElement, "#text");
  const panel = find(HTMLElement, "#in-form");
  if (!tabs || !field || !panel) return;
  new Editor(tabs, field, panel);
}

class Editor {
  /** The text that the form shows. */
  private shown: string | null = null;
  private sending: Promise<void> = Promise.resolve();
  private waiting = 0;
  /** What was last asked of each condition, so that leaving a cell after Enter does not ask again. */
  private readonly asked = new WeakMap<HTMLElement, string>();

  constructor(
    tabs: HTMLElement,
    private readonly field: HTMLTextAreaElement,
    private readonly panel: HTMLElement,
  ) {
    tabs.hidden = false;
    tabs.addEventListener("click", (event) => {
      if (event.target instanceof HTMLElement && event.target.role === "tab") void this.turnTo(event.target);
    });
    tabs.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const all = findAll(HTMLElement, "[role=tab]", tabs);
      const other = step && all[(all.findIndex((tab) => tab === event.target) + step + all.length) % all.length];
      if (!other) return;
      event.preventDefault();
      other.focus();
      void this.turnTo(other);
    });
    panel.addEventListener("click", (event) => this.click(event));
    panel.addEventListener("change", (event) => this.change(event));
    panel.addEventListener("keydown", (event) => this.key(event));
    field.form?.addEventListener("submit", (event) => this.submit(event));
    // A link to a line leads to the text.
    document.addEventListener(
      "click",
      (event) => {
        const link = event.target instanceof Element ? event.target.closest("a[data-line]") : null;
        const text = find(HTMLElement, "#as-text");
        if (!(link instanceof HTMLElement) || panel.hidden || !text) return;
        event.preventDefault();
        void this.turnTo(text);
        if (panel.contains(link)) this.showLine(Number(link.dataset["line"]));
      },
      true,
    );
  }

  private showLine(line: number): void {
    const lines = this.field.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.field.focus();
    this.field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    const height = this.field.scrollHeight / Math.max(lines.length, 1);
    this.field.scrollTop = Math.max(0, (line - 5) * height);
  }

  private async turnTo(tab: HTMLElement): Promise<void> {
    for (const other of findAll(HTMLElement, "[role=tab]", tab.parentElement ?? document)) {
      const is = other === tab;
      other.ariaSelected = String(is);
      other.tabIndex = is ? 0 : -1;
      const part = document.getElementById(other.getAttribute("aria-controls") ?? "");
      if (part) part.hidden = !is;
    }
    if (tab.id === "as-form" && this.shown !== this.field.value) await this.fill();
  }

  /** Fetches the form of the text as it is now. */
  private async fill(): Promise<void> {
    const text = this.field.value;
    this.panel.setAttribute("aria-busy", "true");
    const html = await post(this.panel.dataset["form"] ?? "", { text }).then((answer) => answer?.text());
    this.panel.removeAttribute("aria-busy");
    if (text !== this.field.value) return;
    const read = html && new DOMParser().parseFromString(html, "text/html");
    const part = read && find(HTMLFieldSetElement, "#form-part", read);
    if (!part) {
      this.panel.textContent = "The form can't be had just now. The text can be edited as before.";
      return;
    }
    const open = new Set(findAll(HTMLElement, "details:not([open])", this.panel).map((it) => it.dataset["chapter"]));
    const chosen = ["what", "score", "points"].map((name) => [name, addingField(this.panel, name)?.value] as const);
    this.panel.replaceChildren(document.adoptNode(part));
    for (const [name, value] of chosen) {
      const field = addingField(this.panel, name);
      if (field && value !== undefined) field.value = value;
    }
    for (const chapter of findAll(HTMLDetailsElement, "details", this.panel)) {
      chapter.open = !open.has(chapter.dataset["chapter"]);
    }
    part.disabled = this.field.readOnly;
    for (const chip of findAll(HTMLElement, "[data-cond]", this.panel)) dress(chip);
    const adding = find(HTMLElement, "[data-add-piece]", this.panel);
    if (adding) dressAdding(adding);
    this.shown = text;
  }

  private click(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if ("addIt" in button.dataset) void this.addPiece(button);
    if ("takeOut" in button.dataset) void this.takeOut(button);
    const condition = button.closest<HTMLElement>("[data-place]");
    const group = button.closest<HTMLElement>("[data-group]");
    if (!condition) return;
    if (button.dataset["add"] && group) addPart(button.dataset["add"], group, null);
    if (!("remove" in button.dataset)) return;
    removePart(button);
    void this.send(condition);
  }

  private change(event: Event): void {
    if (!(event.target instanceof HTMLElement)) return;
    const adding = event.target.closest<HTMLElement>("[data-add-piece]");
    if (adding) dressAdding(adding);
    const condition = event.target.closest<HTMLElement>("[data-place]");
    const chip = event.target.closest<HTMLElement>("[data-cond]");
    if (!condition) return;
    if (chip) {
      if (event.target.dataset["cell"] === "term") {
        if (event.target instanceof HTMLInputElement) callTerm(event.target);
        suitOperator(chip);
      }
      dress(chip);
    }
    void this.send(condition);
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault(); // it would save the draft
    const adding = event.target.closest<HTMLElement>("[data-add-piece]");
    if (adding) find(HTMLButtonElement, "[data-add-it]", adding)?.click();
    const chip = event.target.closest<HTMLElement>("[data-cond]");
    const group = chip?.parentElement?.closest<HTMLElement>("[data-group]");
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    if ((event.ctrlKey || event.metaKey) && chip && group) addPart("row", group, chip);
  }

  /** Adds a piece to the definition and goes to its condition. */
  private async addPiece(button: HTMLElement): Promise<void> {
    const section = button.closest<HTMLElement>("[data-add-piece]");
    if (!section) return;
    const asks: Record<string, string> = {};
    for (const field of findAll(HTMLElement, "input, select", section)) {
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) asks[field.name] = field.value;
    }
    const place = await this.retext(this.panel.dataset["addTo"] ?? "", asks);
    const all = findAll(HTMLElement, "[data-place]", this.panel);
    const added = place === null ? undefined : all.find((one) => one.dataset["place"] === place);
    if (!added) return;
    added.scrollIntoView({ block: "center" });
    findAll(HTMLElement, "[data-cell]", added).find((cell) => cell.checkVisibility())?.focus();
  }

  /** Takes the piece of a condition out of the definition. */
  private async takeOut(button: HTMLElement): Promise<void> {
    const condition = button.closest<HTMLElement>("[data-place]");
    const title = condition?.closest<HTMLElement>("[data-chapter]")?.dataset["chapter"];
    if (!condition) return;
    await this.retext(this.panel.dataset["removeFrom"] ?? "", { place: condition.dataset["place"] ?? "" });
    const chapters = findAll(HTMLElement, "[data-chapter]", this.panel);
    const chapter = chapters.find((one) => one.dataset["chapter"] === title);
    (chapter ? find(HTMLElement, "summary", chapter) : find(HTMLElement, "[data-add-it]", this.panel))?.focus();
  }

  /** Has the text changed once what is on its way is in it, and shows it anew; gives the place of what is new. */
  private async retext(href: string, asks: Record<string, string>): Promise<string | null> {
    await this.sending;
    const text = this.field.value;
    const answer = await post(href, { text, ...asks });
    const said = answer ? ((await answer.json()) as { text?: string; place?: string; fault?: string }) : { fault: LOST };
    const note = find(HTMLElement, "[data-piece-fault]", this.panel);
    if (note) {
      note.textContent = said.fault ?? "";
      note.hidden = !said.fault;
    }
    if (said.text === undefined || this.field.value !== text) return null;
    this.field.value = said.text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    await this.fill();
    return said.place ?? null;
  }

  /** Sends a condition, one after the other, so that each is put into the text that the one before gave. */
  private send(condition: HTMLElement): Promise<void> {
    this.waiting += 1;
    this.sending = this.sending.then(() => this.put(condition)).finally(() => (this.waiting -= 1));
    return this.sending;
  }

  private async put(condition: HTMLElement): Promise<void> {
    const root = find(HTMLElement, "[data-group]", condition);
    if (!root) return;
    const sent: HTMLElement[] = [];
    const tree = treeOf(root, sent);
    const text = this.field.value;
    const body = { text, place: condition.dataset["place"] ?? "", condition: JSON.stringify(tree) };
    const question = JSON.stringify(body);
    if (this.asked.get(condition) === question) return;
    this.asked.set(condition, question);
    const answer = await post(this.panel.dataset["rewrite"] ?? "", body);
    if (!answer) this.asked.delete(condition);
    const said = answer ? ((await answer.json()) as Answer) : { faults: [{ row: null, cell: "", words: LOST }] };
    showFaults(condition, sent, said.faults ?? []);
    if (said.text === undefined || this.field.value !== text) return;
    for (const chip of sent) delete chip.dataset["new"];
    const english = find(HTMLElement, "[data-english]", condition);
    if (english) english.textContent = said.english ?? "";
    this.shown = said.text;
    if (said.text === text) return;
    this.field.value = said.text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** What is on its way is waited for, and a chip that is in no text yet is shown before anything is saved. */
  private submit(event: SubmitEvent): void {
    if (event.submitter instanceof HTMLButtonElement && event.submitter.formNoValidate) return;
    if (this.waiting > 0) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      void this.sending.then(() => this.field.form?.requestSubmit(submitter));
      return;
    }
    if (this.panel.hidden) return;
    const open = find(HTMLElement, "[aria-invalid=true], [data-new] input", this.panel);
    if (!open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const chip = open.closest<HTMLElement>("[data-cond]");
    const note = chip && find(HTMLElement, "[data-fault]", chip);
    if (note?.hidden) {
      note.textContent = "Not in the text yet: finish it, or remove it";
      note.hidden = false;
    }
    open.focus();
  }
}

function addingField(panel: HTMLElement, name: string): HTMLInputElement | HTMLSelectElement | null {
  const found = panel.querySelector(`[data-add-piece] [name=${name}]`);
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : null;
}

/** Shows the fields that the chosen piece asks for. */
function dressAdding(section: HTMLElement): void {
  const chosen = find(HTMLSelectElement, "[name=what]", section)?.selectedOptions[0];
  const asks = (chosen?.dataset["asks"] ?? "").split(" ");
  for (const name of ["score", "points", "name"]) {
    const field = find(HTMLElement, `[name=${name}]`, section);
    if (field) field.hidden = !asks.includes(name);
  }
  const field = find(HTMLInputElement, "[name=name]", section);
  const list = chosen?.dataset["list"];
  if (list) field?.setAttribute("list", list);
  else field?.removeAttribute("list");
  if (field) field.placeholder = list ? "deal.opened" : "MQL";
}

