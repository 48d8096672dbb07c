// The keys. One letter acts only when nobody types and nothing is open over the page.

import { toggleBell } from "./bell.ts";
import { find, findAll } from "./dom.ts";
import { addCondition } from "./filter.ts";
import { stepThroughRows } from "./list.ts";
import { chooseRow, clear } from "./select.ts";
import { showWhy } from "./why.ts";

/** How long G waits for its second letter. */
const CHORD_MS_MAX = 1_500;

let chordSince = -Infinity;

export function listenForKeys(): void {
  if (/mac|iphone|ipad/i.test(navigator.platform)) {
    for (const key of findAll(HTMLElement, "[data-mod-key]")) key.textContent = `⌘${key.dataset["modKey"] ?? ""}`;
  }
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      const palette = find(HTMLElement, "#palette");
      if (!palette) return;
      event.preventDefault();
      palette.togglePopover();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    const open = find(HTMLElement, "[popover]:popover-open, dialog[open]");
    if (open && !(event.key === "?" && open.id === "keys")) return;
    if (act(event)) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("select, textarea, input:not([type=checkbox], [type=radio])");
}

/** Whether the key meant something. */
function act(event: KeyboardEvent): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.timeStamp - chordSince < CHORD_MS_MAX) {
    chordSince = -Infinity;
    const link = find(HTMLAnchorElement, `:is(.nav, .topbar) a[data-key="${CSS.escape(key.toUpperCase())}"]`);
    link?.click();
    return link !== null;
  }
  switch (key) {
    case "g":
      chordSince = event.timeStamp;
      return true;
    case "j":
      return stepThroughRows(1);
    case "k":
      return stepThroughRows(-1);
    case "b":
      return toggleBell();
    case "f":
      return addCondition(event.shiftKey);
    case "/": {
      const field = find(HTMLInputElement, "[data-search-field]");
      field?.select();
      field?.focus();
      return field !== null;
    }
    case "x":
      return chooseRow(event.shiftKey) || press(key);
    case "Escape":
      return clear();
    case "w":
      return showWhy();
    case "?": {
      const keys = find(HTMLElement, "#keys");
      keys?.togglePopover();
      return keys !== null;
    }
    default:
      return press(key);
  }
}

/** Presses what the page has under a key; whether there is such a thing. */
function press(key: string): boolean {
  const pressed = find(HTMLElement, `[data-press="${CSS.escape(key)}"]`);
  pressed?.click();
  return pressed !== null;
}
