// Who waits for sales: taken on and handed back by key, and the table of what came of them; and whoever is sent away
// with a day, a promise or a reason.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open, signIn, tablesFit } from "./harness.mjs";

let program, chrome, view, close;
before(async () => ({ program, chrome, view, close } = await house({ people: 400 })));
after(() => close?.());

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

test("on a record Enter after a reason hands back, as the reason says, and takes nobody on", async () => {
  const { page, quiet } = view;
  const before = await seen();
  await page.goto(`/people/${before.waiting[0].person}`);
  const reason = page.locator("form[action$='/handoff'] [name=reason]").first();
  await reason.press("Enter");
  assert.equal((await seen()).total.accepted, before.total.accepted, "without a reason nothing happens");
  await reason.fill("Too small");
  await Promise.all([page.waitForURL(/#why$/), reason.press("Enter")]);
  const { total } = await seen();
  assert.deepEqual([total.accepted, total.rejected], [before.total.accepted, before.total.rejected + 1]);
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
  await Promise.all([page.waitForURL(/\/people\//), page.locator("#people tr:has-text('A student') a").first().click()]);
  assert.match(await page.locator("section:has(> #h-hand)").innerText(), /handed back, answered .*: A student/);
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

const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test("whoever is recycled has a day, a condition and a promise on their record, and can be put off", async () => {
  const { page, quiet } = view;
  const [lead] = JSON.parse(await program.run("people", "--stage", "lead", "--limit", "1", "--json")).people;
  await page.goto(`/people/${lead.id}`);
  await page.locator("summary", { hasText: /^\s*Recycle\s*$/ }).click();
  const form = page.locator(".recycled form");
  await form.locator("[name=reason]").fill("No budget this year");
  await form.locator("[name=wake_on]").fill(inDays(90));
  await form.locator("[name=wake_when]").fill("company.employees >= 5000");
  await form.locator("[name=promise]").fill("A new offer");
  await form.locator("[name=promise_by]").fill(inDays(60));
  await Promise.all([page.waitForURL(/#why$/), form.locator("button").click()]);
  const why = page.locator("[data-why]");
  await page.waitForSelector("[data-why] [data-stage=recycled]");
  assert.match(await why.innerText(), /No budget this year/);
  assert.match(await why.innerText(), /Wakes on \d+ \w+ \d+, or when this holds: .*5000/);
  assert.match(await why.innerText(), /Promised: A new offer, by/);
  await page.locator("summary", { hasText: /^\s*Put off\s*$/ }).click();
  await form.locator("[name=reason]").fill("They asked for longer");
  await form.locator("[name=wake_when]").fill("did(\"nothing");
  await form.locator("button").click();
  assert.match(await page.locator("main").innerText(), /They cannot wake by that/);
  quiet();
});

test("whoever is disqualified goes for a reason that is shown", async () => {
  const { page, quiet } = view;
  const [lead] = JSON.parse(await program.run("people", "--stage", "lead", "--limit", "1", "--json")).people;
  await page.goto(`/people/${lead.id}`);
  await page.locator("summary", { hasText: /^\s*Disqualify\s*$/ }).click();
  assert.equal(await page.locator("#because-disqualified option").first().getAttribute("value"), "competitor");
  await page.fill(".disqualified [name=reason]", "a student");
  await Promise.all([page.waitForURL(/#why$/), page.click(".disqualified button")]);
  await page.waitForSelector("[data-why] [data-stage=disqualified]");
  assert.match(await page.locator("[data-why]").innerText(), /a student/);
  quiet();
});

test("handoffs fit a phone", async () => {
  const { context, quiet } = view;
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/handoffs", "/handoffs?outcome=rejected"]) {
    await page.goto(path);
    await fitsTheWindow(page);
    await tablesFit(page);
  }
  await page.goto("/handoffs");
  const card = page.locator("#sources tbody tr").first();
  const label = await card.locator("[data-label='Handed over']").evaluate((cell) => getComputedStyle(cell, "::before").content);
  assert.equal(label, '"Handed over"', "a cell of a card says what it is");
  await page.setViewportSize({ width: 1440, height: 900 });
  await tablesFit(page);
  quiet();
});
