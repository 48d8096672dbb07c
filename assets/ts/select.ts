// Choosing rows of a list: X the row that one is on, Shift X up to it from the last that was chosen, the box in the head
// everybody shown. What is chosen stays chosen while more rows load.

import { find, findAll } from "./dom.ts";
import { currentRow } from "./list.ts";

const rows = (): HTMLElement[] => findAll(HTMLElement, "[data-rows] > [data-row]");
const box = (row: HTMLElement): HTMLInputElement | null => find(HTMLInputElement, "[data-check]", row);

let anchor: string | null = null;

export function chooseRows(): void {
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLInputElement)) return;
    if ("checkAll" in target.dataset) {
      for (const row of rows()) put(row, target.checked);
      show();
    } else if ("check" in target.dataset) {
      const row = target.closest<HTMLElement>("[data-row]");
      if (row) anchor = row.dataset["row"] ?? null;
      show();
    }
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof HTMLElement ? event.target : null;
    // With Shift a box takes along all rows from the last that was chosen.
    if (target?.matches("[data-check]") && event.shiftKey) {
      const row = target.closest<HTMLElement>("[data-row]");
      if (row) upTo(row);
    }
    if (target?.closest("[data-clear]")) clear();
  });
}

/** Chooses the row that holds the focus, or lets it go; with `range` all rows up to it. Whether there is such a row. */
export function chooseRow(range: boolean): boolean {
  const row = currentRow();
  if (!row || !box(row)) return false; // a row of a list in which nothing is chosen
  if (range) upTo(row);
  else {
    put(row, !box(row)?.checked);
    anchor = row.dataset["row"] ?? null;
  }
  show();
  return true;
}

/** Lets all rows go; whether any was chosen. */
export function clear(): boolean {
  const chosen = chosenRows();
  for (const row of chosen) put(row, false);
  show();
  return chosen.length > 0;
}

/** The rows that are chosen. */
export function chosenRows(): HTMLElement[] {
  return rows().filter((row) => box(row)?.checked);
}

function put(row: HTMLElement, is: boolean): void {
  const field = box(row);
  if (field) field.checked = is;
}

function upTo(row: HTMLElement): void {
  const all = rows();
  const to = all.indexOf(row);
  const from = Math.max(0, all.findIndex((other) => other.dataset["row"] === anchor));
  for (const other of all.slice(Math.min(from, to), Math.max(from, to) + 1)) put(other, true);
}

/** Marks what is chosen, and says how many. */
export function show(): void {
  const all = rows();
  let chosen = 0;
  for (const row of all) {
    const is = box(row)?.checked ?? false;
    if (is) chosen += 1;
    row.toggleAttribute("data-chosen", is);
  }
  const head = find(HTMLInputElement, "[data-check-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  document.dispatchEvent(new Event("chosen"));
}
