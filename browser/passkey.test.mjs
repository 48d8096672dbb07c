// Passkeys, against the authenticator of Chromium's own protocol (WebAuthn.addVirtualAuthenticator), and the second factor
// that a workspace demands.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, fitsTheWindow, open, owner, setUp, start } from "./harness.mjs";

let program, chrome, address;
before(async () => {
  program = await start();
  // A passkey is bound to a name, and 127.0.0.1 is none.
  address = program.address.replace("127.0.0.1", "localhost");
  chrome = await browser();
  const { page, context } = await open(chrome, address);
  await setUp(page);
  await context.close();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

/** A window with an authenticator in it, as a phone or a computer with a finger reader is one. */
async function withAuthenticator(options = {}, at = address) {
  const view = await open(chrome, at, options);
  const cdp = await view.context.newCDPSession(view.page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const credentials = async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return { ...view, cdp, authenticatorId, credentials };
}

async function password(page, next = "") {
  await page.goto(`/sign-in${next}`);
  await page.fill("[name=email]", owner.email);
  await page.fill("[name=password]", owner.password);
  await page.keyboard.press("Enter");
}

test("a passkey is added, opens the door without a name, and stands in beside a password", async () => {
  const { page, context, quiet, cdp, authenticatorId, credentials } = await withAuthenticator();
  await password(page);
  await page.waitForURL(/\/people/);
  await page.goto("/me");
  assert.equal(await page.inputValue("[name=passkey]"), "Chrome on Linux");
  await page.fill("[name=passkey]", "Laptop");
  await page.click("text=Add a passkey");
  await page.waitForSelector(".codes");
  assert.equal(await page.locator(".codes code").count(), 10, "the first brings recovery codes");
  const [kept] = await credentials();
  assert.ok(kept.isResidentCredential);
  assert.equal(kept.rpId, "localhost");
  await page.click("text=I have them");
  const line = page.locator("#passkeys tbody tr", { hasText: "Laptop" });
  assert.match(await line.innerText(), /never/);
  await fitsTheWindow(page);

  // It is called otherwise by keyboard alone, and opens what it opened.
  await page.getByRole("button", { name: "Rename the passkey Laptop" }).focus();
  await page.keyboard.press("Enter");
  const called = page.locator("[name=passkey_name]:focus");
  await called.waitFor();
  await called.fill("Key ring");
  await page.keyboard.press("Enter");
  await page.getByText("is called otherwise").waitFor();
  await page.locator("#passkeys tbody tr", { hasText: "Key ring" }).waitFor();
  await page.getByRole("button", { name: "Rename the passkey Key ring" }).click();
  await fitsTheWindow(page);
  await called.fill("Laptop");
  await Promise.all([page.waitForRequest(/passkeys\/rename/), page.click("text=Rename the passkey")]);
  await line.waitFor();

  // The same device again is told that it has one.
  await page.click("text=Add a passkey");
  await page.locator("#passkeys [data-passkey-says]", { hasText: "already" }).waitFor();

  // In without typing anything, by keyboard alone, to where one wanted.
  const before = (await context.cookies()).find((cookie) => cookie.name === "sluice").value;
  await context.clearCookies();
  await page.goto("/funnel");
  assert.match(page.url(), /\/sign-in/);
  await page.getByRole("button", { name: "Sign in with a passkey" }).focus();
  await Promise.all([page.waitForURL(/:\d+\/funnel/), page.keyboard.press("Enter")]);
  const token = (await context.cookies()).find((cookie) => cookie.name === "sluice").value;
  assert.notEqual(token, before);
  await page.goto("/me");
  assert.doesNotMatch(await line.innerText(), /never/);
  assert.match(await page.locator("#sessions tr", { hasText: "this one" }).innerText(), /passkey/);

  // Beside a password it is asked for, and half a sign-in opens nothing.
  await context.clearCookies();
  await password(page, "?next=/funnel");
  await page.waitForURL(/\/sign-in\/code/);
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/);
  await password(page, "?next=/funnel");
  await page.waitForURL(/\/sign-in\/code/);
  await fitsTheWindow(page);
  await Promise.all([page.waitForURL(/:\d+\/funnel/), page.click("text=Use a passkey")]);
  await page.goto("/me");
  assert.match(await page.locator("#sessions tr", { hasText: "this one" }).innerText(), /password and passkey/);

  // It also shows that one is still oneself.
  await page.goto("/me/prove?next=/me");
  await Promise.all([page.waitForURL(/:\d+\/me$/), page.click("text=Use a passkey")]);

  // Whoever does not unlock it comes in nowhere.
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await context.clearCookies();
  await page.goto("/sign-in");
  await page.click("text=Sign in with a passkey");
  await page.locator("[data-passkey-says]", { hasText: "No passkey was chosen" }).waitFor();
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  quiet();

  // What was sent once is not taken again, neither here nor in another browser.
  let sent;
  page.on("request", (request) => {
    if (request.url().endsWith("/sign-in/passkey")) sent = request.postData();
  });
  await Promise.all([page.waitForURL(/\/$|\/people/), page.click("text=Sign in with a passkey")]);
  assert.ok(sent.includes("answer="));
  for (const again of [page, (await open(chrome, address)).page]) {
    const answer = await again.request.post("/sign-in/passkey", {
      data: sent,
      headers: { "content-type": "application/x-www-form-urlencoded", origin: address },
      maxRedirects: 0,
    });
    assert.equal(answer.status(), 409);
    assert.match(await answer.text(), /took too long, or was answered before/);
  }

  // A removed one opens nothing, though the authenticator still has it.
  await page.goto("/me");
  await page.getByRole("button", { name: "Remove the passkey Laptop" }).click();
  await page.getByText("opens nothing here any more").waitFor();
  assert.equal((await credentials()).length, 1);
  await context.clearCookies();
  await page.goto("/sign-in");
  await page.click("text=Sign in with a passkey");
  await page.getByText("opens nothing here.").waitFor();
  await password(page);
  await page.waitForURL(/\/people/);
  await context.close();
});

test("a passkey of another address of the same program opens nothing", async () => {
  const other = address.replace("localhost", "sales.localhost");
  const { page, context, credentials } = await withAuthenticator({}, other);
  await password(page);
  await page.waitForURL(/\/people/);
  await page.goto("/me");
  await page.click("text=Add a passkey");
  await page.waitForSelector(".codes");
  assert.equal((await credentials())[0].rpId, "sales.localhost");
  await context.clearCookies();
  // At the other name the browser does not even offer it.
  await page.goto(`${address}/sign-in`);
  await page.click("text=Sign in with a passkey");
  await page.locator("[data-passkey-says]", { hasText: "No passkey was chosen" }).waitFor();
  // And what a page of one name was given is not taken at the other.
  await page.goto(`${other}/sign-in`);
  const given = await page.evaluate(async () => {
    const asked = await (await fetch("/sign-in/passkey/ask", { method: "POST", body: new URLSearchParams({ for: "enter" }) })).json();
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    const { id, response } = await navigator.credentials.get({
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: [] },
    });
    return JSON.stringify({
      id,
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    });
  });
  const isTheirs = ({ name, domain }) => name === "sluice-step" && domain === "sales.localhost";
  const step = (await context.cookies()).find(isTheirs).value;
  const answer = await fetch(`${address}/sign-in/passkey`, {
    method: "POST",
    body: new URLSearchParams({ answer: given, next: "/" }),
    headers: { accept: "text/html", origin: address, cookie: `sluice-step=${step}` },
    redirect: "manual",
  });
  assert.equal(answer.status, 409, "the right browser, challenge and signature, and the wrong origin");
  assert.match(await answer.text(), /opens nothing here/);
  await context.close();
  await program.run("second-factor", "--forget", owner.email);
});

test("a number is no name: there are no passkeys, and it is said", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await page.goto("/sign-in");
  assert.equal(await page.getByText("Sign in with a passkey").count(), 0);
  await password(page);
  await page.waitForURL(/\/people/);
  await page.goto("/me");
  await page.getByText("bound to the name of a host").waitFor();
  quiet();
  await context.close();
});

test("who must have a second factor gets one at the door, and others are told who has", async () => {
  const mara = await withAuthenticator();
  await password(mara.page);
  await mara.page.waitForURL(/\/people/);
  await mara.page.goto("/second-factor");
  await mara.page.getByLabel("Everybody").check();
  await mara.page.click("text=Save");
  await mara.page.getByText("You would be signed out yourself").waitFor();
  await mara.page.goto("/me");
  await mara.page.click("text=Add a passkey");
  await mara.page.waitForSelector(".codes");

  await mara.page.goto("/invitations");
  await mara.page.fill("[name=email]", "ines@ferrystone.example");
  await mara.page.click("text=Make a link");
  const link = await mara.page.locator("[data-secret]").innerText();
  const ines = await withAuthenticator({ viewport: { width: 390, height: 844 } });
  await ines.page.goto(link);
  await ines.page.fill("[name=name]", "Inês Duarte");
  await ines.page.fill("[name=password]", "a lighthouse in may");
  await Promise.all([ines.page.waitForURL(/\/people/), ines.page.keyboard.press("Enter")]);

  await mara.page.goto("/second-factor");
  await fitsTheWindow(mara.page);
  await mara.page.getByLabel("Everybody").check();
  await mara.page.click("text=Save");
  await mara.page.getByText("One browser is signed out").waitFor();
  assert.match(await mara.page.locator("tr", { hasText: "Inês" }).innerText(), /nothing yet/);
  assert.match(await mara.page.locator("tr", { hasText: owner.email }).innerText(), /a passkey/);

  await ines.page.goto("/funnel");
  assert.match(ines.page.url(), /\/sign-in/);
  await ines.page.fill("[name=email]", "ines@ferrystone.example");
  await ines.page.fill("[name=password]", "a lighthouse in may");
  await Promise.all([ines.page.waitForURL(/\/sign-in\/enrol/), ines.page.keyboard.press("Enter")]);
  await fitsTheWindow(ines.page);
  await ines.page.fill("[name=code]", "000000");
  await ines.page.keyboard.press("Enter");
  await ines.page.waitForSelector("[name=code][aria-invalid=true]");
  await ines.page.click("text=Make a passkey");
  await ines.page.waitForSelector(".codes");
  assert.equal(await ines.page.locator(".codes code").count(), 10);
  await Promise.all([ines.page.waitForURL(/:\d+\/funnel/), ines.page.click("text=I have them")]);
  await ines.page.goto("/me");
  await fitsTheWindow(ines.page);
  await ines.page.locator("#passkeys").getByRole("button", { name: /Remove/ }).click();
  await ines.page.getByText("this is your last").waitFor();

  // Whoever has lost it starts anew.
  await mara.page.goto("/second-factor");
  assert.match(await mara.page.locator("h2", { hasText: "Who has one" }).locator("..").innerText(), /2 of 2/);
  await mara.page.getByRole("button", { name: /second factor of Inês/ }).click();
  await mara.page.getByText("Taken away; they are signed out").waitFor();
  await ines.page.goto("/funnel");
  assert.match(ines.page.url(), /\/sign-in/);
  for (const one of [mara, ines]) {
    one.quiet();
    await one.context.close();
  }
});
