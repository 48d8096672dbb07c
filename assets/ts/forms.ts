// Forms: a file may be dropped, what has changed is said, and nothing is sent twice.

import { find, findAll } from "./dom.ts";

export function watchForms(): void {
  for (const form of findAll(HTMLFormElement, "form[data-drop]")) acceptDrops(form);
  for (const zones of findAll(HTMLSelectElement, "select[data-zone]")) proposeZone(zones);
  for (const field of findAll(HTMLElement, "[data-marks-form]")) {
    field.addEventListener("change", () => {
      const form = field.closest("form");
      if (!form) return;
      for (const part of findAll(HTMLElement, "[data-when-changed]", form)) part.hidden = false;
      for (const part of findAll(HTMLElement, "[data-when-same]", form)) part.hidden = true;
    });
  }
  for (const kinds of findAll(HTMLSelectElement, ".new-field select[name=kind]")) {
    const form = kinds.closest("form");
    const dress = (): void => {
      for (const part of form ? findAll(HTMLElement, "[data-kind]", form) : []) {
        part.hidden = !(part.dataset["kind"] ?? "").split(" ").includes(kinds.value);
      }
    };
    kinds.addEventListener("change", dress);
    dress();
  }
  addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !(button instanceof HTMLButtonElement) || !("once" in button.dataset)) return;
    // Only after the form has been read, or the button's own value would not be sent.
    setTimeout(() => {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    });
  });
  // Whoever comes back by the browser's history finds the button as it was.
  addEventListener("pageshow", () => {
    for (const button of findAll(HTMLButtonElement, "button[data-once][aria-busy]")) {
      button.removeAttribute("aria-busy");
      button.disabled = false;
    }
  });
}

/** Whoever has not chosen a time zone is offered their own. */
function proposeZone(zones: HTMLSelectElement): void {
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isUntouched = zones.value === "UTC";
  if (isUntouched && [...zones.options].some((option) => option.value === mine)) zones.value = mine;
}

function acceptDrops(form: HTMLFormElement): void {
  const field = find(HTMLInputElement, "input[type=file]", form);
  if (!field) return;
  const chosen = (): void => {
    const file = field.files?.[0];
    const name = find(HTMLElement, "[data-file-name]", form);
    if (name) name.textContent = file ? `${file.name}, ${size(file.size)}` : "";
    if (file && "submitOnChoice" in form.dataset) form.requestSubmit();
  };
  field.addEventListener("change", chosen);
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.dataset["over"] = "";
  });
  form.addEventListener("dragleave", () => delete form.dataset["over"]);
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    delete form.dataset["over"];
    if (!event.dataTransfer?.files.length) return;
    field.files = event.dataTransfer.files;
    chosen();
  });
}

function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
