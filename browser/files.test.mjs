// Definitions as files: a pack or a file of one's own becomes a draft, for a lens that there is or a new one; and what
// the draft that was tried last would have done stands on the page of the funnel.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house } from "./harness.mjs";

let program, view, close;
before(async () => ({ program, view, close } = await house({ people: 400 })));
after(() => close?.());

/** Says yes for each team that is asked, and adopts the draft that is shown. */
async function agree(page) {
  await Promise.all([page.waitForLoadState("load"), page.click("text=Propose")]);
  while ((await page.locator("button[name=team]").count()) > 0) {
    await Promise.all([page.waitForLoadState("load"), page.locator("button[name=team]").first().click()]);
  }
  await Promise.all([page.waitForLoadState("load"), page.click("text=Adopt it")]);
  assert.match(await page.locator(".head .badge").innerText(), /adopted/);
}

test("a pack begins a draft for a new lens, under which everybody stands once it is adopted", async () => {
  const { page, quiet } = view;
  await page.goto("/definitions");
  await fitsTheWindow(page);
  const pack = page.locator("#packs li", { hasText: "sales' lens" });
  await pack.locator("[name=lens]").fill("Sales");
  await Promise.all([page.waitForURL(/dft_/), pack.locator("button").click()]);
  assert.match(await page.locator("h1 + p").innerText(), /A draft for Sales/);
  assert.match(await page.locator("#checked").innerText(), /all 9 hold/);
  await page.goto("/lenses");
  assert.doesNotMatch(await page.locator("main").innerText(), /Sales/, "nobody stands under it yet");
  await page.goBack();
  await agree(page);
  for (;;) {
    await page.goto("/lenses");
    const sales = await page.locator(".lens-table th", { hasText: "Sales" }).count();
    const opportunities = await page.locator(".lens-table tr", { hasText: "Opportunity" }).locator("td").nth(1).innerText();
    if (sales === 1 && opportunities !== "0") break;
    await page.waitForTimeout(200); // everybody is being stood anew
  }
  quiet();
});

test("a definition leaves as a file and comes back as a draft", async () => {
  const { page, quiet } = view;
  await page.goto("/definitions");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("#packs a", { hasText: "as a file" }).first().click(),
  ]);
  assert.equal(download.suggestedFilename(), "default.toml");
  let text = "";
  for await (const chunk of await download.createReadStream()) text += chunk;
  const mine = text.replace("score.fit >= 60", "score.fit >= 80").replace(/^name .*$/m, 'name = "Ours, stricter"');
  await page.setInputFiles("#packs [name=file]", { name: "ours.toml", mimeType: "text/plain", buffer: Buffer.from(mine) });
  await Promise.all([page.waitForURL(/dft_/), page.locator("#packs form[enctype] button").click()]);
  assert.equal(await page.locator("h1").innerText(), "Ours, stricter");
  assert.match(await page.locator("#checked").innerText(), /fit is at least 80/);
  quiet();
});

test("what the draft would have done stands on the page of the funnel, with what changes", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  assert.match(await page.locator("#backtest").innerText(), /No draft has been run over the past yet/);
  await page.goBack();
  await Promise.all([page.waitForURL(/backtests/), page.click("text=Save and backtest")]);
  await page.waitForSelector("#who");
  await page.goto("/funnel");
  const panel = page.locator("#backtest");
  assert.match(await panel.innerText(), /Ours, stricter/);
  assert.match(await panel.locator("ins").first().innerText(), /fit is at least 80/);
  assert.match(await panel.innerText(), /needs one yes from marketing and one yes from sales/);
  await Promise.all([page.waitForURL(/dft_/), panel.locator("text=Edit the draft").click()]);
  await page.goto("/funnel");
  await Promise.all([page.waitForURL(/backtests/), panel.locator("text=would stand elsewhere").click()]);
  quiet();
});

test("a window is held against the one before it", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel?days=30");
  await Promise.all([page.waitForURL(/compare=1/), page.click("text=Compare with the 30 days before")]);
  assert.match(await page.locator("#before").innerText(), /Lead\s+\d+\s+\d+/);
  await fitsTheWindow(page);
  await Promise.all([page.waitForURL(/days=30$/), page.click("text=Leave out the window before")]);
  assert.equal(await page.locator("#before").count(), 0);
  quiet();
});

test("what is no definition's file is refused in words", async () => {
  const { page } = view;
  await page.goto("/definitions");
  await page.setInputFiles("#packs [name=file]", { name: "x.toml", mimeType: "text/plain", buffer: Buffer.from([0xff, 0xfe, 0]) });
  await Promise.all([page.waitForLoadState("load"), page.locator("#packs form[enctype] button").click()]);
  assert.match(await page.locator("main").innerText(), /no text in UTF-8/);
});
