// What the parts share.

/** The first match, as the element it must be; nothing if it is another. */
export function find<T extends Element>(
  kind: { new (): T; prototype: T },
  selector: string,
  within: ParentNode = document,
): T | null {
  const found = within.querySelector(selector);
  return found instanceof kind ? found : null;
}

/** All matches that are such elements. */
export function findAll<T extends Element>(
  kind: { new (): T; prototype: T },
  selector: string,
  within: ParentNode = document,
): T[] {
  return [...within.querySelectorAll(selector)].filter((element): element is T => element instanceof kind);
}

/** Numbers as the server writes them. */
export const grouped = new Intl.NumberFormat("en-GB");

/** Fetches an address of this server as text; nothing if it does not answer as it should. */
export async function text(href: string, accept: string): Promise<string | null> {
  try {
    const answer = await fetch(href, { headers: { accept }, credentials: "same-origin" });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null; // offline, or the server restarts: whoever asked tries again
  }
}
