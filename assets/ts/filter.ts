// The bar of conditions above a list, and going from one list to another in place: what is asked stands in the address,
// and only the parts of the page that hang on it are put in anew.

import { LOST, addPart, callTerm, dress, nameTerm, post, removePart, showFaults, suitOperator, treeOf, type Fault } from "./chips.ts";
import { find, findAll, text } from "./dom.ts";
import { listChanged } from "./list.ts";

interface Built {
  text?: string;
  english?: string;
  faults?: Fault[];
  warnings?: Fault[];
}

const bar = (): HTMLElement | null => find(HTMLElement, "[data-filterbar]");

let fetching: Promise<boolean> | null = null;
/** The condition that the list shows. */
let shown = "";

export function filterLists(): void {
  const here = bar();
  if (!here) return;
  shown = find(HTMLElement, "[data-list]")?.dataset["where"] ?? "";
  for (const chip of findAll(HTMLElement, "[data-cond]", here)) dress(chip);
  here.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const group = button?.closest<HTMLElement>("[data-group]");
    if (!button || !group) return;
    if (button.dataset["add"]) void add(button.dataset["add"], group, null);
    if (!("remove" in button.dataset)) return;
    removePart(button);
    void put(here);
  });
  here.addEventListener("change", (event) => {
    const chip = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-cond]") : null;
    if (chip && event.target instanceof HTMLElement) {
      if (event.target instanceof HTMLInputElement && event.target.dataset["cell"] === "term") {
        callTerm(event.target);
        suitOperator(chip);
      }
      dress(chip);
    }
    void put(here);
  });
  here.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    if (event.key === "Escape") {
      event.target.blur();
      find(HTMLElement, "[data-rows] a[href]")?.focus();
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // What may be asked about is fetched once somebody comes near it.
  here.addEventListener("focusin", () => void dressAll(here), { once: true });
  // In the form of a change of many, too, which asks for one of these facts.
  const key = find(HTMLInputElement, "#bulk-fact [name=key]");
  key?.addEventListener("focus", () => void parts(), { once: true });
  key?.addEventListener("change", () => nameTerm(key));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-go]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void go(link.href);
  });
  // What was waited for is there: the list alone is put in anew, for somebody may be at the next condition already.
  document.addEventListener("polled", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-list] [data-swap]")) return;
    event.preventDefault();
    if (!find(HTMLElement, "[data-list][aria-busy]")) void go(location.href); // else another list is on its way
  });
  // A column is a link, so that it can be followed without a script, and a box to tick: the space bar ticks boxes.
  document.addEventListener("keydown", (event) => {
    const box = event.target instanceof HTMLElement && event.target.matches("a[role=checkbox]") ? event.target : null;
    if (!box || event.key !== " ") return;
    event.preventDefault();
    box.click();
  });
  addEventListener("popstate", () => location.reload());
}

/** Once it is known what may be asked about, the chips that stand there offer what it may be. */
async function dressAll(here: HTMLElement): Promise<void> {
  if (!(await parts())) return;
  for (const chip of findAll(HTMLElement, "[data-cond]", here)) dress(chip);
}

/** Adds a condition to the bar, or what somebody meets who works there; whether there is one that takes it. */
export function addCondition(ofSomebody: boolean): boolean {
  const here = bar();
  const what = ofSomebody ? "somebody" : "row";
  if (!here || !find(HTMLElement, `[data-add="${what}"]`, here)) return false;
  void add(what, here, null);
  return true;
}

async function add(what: string, group: HTMLElement, after: Element | null): Promise<void> {
  if (await parts()) addPart(what, group, after);
}

/** Where the list of people is, or that of companies: conditions are about these. */
const at = (): string => find(HTMLElement, "[data-list]")?.dataset["at"] ?? "";

/** What chips are made of, put into the page once. */
function parts(): Promise<boolean> {
  fetching ??= text(`${at()}/conditions`, "text/html").then((html) => {
    const found = html && find(HTMLElement, "#condition-parts", new DOMParser().parseFromString(html, "text/html"));
    if (!found) {
      fetching = null;
      return false;
    }
    document.body.append(document.adoptNode(found));
    return true;
  });
  return fetching;
}

/** How many conditions were sent to be written. */
let written = 0;

/** Has the condition written as text, and shows whom it finds. Of several on their way the last alone is shown. */
async function put(here: HTMLElement): Promise<void> {
  const mine = ++written;
  const sent: HTMLElement[] = [];
  const condition = JSON.stringify(treeOf(here, sent));
  const answer = await post(`${at()}/conditions`, { condition });
  const built = answer ? ((await answer.json()) as Built) : { faults: [{ row: null, cell: "", words: LOST }] };
  if (mine !== written) return;
  showFaults(here, sent, built.faults ?? [], built.warnings ?? []);
  if (built.text === undefined || built.text === shown) return;
  for (const chip of sent) delete chip.dataset["new"];
  shown = built.text;
  const href = new URL(location.href);
  href.searchParams.delete("after");
  href.searchParams.delete("told");
  if (href.searchParams.has("view") && href.searchParams.get("view") !== "all" && !href.searchParams.has("changed")) {
    // The view's own order and columns stay, as the page says them.
    for (const field of findAll(HTMLInputElement, "[data-swap=search] input[type=hidden]")) {
      href.searchParams.set(field.name, field.value);
    }
    href.searchParams.set("changed", "1");
  }
  if (built.text) href.searchParams.set("where", built.text);
  else href.searchParams.delete("where");
  await go(href.href);
}

/** How many lists were asked for. */
let asked = 0;

/** Shows another list in the place of this one. Of several that were asked for, the last is shown, whichever comes last. */
export async function go(href: string): Promise<void> {
  const mine = ++asked;
  const list = find(HTMLElement, "[data-list]");
  list?.setAttribute("aria-busy", "true");
  const html = await text(href, "text/html");
  if (mine !== asked) return;
  list?.removeAttribute("aria-busy");
  const page = html && new DOMParser().parseFromString(html, "text/html");
  if (!page || !find(HTMLElement, "[data-list] [data-swap=rows]", page)) {
    location.assign(href);
    return;
  }
  const focused = focusPath();
  for (const part of findAll(HTMLElement, "[data-swap]")) {
    const other = find(HTMLElement, `[data-swap="${CSS.escape(part.dataset["swap"] ?? "")}"]`, page);
    if (!other) continue;
    // A menu stays open while one chooses in it.
    if (part.matches("[popover]")) part.replaceChildren(...[...other.childNodes].map((node) => document.adoptNode(node)));
    else part.replaceWith(document.adoptNode(other));
  }
  if (href !== location.href) history.pushState(null, "", href);
  const condition = find(HTMLElement, "[data-list]", page)?.dataset["where"] ?? "";
  const mineNow = find(HTMLElement, "[data-list]");
  if (mineNow) {
    mineNow.dataset["where"] = condition;
    mineNow.dataset["stage"] = find(HTMLElement, "[data-list]", page)?.dataset["stage"] ?? "";
  }
  if (condition !== shown) {
    shown = condition;
    const chips = find(HTMLElement, "[data-filterbar] > .fb-parts", page);
    const here = find(HTMLElement, "[data-filterbar] > .fb-parts");
    if (chips && here) here.replaceWith(document.adoptNode(chips));
    for (const chip of findAll(HTMLElement, "[data-filterbar] [data-cond]")) dress(chip);
  }
  refocus(focused);
  listChanged();
}

/** Where the focus is within a part that is about to be put in anew: the part, and the place of the link there. */
function focusPath(): [string, number] | null {
  const here = document.activeElement;
  const part = here?.closest<HTMLElement>("[data-swap]");
  if (!here || !part) return null;
  return [part.dataset["swap"] ?? "", findAll(HTMLElement, "a[href], button", part).indexOf(here as HTMLElement)];
}

function refocus(path: [string, number] | null): void {
  if (!path || path[1] < 0) return;
  const part = find(HTMLElement, `[data-swap="${CSS.escape(path[0])}"]`);
  if (part) findAll(HTMLElement, "a[href], button", part)[path[1]]?.focus();
}
