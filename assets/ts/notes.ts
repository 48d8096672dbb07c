// Notes: Ctrl Enter saves, what is wrong is said where one writes, and @ offers the colleagues who see the record. Forms
// may come and go while a page is open, so that all of it listens at the document.

import { find, findAll, text } from "./dom.ts";

/** How long to wait for the next letter before colleagues are asked for. */
const TYPING_MS = 80;

export function writeNotes(): void {
  document.addEventListener("keydown", (event) => {
    const field = noteField(event.target);
    if (!field || event.isComposing) return;
    if (chooseColleague(field, event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      field.form?.requestSubmit();
    } else if (event.key === "Escape") {
      field.blur();
    }
  });
  document.addEventListener("input", (event) => {
    const field = noteField(event.target);
    if (field) offerColleagues(field);
  });
  document.addEventListener("focusout", (event) => {
    const field = noteField(event.target);
    // Not before a click on a colleague has been one.
    if (field) setTimeout(() => closeOffer(field), 200);
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.type !== "file") return;
    const form = field.closest("[data-composer]");
    const names = form && find(HTMLElement, "[data-file-names]", form);
    if (names) names.textContent = [...(field.files ?? [])].map((file) => file.name).join(", ");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("composer" in form.dataset)) return;
    event.preventDefault();
    void send(form);
  });
}

function noteField(target: EventTarget | null): HTMLTextAreaElement | null {
  return target instanceof HTMLTextAreaElement && "mentions" in target.dataset ? target : null;
}

/** Sends a note; if it is refused, says why beside it, and nothing that was written is lost. */
async function send(form: HTMLFormElement): Promise<void> {
  const button = find(HTMLButtonElement, "button[data-once]", form);
  if (button?.disabled) return;
  if (button) button.disabled = true;
  const wrong = find(HTMLElement, "[role=alert]", form);
  const say = (words: string): void => {
    if (button) button.disabled = false;
    if (!wrong) return;
    wrong.textContent = words;
    wrong.hidden = words === "";
  };
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "application/json" },
      credentials: "same-origin",
    });
    if (answer.ok) {
      const next = new URL(answer.url);
      const here = next.pathname === location.pathname && next.search === location.search;
      form.reset(); // a page that loads anew would else keep what was typed
      if (here) location.reload();
      else location.assign(answer.url);
      return;
    }
    const told: unknown = await answer.json().catch(() => null);
    say(words(told) ?? "This was not saved; try again.");
  } catch {
    say("The server does not answer; what you wrote is still here. Try again.");
  }
}

/** What a problem document says went wrong. */
function words(told: unknown): string | null {
  if (typeof told !== "object" || told === null) return null;
  if ("fields" in told && Array.isArray(told.fields)) {
    const fields = told.fields.map((field: unknown) =>
      typeof field === "object" && field !== null && "words" in field ? String(field.words) : "",
    );
    if (fields.length > 0) return fields.join("; ");
  }
  return "detail" in told ? String(told.detail) : null;
}

/** What stands between the last @ and the caret, if it may begin a name. */
function typed(field: HTMLTextAreaElement): { from: number; name: string } | null {
  const before = field.value.slice(0, field.selectionStart);
  const from = before.lastIndexOf("@");
  if (from < 0 || /[\p{L}\p{N}]/u.test(before.charAt(from - 1))) return null;
  const name = before.slice(from + 1);
  return name.length <= 40 && !/[\n@]/.test(name) && name.split(" ").length <= 3 ? { from, name } : null;
}

let asked = 0;

function offerColleagues(field: HTMLTextAreaElement): void {
  const turn = ++asked;
  if (!typed(field)) {
    closeOffer(field);
    return;
  }
  setTimeout(() => {
    if (turn === asked) void offer(field, turn);
  }, TYPING_MS);
}

async function offer(field: HTMLTextAreaElement, turn: number): Promise<void> {
  const asking = typed(field);
  if (!asking) return;
  const answer = await text(`${field.dataset["mentions"] ?? ""}?q=${encodeURIComponent(asking.name)}`, "application/json");
  if (turn !== asked || answer === null) return;
  const found = colleagues(answer);
  closeOffer(field);
  if (found.length === 0) return;
  const list = document.createElement("ul");
  list.className = "mentions";
  list.id = "mentions";
  list.role = "listbox";
  list.setAttribute("aria-label", "Colleagues");
  found.forEach((colleague, at) => {
    const option = document.createElement("li");
    option.role = "option";
    option.id = `mention-${at}`;
    option.dataset["said"] = colleague.said;
    option.setAttribute("aria-selected", String(at === 0));
    const name = document.createElement("b");
    name.className = "med";
    name.textContent = colleague.name;
    const email = document.createElement("span");
    email.className = "faint";
    email.textContent = colleague.email;
    option.append(name, " ", email);
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      insert(field, colleague.said);
    });
    list.append(option);
  });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-activedescendant", "mention-0");
}

interface Colleague {
  name: string;
  email: string;
  said: string;
}

function colleagues(answer: string): Colleague[] {
  const told: unknown = JSON.parse(answer);
  if (!Array.isArray(told)) return [];
  return told.filter((one): one is Colleague => typeof one === "object" && one !== null && "said" in one);
}

function offered(field: HTMLTextAreaElement): HTMLElement | null {
  const next = field.nextElementSibling;
  return next instanceof HTMLElement && next.id === "mentions" ? next : null;
}

function closeOffer(field: HTMLTextAreaElement): void {
  offered(field)?.remove();
  field.removeAttribute("aria-activedescendant");
  field.removeAttribute("aria-controls");
}

/** Whether the key was for the list of colleagues. */
function chooseColleague(field: HTMLTextAreaElement, event: KeyboardEvent): boolean {
  const list = offered(field);
  if (!list) return false;
  const options = findAll(HTMLElement, "[role=option]", list);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const next = options[(at + step + options.length) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    field.setAttribute("aria-activedescendant", next?.id ?? "");
  } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
    insert(field, options[at]?.dataset["said"] ?? "");
  } else if (event.key === "Escape") {
    asked += 1;
    closeOffer(field);
  } else {
    return false;
  }
  event.preventDefault();
  event.stopPropagation();
  return true;
}

function insert(field: HTMLTextAreaElement, said: string): void {
  const asking = typed(field);
  asked += 1;
  closeOffer(field);
  if (asking && said) field.setRangeText(`@${said} `, asking.from, field.selectionStart, "end");
  field.focus();
}
