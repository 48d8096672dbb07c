// One's own account and the team's doors: invitations, codes of an app, sessions, tokens, the audit log.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { browser, fitsTheWindow, open, owner, setUp, signIn, start } from "./harness.mjs";

let program, chrome;
before(async () => {
  program = await start();
  chrome = await browser();
  const { page, context } = await open(chrome, program.address);
  await setUp(page);
  await context.close();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

/** The code of an app that holds the secret (RFC 6238), `ahead` steps from now. */
function codeOf(secret, ahead = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac("sha1", key).update(step).digest();
  const offset = digest.at(-1) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("who is invited comes in by the link, once", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await signIn(page);
  await page.goto("/invitations");
  await page.fill("[name=email]", "ines@ferrystone.example");
  await page.selectOption("[name=role]", "member");
  await page.click("text=Make a link");
  const link = await page.locator("[data-secret]").innerText();
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/join\/[0-9a-z]{26}$/);
  await page.getByText("does not send mail yet").waitFor();
  assert.ok(await page.locator("td", { hasText: "ines@ferrystone.example" }).isVisible());

  const ines = await open(chrome, program.address, { viewport: { width: 390, height: 844 } });
  await ines.page.goto(link);
  await fitsTheWindow(ines.page);
  await ines.page.fill("[name=name]", "Inês Duarte");
  await ines.page.fill("[name=password]", "12345678");
  await ines.page.keyboard.press("Enter");
  await ines.page.waitForSelector("[name=password][aria-invalid=true]");
  assert.equal(await ines.page.inputValue("[name=name]"), "Inês Duarte");
  await ines.page.fill("[name=password]", "a lighthouse in may");
  await Promise.all([ines.page.waitForURL(/\/people/), ines.page.keyboard.press("Enter")]);
  for (const path of ["/invitations", "/tokens", "/audit"]) {
    assert.equal((await ines.page.goto(path)).status(), 403, `a member does not see ${path}`);
  }
  await ines.page.goto("/me");
  assert.equal(await ines.page.locator(".subnav a").count(), 1);
  await fitsTheWindow(ines.page);

  const late = await open(chrome, program.address);
  assert.equal((await late.page.goto(link)).status(), 404);
  await late.page.getByText("lets nobody in").waitFor();
  for (const one of [ines, late]) {
    one.quiet();
    await one.context.close();
  }
  quiet();
  await context.close();
});

test("an invitation is renewed and taken back", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await signIn(page);
  await page.goto("/invitations");
  await page.fill("[name=email]", "tom@ferrystone.example");
  await page.click("text=Make a link");
  const first = await page.locator("[data-secret]").innerText();
  await page.getByRole("button", { name: "New link for tom@ferrystone.example" }).click();
  const second = await page.locator("[data-secret]").innerText();
  assert.notEqual(first, second);
  assert.equal((await page.request.get(first)).status(), 404);
  assert.equal((await page.request.get(second)).status(), 200);
  await page.getByRole("button", { name: "Take the invitation of tom@ferrystone.example back" }).click();
  await page.getByText("That link lets nobody in any more").waitFor();
  assert.equal((await page.request.get(second)).status(), 404);
  quiet();
  await context.close();
});

test("an app's code is asked for beside the password, and a recovery code stands in for it", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  const before = (await context.cookies()).map((cookie) => cookie.value);
  await signIn(page);
  await page.goto("/me");
  await page.click("text=Set up an app");
  const secret = await page.locator("[data-secret]").getAttribute("data-secret");
  assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.ok((await page.locator("svg.qr path").getAttribute("d")).length > 1000, "a QR code is drawn");
  await page.fill("[name=code]", "000000");
  await page.keyboard.press("Enter");
  await page.waitForSelector("[name=code][aria-invalid=true]");
  const used = codeOf(secret); // half a minute may be over before it is shown again
  await page.fill("[name=code]", used);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".codes");
  const codes = await page.locator(".codes code").allInnerTexts();
  assert.equal(codes.length, 10);

  const other = await open(chrome, program.address);
  const half = async () => {
    await other.page.goto("/sign-in?next=/funnel");
    await other.page.fill("[name=email]", owner.email);
    await other.page.fill("[name=password]", owner.password);
    await Promise.all([other.page.waitForURL(/\/sign-in\/code/), other.page.keyboard.press("Enter")]);
  };
  await half();
  await other.page.goto("/people");
  assert.match(other.page.url(), /\/sign-in/, "half a sign-in opens nothing");
  await half();
  await other.page.fill("[name=code]", used);
  await other.page.keyboard.press("Enter");
  await other.page.getByText("was used before").waitFor(); // the code that set it up
  await other.page.fill("[name=code]", codeOf(secret, 1));
  await Promise.all([other.page.waitForURL(/:\d+\/funnel/), other.page.keyboard.press("Enter")]);
  const token = (await other.context.cookies()).find((cookie) => cookie.name === "sluice").value;
  assert.ok(!before.includes(token));

  await other.context.clearCookies();
  await half();
  await other.page.fill("[name=code]", codes[0].toUpperCase());
  await Promise.all([other.page.waitForURL(/:\d+\/funnel/), other.page.keyboard.press("Enter")]);

  await page.goto("/me");
  await page.getByText("9 of 10 recovery codes are left").waitFor();
  await page.click("text=Ask for no code any more");
  await page.getByText("No code is asked for any more.", { exact: true }).waitFor();
  other.quiet();
  await other.context.close();
  quiet();
  await context.close();
});

test("the browsers in which one is signed in are seen, and signed out", async () => {
  const here = await open(chrome, program.address);
  const there = await open(chrome, program.address);
  await signIn(here.page);
  await signIn(there.page);
  await here.page.goto("/me");
  assert.ok((await here.page.locator("#sessions tbody tr").count()) >= 2);
  assert.match(await here.page.locator("#sessions tbody tr", { hasText: "this one" }).innerText(), /Chrome on Linux/);
  await here.page.click("text=Sign out everywhere else");
  await here.page.waitForURL(/done=others/);
  assert.equal(await here.page.locator("#sessions tbody tr").count(), 1);
  await there.page.goto("/people");
  assert.match(there.page.url(), /\/sign-in/);

  await signIn(there.page);
  await here.page.goto("/me");
  await here.page.fill("[name=old]", owner.password);
  await here.page.fill("[name=new]", owner.password);
  await here.page.click("text=Change the password");
  await here.page.getByText("Your password is changed").waitFor();
  await there.page.goto("/people");
  assert.match(there.page.url(), /\/sign-in/, "a new password signs every other browser out");
  for (const one of [here, there]) {
    one.quiet();
    await one.context.close();
  }
});

test("a token is made, shown once, opens the API, and is revoked", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await signIn(page);
  const people = (token) =>
    fetch(`${program.address}/api/v1/people`, { headers: { authorization: `Bearer ${token}` } });
  await page.goto("/me");
  await page.fill("#tokens [name=name]", "report");
  await page.click("text=Make a token");
  const own = await page.locator("[data-secret]").innerText();
  assert.match(own, /^sluice_[0-9a-z]{52}$/);
  assert.equal((await people(own)).status, 200);
  await page.goto("/me");
  assert.equal(await page.locator("[data-secret]").count(), 0);
  await page.getByRole("button", { name: "Revoke report" }).click();
  await page.waitForURL(/done=revoked/);
  assert.equal((await people(own)).status, 401);

  await page.goto("/tokens");
  await page.fill("[name=service]", "Web forms");
  await page.click("text=Make a service user");
  await page.waitForURL(/done=service/);
  await page.fill("[name=name]", "site");
  await page.selectOption("[name=scope]", "write");
  await page.click("text=Make a token");
  const service = await page.locator("[data-secret]").innerText();
  assert.equal((await people(service)).status, 200);
  await page.getByRole("button", { name: "Revoke site" }).click();
  await page.waitForURL(/done=revoked/);
  assert.equal((await people(service)).status, 401);
  quiet();
  await context.close();
});

test("the audit log tells who did what, is narrowed, and is taken out as a file", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await signIn(page);
  await page.goto("/audit");
  for (const what of ["token.revoked", "service-user.created", "sessions.ended", "invitation.accepted"]) {
    assert.ok(await page.locator("tbody", { hasText: what }).isVisible(), what);
  }
  await page.fill("[name=what]", "token.");
  await page.fill("[name=user]", owner.email);
  await page.keyboard.press("Enter");
  await page.waitForURL(/what=token/);
  const seen = await page.locator("tbody tr td:nth-child(4)").allInnerTexts();
  assert.ok(seen.length >= 4 && seen.every((what) => what.startsWith("token.")), seen.join());
  await page.goto("/audit?on=nothing");
  await page.getByText("is no id").waitFor();

  const csv = await (await page.request.get("/audit.csv?what=token.")).text();
  assert.match(csv, /^at,by,by_name,mouth,token,what,subject,detail\n/);
  const lines = (await (await page.request.get("/audit.jsonl?mouth=page")).text()).trim().split("\n");
  assert.ok(lines.every((line) => JSON.parse(line).mouth === "page"));
  assert.equal(JSON.parse(lines[0]).what, "audit.exported", "taking the log out is noted, too");

  const checked = JSON.parse(await program.run("audit", "--check", "--json"));
  assert.deepEqual(checked.breaks, []);
  quiet();
  await context.close();
});

test("the settings fit a phone", async () => {
  const { page, context, quiet } = await open(chrome, program.address, { viewport: { width: 390, height: 844 } });
  await signIn(page);
  for (const path of ["/me", "/invitations", "/tokens", "/audit", "/me/prove"]) {
    await page.goto(path);
    await fitsTheWindow(page);
  }
  quiet();
  await context.close();
});
