// Chips, one chip one condition: in the bar above a list and in the form of a draft. What a cell may hold and how a
// condition is written, the server alone knows.

import { find, findAll } from "./dom.ts";

export interface Fault {
  row: number | null;
  cell: string;
  words: string;
}

type Tree = { all: Tree[] } | { any: Tree[] } | { not: Tree } | { somebody: Tree } | { row: Record<string, string> };

export const LOST = "The server does not answer; everything is as it was";

/** Sends fields; nothing if the server does not answer as it should. */
export async function post(href: string, fields: Record<string, string>): Promise<Response | null> {
  const answer = await fetch(href, { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer : null;
}

/** Adds an empty chip, or a group with one, after a part of a group or at its end; `somebody` is a group, too. */
export function addPart(what: string, group: HTMLElement, after: Element | null): void {
  const isFilter = group.closest("[data-filter-of]") !== null;
  const isOfSomebody = what === "somebody" || group.closest("[data-somebody]") !== null;
  const chip = copy(isFilter ? "form-filter-row" : isOfSomebody ? "form-somebody-row" : "form-row");
  const list = [...group.children].find((child) => child.matches(".fb-parts"));
  if (!chip || !list) return;
  chip.dataset["new"] = "";
  let part = chip;
  if (what !== "row") {
    const inner = copy(what === "somebody" ? "form-somebody" : "form-group");
    if (!inner) return;
    find(HTMLElement, ".fb-parts", inner)?.append(chip);
    part = inner;
  }
  if (after) after.after(part);
  else list.append(part);
  dress(chip);
  find(HTMLInputElement, "input", chip)?.focus();
}

/** Takes the chip or the group of a button away, and puts the focus on what stands beside it. */
export function removePart(button: HTMLElement): void {
  const part = button.closest<HTMLElement>(".fb-parts > *");
  const around = part?.parentElement?.closest<HTMLElement>("[data-group]");
  const next = part?.nextElementSibling ?? part?.previousElementSibling;
  part?.remove();
  const focus = (next && find(HTMLElement, "input, select", next)) ?? (around && find(HTMLElement, "[data-add]", around));
  focus?.focus();
}

function copy(template: string): HTMLElement | null {
  const found = find(HTMLTemplateElement, `#${template}`)?.content.firstElementChild?.cloneNode(true);
  return found instanceof HTMLElement ? found : null;
}

function cell(chip: HTMLElement, name: string): HTMLInputElement | HTMLSelectElement | null {
  const found = chip.querySelector(`[data-cell="${name}"]`);
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : null;
}

/** What a chip asks about, as texts name it: in the chip stands what a field is called. */
function termOf(chip: HTMLElement): string {
  const field = cell(chip, "term");
  const typed = field?.value.trim() ?? "";
  return typed !== "" && typed === field?.dataset["called"] ? (field.dataset["key"] ?? typed) : typed;
}

/** Shows what a term is called, where it has a name. */
export function callTerm(field: HTMLInputElement): void {
  nameTerm(field);
  const option = field.list ? findAll(HTMLOptionElement, "option", field.list).find((one) => one.value === field.value.trim()) : null;
  const label = option?.getAttribute("label");
  if (!option || !label) return;
  [field.dataset["key"], field.dataset["called"], field.title] = [option.value, label, option.value];
  field.value = label;
}

/** The option of a term in the list of what may be asked about. */
function offer(chip: HTMLElement): HTMLOptionElement | null {
  const field = cell(chip, "term");
  if (!(field instanceof HTMLInputElement) || !field.list) return null;
  return findAll(HTMLOptionElement, "option", field.list).find((option) => option.value === termOf(chip)) ?? null;
}

/** Whoever types what a field is called means the field. */
export function nameTerm(field: HTMLInputElement): void {
  const typed = field.value.trim().toLowerCase();
  if (field.value.trim() === field.dataset["called"]) return; // it stands there already
  const all = field.list ? findAll(HTMLOptionElement, "option", field.list) : [];
  if (typed === "" || all.some((option) => option.value === field.value.trim())) return;
  const called = all.filter((option) => option.getAttribute("label")?.toLowerCase() === typed);
  // Of two of one name the one that is about those in the list.
  const subject = field.closest("[data-somebody]") ? "person." : location.pathname.startsWith("/companies") ? "company." : "person.";
  const meant = called.find((option) => option.value.startsWith(subject)) ?? called[0];
  if (meant) field.value = meant.value;
}

/** Offers in the cell of the value what the term may be. */
function offerValues(chip: HTMLElement): void {
  const field = cell(chip, "value");
  if (!(field instanceof HTMLInputElement)) return;
  const option = offer(chip);
  const values = option?.dataset["values"];
  if (!option || !values) {
    field.removeAttribute("list");
    return;
  }
  const id = `values-of-${option.value.replace(/[^a-z0-9]/gi, "-")}`;
  if (!document.getElementById(id)) {
    const list = document.createElement("datalist");
    list.id = id;
    list.append(...values.split("\n").map((value) => new Option(value, value)));
    document.body.append(list);
  }
  field.setAttribute("list", id);
}

/** The sort of a term: what the list says of it, or of another with the same subject. */
function sortOf(chip: HTMLElement): string | null {
  const field = cell(chip, "term");
  const term = termOf(chip).split(",")[0]?.trim() ?? "";
  const list = field instanceof HTMLInputElement ? field.list : null;
  const known = list ? findAll(HTMLOptionElement, "option", list) : [];
  const subject = `${term.split(".")[0]}.`;
  const same = known.find((option) => option.value === term) ?? known.find((option) => option.value.startsWith(subject));
  return same?.dataset["sort"] ?? null;
}

/** Chooses the first operator that fits a new term, unless the one chosen does. */
export function suitOperator(chip: HTMLElement): void {
  const [sort, select] = [sortOf(chip), cell(chip, "op")];
  if (!sort || !(select instanceof HTMLSelectElement)) return;
  const fits = (option: HTMLOptionElement) => (option.dataset["sorts"] ?? "").split(" ").includes(sort);
  const chosen = select.selectedOptions[0];
  if (chosen && fits(chosen) && !("new" in chip.dataset)) return;
  const first = sort === "fact" ? [...select.options].find((option) => option.value === "==") : undefined;
  const option = first ?? [...select.options].find(fits);
  if (option) option.selected = true;
}

/** Shows the cells that the operator has, and offers the operators that the term has. */
export function dress(chip: HTMLElement): void {
  const select = cell(chip, "op");
  if (!(select instanceof HTMLSelectElement)) return;
  offerValues(chip);
  const cells = (select.selectedOptions[0]?.dataset["cells"] ?? "").split(" ");
  for (const name of ["term", "value", "within", "where"]) {
    const field = cell(chip, name);
    const box = field?.closest<HTMLElement>("[data-of]") ?? field;
    if (box) box.hidden = !cells.includes(name);
  }
  const sort = sortOf(chip);
  for (const option of select.options) {
    const sorts = (option.dataset["sorts"] ?? "").split(" ").filter(Boolean);
    const isOffered = !sort || option.selected || sorts.length === 0 || sorts.includes(sort);
    option.hidden = option.disabled = !isOffered;
  }
}

/** Whether a chip that was just added lacks something still. */
function isUnfinished(chip: HTMLElement): boolean {
  const needed = ["term", "value"].map((name) => cell(chip, name));
  return "new" in chip.dataset && needed.some((field) => field && !field.hidden && field.value.trim() === "");
}

/** The JSON form of a group; `sent` takes up its chips in the order in which the server counts them. */
export function treeOf(group: HTMLElement, sent: HTMLElement[]): Tree {
  const list = [...group.children].find((child) => child.matches(".fb-parts"));
  const parts: Tree[] = [];
  for (const part of list?.children ?? []) {
    if (!(part instanceof HTMLElement)) continue;
    const inner = find(HTMLElement, ":scope > [data-group]", part);
    if (inner) parts.push(treeOf(inner, sent));
    else if (!isUnfinished(part)) {
      sent.push(part);
      parts.push({ row: rowOf(part) });
    }
  }
  const tree = joined(find(HTMLSelectElement, "[data-group-of]", group)?.value, parts);
  return "somebody" in group.dataset ? { somebody: tree } : tree;
}

function joined(of: string | undefined, parts: Tree[]): Tree {
  switch (of) {
    case "any":
      return { any: parts };
    case "none":
      return { not: { any: parts } };
    case "some":
      return { not: { all: parts } };
    default:
      return { all: parts };
  }
}

function rowOf(chip: HTMLElement): Record<string, string> {
  const row: Record<string, string> = {};
  for (const name of ["term", "op", "value", "within", "where"]) {
    const field = cell(chip, name);
    if (field && !field.closest("[data-of]")?.matches("[hidden]") && !field.hidden) row[name] = name === "term" ? termOf(chip) : field.value;
  }
  return row;
}

/** Says what is wrong with chips, and of what is no fault that nothing will be found by it. */
export function showFaults(condition: HTMLElement, sent: HTMLElement[], faults: Fault[], warnings: Fault[] = []): void {
  for (const field of findAll(HTMLElement, "[aria-invalid]", condition)) field.removeAttribute("aria-invalid");
  for (const note of findAll(HTMLElement, "[data-fault], [data-whole]", condition)) {
    note.hidden = true;
    delete note.dataset["tone"];
  }
  for (const fault of [...faults, ...warnings]) {
    const chip = fault.row === null ? null : sent[fault.row];
    const note = chip ? find(HTMLElement, "[data-fault]", chip) : find(HTMLElement, "[data-whole]", condition);
    if (chip && faults.includes(fault)) cell(chip, fault.cell)?.setAttribute("aria-invalid", "true");
    if (!note) continue;
    if (!faults.includes(fault)) note.dataset["tone"] = "warn";
    note.textContent = fault.words;
    note.role = "status";
    note.hidden = false;
  }
}
