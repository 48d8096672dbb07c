// The way in: the first run, signing in and out, and what a stranger sees.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, fitsTheWindow, open, owner, setUp, signIn, start } from "./harness.mjs";

let program, chrome;
before(async () => {
  program = await start();
  chrome = await browser();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

test("a new workspace asks for its owner, and then is theirs", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await page.goto("/people");
  assert.match(page.url(), /\/setup/, "before there is an owner every page leads to the set-up");

  await page.fill("[name=workspace]", owner.workspace);
  await page.fill("[name=name]", owner.name);
  await page.fill("[name=email]", "no address");
  await page.fill("[name=password]", owner.password);
  await page.locator("form").first().evaluate((form) => (form.noValidate = true));
  await page.click("main form button");
  assert.equal(await page.locator("[name=email]").getAttribute("aria-invalid"), "true");
  assert.equal(await page.inputValue("[name=workspace]"), owner.workspace, "what was right is kept");
  assert.equal(await page.inputValue("[name=password]"), "", "a password is never sent back");

  await setUp(page);
  assert.equal(await page.locator(".nav__ws .clip").innerText(), owner.workspace);
  assert.ok(await page.getByRole("link", { name: "Import a file" }).isVisible(), "an empty workspace offers an import");
  assert.ok(await page.locator("form[action='/demo']").isVisible(), "and a demo story");
  await page.goto("/setup");
  assert.doesNotMatch(page.url(), /\/setup/, "a workspace is set up once");
  quiet();
  await context.close();
});

test("a wrong password and an unknown address are told in the same words", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  const told = [];
  for (const email of [owner.email, "nobody@ferrystone.example"]) {
    await page.goto("/sign-in");
    await page.fill("[name=email]", email);
    await page.fill("[name=password]", "something else");
    await page.keyboard.press("Enter");
    told.push((await page.locator("[role=alert]").innerText()).replace(/\d+|one|two|three|four|five/gi, "N"));
  }
  assert.equal(told[0], told[1]);
  assert.equal(await page.inputValue("[name=password]"), "");
  quiet();
  await context.close();
});

test("who signs in comes to the page that was asked for, and signs out again", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await page.goto("/funnel?days=30");
  assert.match(page.url(), /\/sign-in/);
  await page.fill("[name=email]", owner.email);
  await page.fill("[name=password]", owner.password);
  await Promise.all([page.waitForURL(/\/funnel\?days=30/), page.keyboard.press("Enter")]);

  await page.locator(".topbar__account").click();
  assert.ok(await page.getByText(owner.email).isVisible());
  await Promise.all([page.waitForURL(/\/sign-in/), page.getByRole("button", { name: "Sign out" }).click()]);
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/, "the session is over");
  quiet();
  await context.close();
});

test("a cookie of the session is not for scripts, nor for other sites", async () => {
  const { page, context } = await open(chrome, program.address);
  await signIn(page);
  const cookies = await context.cookies();
  assert.ok(cookies.length > 0);
  for (const cookie of cookies) {
    assert.ok(cookie.httpOnly, cookie.name);
    assert.notEqual(cookie.sameSite, "None", cookie.name);
  }
  await context.close();
});

test("every page says what a browser may not do, and is kept by nobody", async () => {
  const { page, context } = await open(chrome, program.address);
  await signIn(page);
  for (const path of ["/people", "/funnel", "/imports", "/people/per_0000000000000", "/no-such-page"]) {
    const answer = await page.goto(path);
    const headers = answer.headers();
    assert.match(headers["content-security-policy"] ?? "", /default-src 'none'/, path);
    assert.doesNotMatch(headers["content-security-policy"], /unsafe/, path);
    assert.equal(headers["cache-control"], "no-store", path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
  }
  await context.close();
});

test("the theme follows the system until it is switched, and is remembered", async () => {
  const { page, context, quiet } = await open(chrome, program.address, { colorScheme: "dark" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.goto("/sign-in");
  assert.equal(await theme(), "dark");
  const dark = await ground();
  await page.locator("[data-theme-toggle]").first().click();
  assert.equal(await theme(), "light");
  assert.notEqual(await ground(), dark);
  await page.reload();
  assert.equal(await theme(), "light", "remembered");
  quiet();
  await context.close();
});

test("the door fits a phone", async () => {
  const { page, context, quiet } = await open(chrome, program.address, { viewport: { width: 390, height: 844 } });
  await page.goto("/sign-in");
  await fitsTheWindow(page);
  quiet();
  await context.close();
});

test("assets are kept for ever and come packed", async () => {
  const { page, context } = await open(chrome, program.address);
  const assets = [];
  page.on("response", (response) => response.url().includes("/assets/") && assets.push(response));
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  assert.ok(assets.length >= 4, `${assets.length} assets`);
  let bytes = 0;
  for (const asset of assets) {
    assert.match(asset.headers()["cache-control"], /immutable/, asset.url());
    bytes += (await asset.request().sizes()).responseBodySize;
  }
  assert.ok(bytes < 100_000, `the first visit costs ${bytes} bytes`);
  await context.close();
});
