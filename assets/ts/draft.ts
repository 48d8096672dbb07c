// The editor of a definition: what can be said of the text is said while it is written, and a mistake leads to its line.

import { find, findAll } from "./dom.ts";

const AFTER_MS = 350;

export function checkWhileWriting(): void {
  const form = find(HTMLFormElement, "form[data-check]");
  const field = form && find(HTMLTextAreaElement, "textarea[name=text]", form);
  if (!form || !field || field.readOnly) return;
  let waiting = 0;
  let asked = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      asked += 1;
      void say(form, asked, () => asked);
    }, AFTER_MS);
  });
  // Whoever leaves with something unsaved is asked.
  const before = field.value;
  let isSent = false;
  form.addEventListener("submit", () => {
    isSent = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSent && field.value !== before) event.preventDefault();
  });
  form.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(find(HTMLButtonElement, "button[value=save]", form));
    }
  });
  leadToLines(field);
}

/** Asks what can be said of the text; an answer that a later one has overtaken is not shown. */
async function say(form: HTMLFormElement, number: number, newest: () => number): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.set(name, value);
  const answer = await fetch(form.dataset["check"] ?? "", { method: "POST", body }).catch(() => null);
  if (!answer?.ok || number !== newest()) return;
  const html = await answer.text();
  const found = find(HTMLElement, "#checked", new DOMParser().parseFromString(html, "text/html"));
  const old = find(HTMLElement, "#checked");
  if (!found || !old || number !== newest()) return;
  old.replaceWith(document.adoptNode(found));
  const field = find(HTMLTextAreaElement, "textarea[name=text]", form);
  if (field) leadToLines(field);
}

function leadToLines(field: HTMLTextAreaElement): void {
  for (const link of findAll(HTMLAnchorElement, "#checked a[data-line]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const lines = field.value.split("\n");
      const place = Number(link.dataset["line"]) - 1;
      const start = lines.slice(0, place).reduce((sum, line) => sum + line.length + 1, 0);
      field.focus();
      field.setSelectionRange(start, start + (lines[place]?.length ?? 0));
      const height = field.scrollHeight / Math.max(lines.length, 1);
      field.scrollTop = Math.max(0, (place - 4) * height);
    });
  }
}
