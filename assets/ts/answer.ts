// Criteria on a record: the arrows go from one to the next, and Y, N or U answers the one that one is on. Enter goes to
// what they said, and from there to the answers; it answers nothing by itself. In a list of handoffs A takes on whom
// one is at, and R hands them back.

import { find, findAll } from "./dom.ts";

export function answerByKey(): void {
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
    if (!(event.target instanceof HTMLElement)) return;
    const row = event.target.closest("[data-criterion], [data-row]");
    if (!(row instanceof HTMLElement)) {
      if (goToSheet(event, event.target)) event.preventDefault();
      return;
    }
    const isTyping = event.target.matches("input, textarea, select");
    if (event.key === "Enter" && "criterion" in row.dataset) {
      const next = isTyping ? find(HTMLElement, "[data-answers]", row) : find(HTMLElement, "[name=note]", row);
      if (!next || event.target.closest("button, a")) return;
      event.preventDefault();
      next.focus();
      return;
    }
    if (isTyping) return;
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

/** On the sheet of a call, with nothing marked, a key only marks where it would act: nothing is answered unseen. */
function goToSheet(event: KeyboardEvent, target: HTMLElement): boolean {
  const begins = find(HTMLElement, ".questions > [autofocus]");
  if (!begins || !target.matches("body, main") || !/^([ynu]|ArrowDown|ArrowUp)$/i.test(event.key)) return false;
  begins.focus();
  return true;
}
