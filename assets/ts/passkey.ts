// Passkeys: a form whose answer an authenticator gives. The server says what to ask, the browser asks it, and the form
// carries the answer back.

import { find, findAll } from "./dom.ts";

const UNABLE = "This browser does not know passkeys. Take another browser, or another way.";
const FAILED = "That did not work. Try again, or take another way.";
const LEFT = "No passkey was chosen. Try again when you are ready.";
const HELD = "This device has a passkey of yours here already.";

/** What is asked of the browser, with bytes in base64url. */
interface Asked {
  challenge: string;
  user?: { id: string };
  excludeCredentials?: { id: string }[];
  allowCredentials?: { id: string }[];
}

export function usePasskeys(): void {
  for (const form of findAll(HTMLFormElement, "form[data-passkey]")) watch(form);
}

function watch(form: HTMLFormElement): void {
  const answer = find(HTMLInputElement, "[name=answer]", form);
  const button = find(HTMLButtonElement, "button", form);
  if (!answer || !button) return;
  form.addEventListener("submit", (event) => {
    if (answer.value !== "") return;
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    say(form, "");
    answered(form)
      .then((given) => {
        answer.value = given;
        form.requestSubmit(button);
      })
      .catch((error: unknown) => {
        button.removeAttribute("aria-busy");
        say(form, words(error));
      });
  });
  // An answer serves once: whoever comes back by the browser's history asks anew.
  addEventListener("pageshow", () => {
    answer.value = "";
    button.removeAttribute("aria-busy");
  });
}

function say(form: HTMLFormElement, text: string): void {
  const place = find(HTMLElement, "[data-passkey-says]", form);
  if (!place) return;
  place.hidden = text === "";
  place.textContent = text;
}

/** A refusal of the server's, in its own words. */
class Refused extends Error {}

function words(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return HELD;
  if (name === "NotAllowedError" || name === "AbortError") return LEFT;
  return FAILED;
}

/** Asks the authenticator what the server wants to know; gives its answer as JSON. */
async function answered(form: HTMLFormElement): Promise<string> {
  if (!("credentials" in navigator) || typeof PublicKeyCredential === "undefined") throw new Refused(UNABLE);
  const keep = find(HTMLInputElement, "[name=keep]", form);
  if (keep) keep.disabled = find(HTMLInputElement, "#keep")?.checked === false;
  const asked = await ask(form);
  const isNew = form.dataset["passkey"] === "create";
  const publicKey = read(asked);
  const given = isNew
    ? await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })
    : await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions });
  if (!(given instanceof PublicKeyCredential)) throw new Refused(LEFT);
  const { response } = given;
  const told: Record<string, string> = { id: given.id, clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    told["attestationObject"] = text(response.attestationObject);
  } else if (response instanceof AuthenticatorAssertionResponse) {
    told["authenticatorData"] = text(response.authenticatorData);
    told["signature"] = text(response.signature);
    if (response.userHandle) told["userHandle"] = text(response.userHandle);
  }
  return JSON.stringify(told);
}

async function ask(form: HTMLFormElement): Promise<Asked> {
  const answer = await fetch(form.dataset["ask"] ?? "", {
    method: "POST",
    body: new URLSearchParams({ for: form.dataset["for"] ?? "" }),
    headers: { accept: "application/json" },
    credentials: "same-origin",
  });
  if (answer.ok) return (await answer.json()) as Asked;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  if (problem.code === "prove_yourself") {
    location.assign(`/me/prove?next=${encodeURIComponent(location.pathname)}`);
    return new Promise(() => {}); // the page is left
  }
  if (answer.status === 401) throw new Refused("That took too long. Begin again.");
  throw new Refused(problem.detail ?? FAILED);
}

/** With bytes where the browser wants bytes. */
function read(asked: Asked): unknown {
  const named = (all?: { id: string }[]): unknown[] => (all ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...asked,
    challenge: bytes(asked.challenge),
    ...(asked.user ? { user: { ...asked.user, id: bytes(asked.user.id) } } : {}),
    ...(asked.excludeCredentials ? { excludeCredentials: named(asked.excludeCredentials) } : {}),
    ...(asked.allowCredentials ? { allowCredentials: named(asked.allowCredentials) } : {}),
  };
}

function bytes(base64url: string): Uint8Array {
  const letters = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
