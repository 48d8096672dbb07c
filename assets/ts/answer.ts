// Criteria on a record: the arrows go from one to the next, and Y, N or U answers the one that one is on. In a list
// of handoffs A takes on whom one is at, and R hands them back.

import { find, findAll } from "./dom.ts";

export function answerByKey(): void {
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || !(event.target instanceof HTMLElement)) return;
    const row = event.target.closest("[data-criterion], [data-row]");
    if (!(row instanceof HTMLElement) || event.target.matches("input, textarea, select")) return;
    const rows = findAll(HTMLElement, "[data-criterion]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      rows[rows.indexOf(row) + step]?.focus();
      return;
    }
    const button = find(HTMLButtonElement, `button[data-answer="${CSS.escape(event.key.toLowerCase())}"]`, row);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  // After an answer one is where one was.
  if (!location.hash.startsWith("#criterion-")) return;
  addEventListener("load", () => {
    const tab = find(HTMLInputElement, "#part-why");
    if (tab) tab.checked = true; // on a phone the parts of a record are tabs
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    row?.scrollIntoView({ block: "nearest" });
    row?.focus({ preventScroll: true });
  });
}
