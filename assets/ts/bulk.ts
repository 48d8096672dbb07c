// What is done to those who are selected: the bar that says how many they are, and the forms that it opens.

import { find, findAll, grouped } from "./dom.ts";
import { chosenRows } from "./select.ts";
import { send } from "./send.ts";

/** Whether everybody who matches is meant, and not those alone who are shown. */
let isAll = false;

export function changeMany(): void {
  document.addEventListener("chosen", () => {
    isAll = false;
    showBar();
  });
  document.addEventListener("listed", showBar);
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-choose-all]") : null;
    if (!button) return;
    isAll = true;
    showBar();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("bulkForm" in form.dataset)) return;
    fill(form);
    // What is asked for in a form that stands open can be wrong, and is then mended there: nobody selects anew.
    if (!form.matches("[popover]")) return;
    event.preventDefault();
    void send(form);
  }, true);
}

function total(): number {
  return Number((find(HTMLElement, "[data-total]")?.textContent ?? "").replaceAll(",", ""));
}

function showBar(): void {
  const bar = find(HTMLElement, "[data-bulk]");
  if (!bar) return;
  const count = chosenRows().length;
  bar.hidden = count === 0;
  const all = total();
  const number = find(HTMLElement, "[data-chosen-count]", bar);
  if (number) number.textContent = isAll ? `All ${grouped.format(all)}` : grouped.format(count);
  const every = find(HTMLElement, "[data-choose-all]", bar);
  const isWhole = find(HTMLInputElement, "[data-check-all]")?.checked ?? false;
  if (every) every.hidden = isAll || !isWhole || !(all > count);
  const words = find(HTMLElement, "[data-all-count]", bar);
  if (words) words.textContent = grouped.format(all);
}

/** Says in the fields of a form who is meant. */
function fill(form: HTMLFormElement): void {
  const put = (name: string, value: string): void => {
    const field = find(HTMLInputElement, `input[type=hidden][name=${name}]`, form);
    if (field) field.value = value;
  };
  const asked = new URL(location.href).searchParams;
  put("all", isAll ? "1" : "");
  put("these", isAll ? "" : chosenRows().map((row) => row.dataset["row"] ?? "").join(","));
  for (const field of findAll(HTMLInputElement, "input[data-from]", form)) {
    field.value = find(HTMLElement, "[data-list]")?.dataset[field.dataset["from"] ?? ""] ?? "";
  }
  asked.delete("told");
  asked.delete("after");
  const query = asked.toString();
  put("back", location.pathname + (query ? `?${query}` : ""));
}
