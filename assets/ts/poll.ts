// Parts of a page that change while something runs: each is asked for anew until its answer no longer asks for it.

import { find, findAll, text } from "./dom.ts";

const EVERY_MS = 1_000;
/** When nobody answers, the wait doubles up to this. */
const EVERY_MS_MAX = 30_000;

export function poll(): void {
  for (const part of findAll(HTMLElement, "[data-poll]")) follow(part, 0);
}

/** Asks for a part anew until it no longer asks for it. */
export function follow(part: HTMLElement, failures: number): void {
  const every = Number(part.dataset["pollMs"] ?? EVERY_MS);
  setTimeout(() => void ask(part, failures), Math.min(every * 2 ** failures, EVERY_MS_MAX));
}

async function ask(part: HTMLElement, failures: number): Promise<void> {
  if (document.hidden) {
    follow(part, 0);
    return;
  }
  const answer = await text(part.dataset["poll"] ?? "", "text/html");
  if (!part.isConnected) return; // something else stands there meanwhile
  const next = answer === null ? null : first(answer);
  if (!next) {
    follow(part, failures + 1);
    return;
  }
  if (!next.dataset["poll"]) {
    // What else there is to see at the end, the whole page knows, unless somebody shows it in place.
    if (part.dispatchEvent(new Event("polled", { bubbles: true, cancelable: true }))) location.reload();
    return;
  }
  part.replaceWith(next);
  follow(next, 0);
}

function first(html: string): HTMLElement | null {
  const found = find(HTMLElement, "body > *", new DOMParser().parseFromString(html, "text/html"));
  return found && document.adoptNode(found);
}
