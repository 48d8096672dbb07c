// A form that is sent without leaving the page: what is wrong is said beside the field that it is about, and everything
// that was chosen and typed stays. Where it is taken, the page goes where the server leads.

import { find, findAll } from "./dom.ts";

interface Wrong {
  /** The field it is about; empty where it is about none. */
  name: string;
  words: string;
}

const LOST = "The server does not answer; everything is as it was. Try again.";

/** Sends a form and goes where the answer leads; whether it was taken. */
export async function send(form: HTMLFormElement): Promise<boolean> {
  if (form.getAttribute("aria-busy") === "true") return false;
  form.setAttribute("aria-busy", "true");
  clearWrongs(form);
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  const wrongs = await sent(form.action, fields);
  if (wrongs.length === 0) return true; // busy until the other page is there
  form.removeAttribute("aria-busy");
  showWrongs(form, wrongs);
  return false;
}

async function sent(href: string, body: URLSearchParams): Promise<Wrong[]> {
  const headers = { accept: "application/json" };
  const answer = await fetch(href, { method: "POST", body, headers, credentials: "same-origin" }).catch(() => null);
  if (!answer) return [{ name: "", words: LOST }];
  if (!answer.ok) return wrongsOf(await answer.json().catch(() => null));
  const [next, here] = [new URL(answer.url), new URL(location.href)];
  location.assign(answer.url);
  // Where only the part behind the # is another, a browser does not load anew by itself.
  if (next.pathname === here.pathname && next.search === here.search) location.reload();
  return [];
}

/** What a problem document says is wrong. */
function wrongsOf(told: unknown): Wrong[] {
  const of = (field: unknown): Wrong => {
    const { name, words } = { name: "", words: "", ...(typeof field === "object" ? field : {}) };
    return { name: String(name), words: String(words) };
  };
  if (typeof told === "object" && told !== null) {
    if ("fields" in told && Array.isArray(told.fields) && told.fields.length > 0) return told.fields.map(of);
    if ("detail" in told) return [{ name: "", words: String(told.detail) }];
  }
  return [{ name: "", words: "This was not done; try again." }];
}

function clearWrongs(form: HTMLFormElement): void {
  for (const note of findAll(HTMLElement, "[data-wrong]", form)) note.remove();
  for (const field of findAll(HTMLElement, "[aria-invalid]", form)) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

const SEEN = "input:not([type=hidden]), select, textarea";

/** What one sees of a field that is sent hidden: what stands in its part of the form. */
function stoodFor(form: HTMLFormElement, name: string): HTMLElement | undefined {
  const hidden = name === "" ? null : find(HTMLInputElement, `[type=hidden][name="${CSS.escape(name)}"]`, form);
  const part = hidden?.parentElement;
  return (part && part !== form ? find(HTMLElement, SEEN, part) : null) ?? undefined;
}

/** Says beside a field of a form why it is not sent. */
export function refuse(form: HTMLFormElement, name: string, words: string): void {
  clearWrongs(form);
  showWrongs(form, [{ name, words }]);
}

function showWrongs(form: HTMLFormElement, wrongs: Wrong[]): void {
  let focused: HTMLElement | null = null;
  wrongs.forEach((wrong, at) => {
    const named = [...form.elements].find(
      (field) => field instanceof HTMLElement && "name" in field && field.name === wrong.name && !field.matches("[type=hidden]"),
    );
    const fields = findAll(HTMLElement, SEEN, form);
    const field = named instanceof HTMLElement ? named : fields.length === 1 ? fields[0] : stoodFor(form, wrong.name);
    const note = document.createElement("p");
    note.className = "field__error";
    note.dataset["wrong"] = "";
    note.role = "alert";
    note.id = `wrong-${form.id || "form"}-${at}`;
    note.textContent = wrong.words;
    // Of boxes to tick it is said of all of them.
    const boxes = field?.matches("[type=checkbox]") ? field.closest("fieldset") : null;
    const beside = boxes ?? field?.closest("label") ?? field;
    if (beside) beside.after(note);
    else find(HTMLElement, "button:not([type=button])", form)?.before(note);
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-describedby", note.id);
    focused ??= field ?? null;
  });
  (focused as HTMLElement | null)?.focus();
}
