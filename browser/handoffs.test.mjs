// Who waits for sales: taken on and handed back by key, and the table of what came of them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, fitsTheWindow, open, setUp, signIn, start } from "./harness.mjs";

let program, chrome, view;
before(async () => {
  program = await start();
  chrome = await browser();
  view = await open(chrome, program.address);
  await setUp(view.page);
  await program.run("demo", "--people", "400");
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

const seen = async () => JSON.parse(await program.run("handoffs", "--json"));
const rows = (page) => page.locator(".handoffs > li");

test("the page is one key from anywhere, and shows who waits with the time that is left", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL(/\/handoffs$/), page.keyboard.press("h")]);
  const found = await seen();
  assert.ok(found.waits > 2, "the story has people who wait");
  await Promise.all([page.waitForURL(/show=all/), page.click("a:has-text('Show all')")]);
  assert.equal(await rows(page).count(), found.waiting.length);
  const names = await rows(page).locator("a").allInnerTexts();
  assert.deepEqual(names, found.waiting.map((one) => one.name), "the oldest first");
  assert.match(await rows(page).first().innerText(), /left to take them on|too long/);
  quiet();
});

test("one key takes somebody on, and another hands back with a reason", async () => {
  const { page, quiet } = view;
  const before = await seen();
  await page.goto("/handoffs");
  await page.keyboard.press("j");
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/handoffs")), page.keyboard.press("a")]);
  await page.waitForFunction((name) => document.querySelector(".handoffs a")?.textContent !== name, before.waiting[0].name);
  assert.equal((await seen()).total.accepted, before.total.accepted + 1);

  await page.keyboard.press("j");
  await page.keyboard.press("r");
  assert.equal(await page.evaluate(() => document.activeElement?.name), "reason", "without a reason nobody is handed back");
  await page.keyboard.type("A student");
  await page.keyboard.press("Enter");
  await page.waitForFunction((name) => document.querySelector(".handoffs a")?.textContent !== name, before.waiting[1].name);
  const found = await seen();
  assert.equal(found.total.rejected, before.total.rejected + 1);
  assert.ok(found.total.reasons.some(({ reason }) => reason === "A student"));
  quiet();
});

test("the counts add up on the screen, and lead to the people", async () => {
  const { page, quiet } = view;
  await page.goto("/handoffs");
  assert.equal(await page.locator(".balance[data-balance]").first().getAttribute("data-balance"), "true");
  const { total } = await seen();
  assert.match(await page.locator(".panel__foot:has(.balance)").innerText(), new RegExp(`${total.rejected} rejected`));
  await Promise.all([page.waitForURL(/outcome=rejected/), page.locator("#versions a[href*='outcome=rejected']").click()]);
  assert.equal(await page.locator("#people tbody tr").count(), total.rejected);
  assert.match(await page.locator("#people").innerText(), /A student/);
  quiet();
});

test("without any script a handoff is a form", async () => {
  const bare = await open(chrome, program.address, { javaScriptEnabled: false });
  await signIn(bare.page);
  await bare.page.goto("/handoffs");
  const name = await rows(bare.page).first().locator("a").innerText();
  await rows(bare.page).first().locator("button[value=yes]").click();
  await bare.page.waitForURL(/\/handoffs$/);
  assert.notEqual(await rows(bare.page).first().locator("a").innerText(), name);
  bare.quiet();
});

test("handoffs fit a phone", async () => {
  const { context, quiet } = view;
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/handoffs", "/handoffs?outcome=rejected"]) {
    await page.goto(path);
    await fitsTheWindow(page);
  }
  quiet();
});
