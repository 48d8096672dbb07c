// Facts of a record are changed where they stand: Enter or a click makes a field of one, Enter saves, Escape leaves it.
// And a list of choices in a menu is narrowed by what is typed above it.

import { find, findAll, text } from "./dom.ts";
import { refuse, send } from "./send.ts";

export function editFacts(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-edit]") : null;
    if (!target || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    edit(target);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("send" in form.dataset)) return;
    event.preventDefault();
    void send(form);
  });
  for (const form of findAll(HTMLFormElement, "form[data-tell]")) tellFact(form);
}

/** What a fact is, as far as it says with what it is changed. */
interface Changed {
  label: string;
  /** What it takes, by the word of its field's type. */
  takes: string;
  choices: string[];
  /** What is held of it, as it is typed and as it is shown; empty where nothing is. */
  typed: string;
  shown: string;
  /** What a list of choices says where none is chosen. */
  none: string;
}

/** What a value is typed into, and where it stands when it is sent. */
interface Asked {
  /** The element that is put into the form. */
  part: HTMLElement;
  /** What gets the focus. */
  field: HTMLElement;
  /** Puts what was chosen into the form's `value`, where the field is not that itself. */
  settle?: () => void;
}

function edit(fact: HTMLAnchorElement): void {
  const form = document.createElement("form");
  form.className = "fact-edit";
  form.method = "post";
  form.action = fact.dataset["action"] ?? "";
  const key = document.createElement("input");
  key.type = "hidden";
  key.name = "key";
  key.value = fact.dataset["edit"] ?? "";
  const { label = "", takes = "", choices = "", typed = "", shown = typed } = fact.dataset;
  const asked = asks({ label, takes, choices: lines(choices), typed, shown, none: "Unknown" });
  const save = document.createElement("button");
  save.className = "btn btn--sm";
  save.textContent = "Save";
  // Whoever types presses Enter; what is chosen needs something to press, on a telephone above all.
  form.append(key, asked.part, ...(asked.settle || !(asked.field instanceof HTMLInputElement) ? [save] : []));
  fact.hidden = true;
  fact.after(form);
  if (asked.field instanceof HTMLInputElement && asked.field.type !== "checkbox") asked.field.select();
  asked.field.focus();
  const before = new URLSearchParams(said(form)).toString();
  let isOver = false;
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    form.remove();
    fact.hidden = false;
  };
  form.addEventListener("keydown", saveByEnter);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
    fact.focus();
  });
  form.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (!isOver && !(next instanceof Node && form.contains(next)) && document.hasFocus()) leave();
  });
  // A button that is pressed would take the focus from the form before it is pressed.
  form.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest("button, [role=option]")) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asked.settle?.();
    if (new URLSearchParams(said(form)).toString() !== before) {
      void send(form); // the page that comes shows what was saved
      return;
    }
    leave();
    fact.focus();
  });
}

/** A list of choices or a calendar would open, where Enter saves everywhere else. */
function saveByEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || event.defaultPrevented || !(event.target instanceof HTMLElement)) return;
  if (!event.target.matches("select, [type=checkbox], [type=date]")) return;
  event.preventDefault();
  event.target.closest("form")?.requestSubmit();
}

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean);
}

/** A fact that is told anew: once it is known which it is, it is told with what its field takes. */
function tellFact(form: HTMLFormElement): void {
  const which = find(HTMLInputElement, "[name=key]", form);
  const place = find(HTMLElement, "[data-value]", form);
  if (!which || !place) return;
  const begins = which.value;
  const plain = place.firstElementChild;
  let asked: Asked | null = null;
  let known: HTMLOptionElement | null = null;
  const options = (): HTMLOptionElement[] => [...(which.list?.options ?? [])];
  const follow = (): void => {
    const found = options().find((option) => option.value === which.value.trim()) ?? null;
    if (found === known) return;
    known = found;
    asked = null;
    const { takes = "", choices = "" } = found?.dataset ?? {};
    // Of what has no type any text is taken, and what was typed already stays.
    if (!found || takes === "" || takes === "text") {
      if (plain && place.firstElementChild !== plain) place.replaceChildren(plain);
      return;
    }
    const label = found.label;
    asked = asks({ label, takes, choices: lines(choices), typed: "", shown: "", none: "Choose" });
    if (asked.field.matches("input[name], select")) asked.field.toggleAttribute("required", true);
    const line = document.createElement(asked.settle ? "div" : "label");
    line.append("Is ", asked.part);
    place.replaceChildren(line);
  };
  // Whoever writes what a field is called means its fact.
  const mean = (): void => {
    const typed = which.value.trim();
    const words = (typed.startsWith(begins) ? typed.slice(begins.length) : typed).trim().toLowerCase();
    const all = options();
    if (words === "" || all.some((option) => option.value === typed)) return;
    const called = all.find((option) => option.label.toLowerCase() === words);
    if (called) which.value = called.value;
    follow();
  };
  which.addEventListener("input", follow);
  which.addEventListener("change", mean);
  which.addEventListener("keydown", (event) => {
    // Before the focus goes on to the value.
    if (event.key === "Tab" || event.key === "Enter") mean();
  });
  form.addEventListener("keydown", saveByEnter);
  form.addEventListener("submit", (event) => {
    asked?.settle?.();
    if (new FormData(form).get("value")) return;
    event.preventDefault();
    event.stopPropagation(); // or it would be sent
    refuse(form, "value", "Say what it is.");
  });
  follow();
}

function said(form: HTMLFormElement): Record<string, string> {
  const value = new FormData(form).get("value");
  return { value: typeof value === "string" ? value : "" };
}

/** What a fact is changed with, as its field takes it. */
function asks(fact: Changed): Asked {
  const { label, takes, choices, typed } = fact;
  switch (takes) {
    case "choice":
      return select(fact, choices.map((choice) => [choice, choice]));
    case "truth":
      return select(fact, [["yes", "Yes"], ["no", "No"]]);
    case "choices":
      return boxes(label, typed, choices);
    case "person":
    case "company":
      return picker(label, takes === "person" ? "people" : "companies", typed, fact.shown);
    default: {
      const field = document.createElement("input");
      field.className = "input";
      field.name = "value";
      if (takes === "date" || takes === "url") field.type = takes;
      if (takes === "number" || takes === "money") field.inputMode = "decimal";
      field.value = typed;
      field.setAttribute("aria-label", label);
      field.autocomplete = "off";
      return { part: field, field };
    }
  }
}

function select({ label, typed, none }: Changed, choices: [string, string][]): Asked {
  const field = document.createElement("select");
  field.className = "select";
  field.name = "value";
  field.setAttribute("aria-label", label);
  // What was recorded before the field had its choices stays to be seen.
  const known = choices.some(([value]) => value === typed) || typed === "" ? choices : [[typed, typed] as [string, string], ...choices];
  for (const [value, words] of [["", none] as [string, string], ...known]) {
    field.append(new Option(words, value, value === typed, value === typed));
  }
  return { part: field, field };
}

function boxes(label: string, typed: string, choices: string[]): Asked {
  const part = document.createElement("fieldset");
  part.className = "fact-edit__boxes";
  part.setAttribute("aria-label", label);
  const value = hidden(typed);
  const held = typed.split(",").map((one) => one.trim());
  const all = choices.map((choice) => {
    const line = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = choice;
    box.checked = held.includes(choice);
    line.append(box, choice);
    part.append(line);
    return box;
  });
  part.append(value);
  const settle = (): void => {
    value.value = all.filter((box) => box.checked).map((box) => box.value).join(", ");
  };
  return { part, field: all[0] ?? part, settle };
}

function hidden(value: string): HTMLInputElement {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "value";
  field.value = value;
  return field;
}

const TYPING_MS = 120;

/** Somebody, or a company, found by typing; the arrows choose, Enter takes. */
function picker(label: string, of: string, typed: string, shown: string): Asked {
  const part = document.createElement("div");
  part.className = "fact-edit__pick";
  const value = hidden(typed);
  const field = document.createElement("input");
  field.className = "input";
  field.type = "search";
  field.value = shown;
  field.autocomplete = "off";
  field.role = "combobox";
  field.setAttribute("aria-label", label);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", "fact-pick");
  const list = document.createElement("ul");
  list.className = "menu";
  list.id = "fact-pick";
  list.role = "listbox";
  list.setAttribute("aria-label", label);
  list.hidden = true;
  part.append(value, field, list);
  let turn = 0;
  const options = (): HTMLElement[] => findAll(HTMLElement, "[role=option]", list);
  const choose = (option: HTMLElement | undefined): void => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    field.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  };
  const take = (option: HTMLElement): void => {
    value.value = option.dataset["id"] ?? "";
    field.value = option.dataset["name"] ?? "";
    close();
  };
  const close = (): void => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const ask = async (mine: number): Promise<void> => {
    const answer = await text(`/search/palette?${new URLSearchParams({ q: field.value.trim() })}`, "text/html");
    if (answer === null || mine !== turn) return;
    const hits = findAll(HTMLElement, `[data-option=${of}]`, new DOMParser().parseFromString(answer, "text/html"));
    list.replaceChildren(
      ...hits.map((hit, at) => {
        const option = document.createElement("li");
        option.role = "option";
        option.id = `fact-pick-${at}`;
        option.dataset["id"] = find(HTMLAnchorElement, "a", hit)?.getAttribute("href")?.split("/").pop() ?? "";
        option.dataset["name"] = find(HTMLElement, "b", hit)?.textContent ?? "";
        const about = document.createElement("span");
        about.className = "faint";
        about.textContent = find(HTMLElement, ".faint", hit)?.textContent ?? "";
        option.append(option.dataset["name"], " ", about);
        option.addEventListener("click", () => take(option));
        return option;
      }),
    );
    list.hidden = hits.length === 0;
    field.setAttribute("aria-expanded", String(hits.length > 0));
    choose(options()[0]);
  };
  field.addEventListener("input", () => {
    const mine = ++turn;
    // What is typed and not taken from the list is sent as it is: nothing, or an id that somebody pasted.
    value.value = field.value.trim();
    if (value.value === "") close();
    else setTimeout(() => mine === turn && void ask(mine), TYPING_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter") {
      const option = all[at];
      if (!option) return;
      event.preventDefault();
      take(option);
      field.form?.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  return { part, field, settle: () => turn++ };
}

/** Opens what `E` opens, and narrows the choices of a menu. */
export function chooseByTyping(): void {
  for (const summary of findAll(HTMLElement, "summary[data-press]")) {
    const details = summary.parentElement;
    if (!(details instanceof HTMLDetailsElement)) continue;
    // Opened here and not by the browser, which tells of it only later: what is typed at once is the field's already.
    summary.addEventListener("click", (event) => {
      event.preventDefault();
      details.open = !details.open;
      if (!details.open) return;
      const tab = find(HTMLInputElement, "#part-facts");
      if (tab) tab.checked = true;
      const field = find(HTMLInputElement, "input:not([type=hidden])", details);
      field?.focus();
      field?.setSelectionRange(field.value.length, field.value.length);
    });
  }
  for (const menu of findAll(HTMLElement, "[data-choose]")) {
    const input = find(HTMLInputElement, "input[type=search]", menu);
    const choices = findAll(HTMLButtonElement, "button", menu);
    if (!input) continue;
    const shown = (): HTMLButtonElement[] => choices.filter((choice) => !choice.hidden);
    menu.addEventListener("beforetoggle", () => {
      input.value = "";
      for (const choice of choices) choice.hidden = false;
    });
    input.addEventListener("input", () => {
      const typed = input.value.trim().toLowerCase();
      for (const choice of choices) choice.hidden = !(choice.textContent ?? "").toLowerCase().includes(typed);
    });
    menu.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        const all = shown();
        const at = all.findIndex((choice) => choice === document.activeElement);
        const next = all[at + step];
        (next ?? (step < 0 ? input : all[0]))?.focus();
      } else if (event.key === "Enter" && document.activeElement === input) {
        event.preventDefault();
        shown()[0]?.click();
      }
    });
  }
}
