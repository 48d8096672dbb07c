// W, and every address that ends in #why, lead to the evidence: on a record to its receipt, in a list to the record
// of the row one is on.

import { find } from "./dom.ts";
import { currentRow } from "./list.ts";

const HASH = "#why";

export function showWhy(): boolean {
  const evidence = find(HTMLElement, "[data-why]");
  if (evidence) {
    const tab = find(HTMLInputElement, "#part-why");
    if (tab) tab.checked = true; // on a phone the parts of a record are tabs
    evidence.tabIndex = -1;
    evidence.scrollIntoView({ block: "start" });
    evidence.focus({ preventScroll: true });
    return true;
  }
  const row = currentRow();
  const link = row && find(HTMLAnchorElement, "a[href]", row);
  if (!link) return false;
  location.assign(`${link.href}${HASH}`);
  return true;
}

export function showWhyIfAsked(): void {
  const look = (): void => {
    if (location.hash === HASH) showWhy();
  };
  addEventListener("hashchange", look);
  // Not before the browser itself has gone to the hash, for that takes the focus away.
  addEventListener("load", look);
}
