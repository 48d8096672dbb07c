// A definition on its way: several lenses, a draft that is checked while it is written, a backtest, two teams' yes,
// and the version that comes of it.

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { browser, fitsTheWindow, open, setUp, start } from "./harness.mjs";

const packs = join(dirname(dirname(fileURLToPath(import.meta.url))), "cores/funnel/packs");
let program, chrome, view, draft, backtest;
before(async () => {
  program = await start();
  chrome = await browser();
  view = await open(chrome, program.address);
  await setUp(view.page);
  await program.run("demo", "--people", "600");
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

const number = (text) => Number(text.replaceAll(",", "").trim());

test("with one lens there is nothing to choose", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  assert.equal(await page.locator("#label").count(), 0);
  assert.equal(await page.locator(".lens-table thead th").count(), 2);
  quiet();
});

test("another lens is looked through on every page, until one looks back", async () => {
  const { page, quiet } = view;
  await program.run("definition", "adopt", join(packs, "article-e-sales.toml"), "--lens", "Sales");
  await page.goto("/people");
  const shared = await page.locator(".tabs .count").allInnerTexts();
  await page.click(".topbar__label");
  await Promise.all([page.waitForLoadState(), page.click("#label button:has-text('Sales')")]);
  await page.waitForURL(/\/people$/);
  assert.match(await page.locator(".topbar__label").innerText(), /Sales, version 1/);
  assert.notDeepEqual(await page.locator(".tabs .count").allInnerTexts(), shared);
  await page.goto("/funnel");
  assert.match(await page.locator("main").innerText(), /Article E: sales' lens, version 1/);
  await page.click(".topbar__label");
  await Promise.all([page.waitForLoadState(), page.click("#label button:has-text('Shared')")]);
  await page.goto("/people");
  assert.deepEqual(await page.locator(".tabs .count").allInnerTexts(), shared);
  quiet();
});

test("two lenses are compared: counts, kappa, and on what they part", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  await Promise.all([page.waitForURL(/\/lenses$/), page.click("text=Compare")]);
  const body = await page.locator("main").innerText();
  assert.match(body, /Shared and Sales/);
  assert.match(body, /Cohen's kappa -?0\.\d\d/);
  assert.match(body, /\d+ of \d+ lack: /);
  assert.equal(await page.locator(".lens-agree svg.chart polyline").count(), 1);
  quiet();
});

test("what is wrong with a draft is said while it is written, with its line", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  await Promise.all([page.waitForURL(/\/definitions\/drafts\/dft_/), page.click("text=Change the definition")]);
  draft = new URL(page.url()).pathname;
  await page.waitForSelector("text=It says the same as what is in force");
  const text = await page.inputValue("#text");
  await page.fill("#text", text.replace("score.fit >= 60", "score.fti >= 60"));
  await page.waitForSelector("#checked .callout");
  assert.match(await page.locator("#checked").innerText(), /line \d+, column \d+.*did you mean fit|score\.fit/s);
  await page.click("#checked a[data-line]");
  const chosen = await page.evaluate(() => {
    const field = document.querySelector("#text");
    return field.value.slice(field.selectionStart, field.selectionEnd);
  });
  assert.match(chosen, /score\.fti/);
  await page.fill("#text", text.replace("score.fit >= 60", "score.fit >= 75"));
  await page.waitForSelector("#checked ins");
  assert.equal(await page.locator("#checked ins").innerText(), "fit is at least 75");
  assert.equal(await page.locator("#checked del").innerText(), "fit is at least 60");
  quiet();
});

test("a draft whose examples fail is saved and not proposed", async () => {
  const { page, quiet } = view;
  await page.fill("[name=note]", "Fewer, better prospects");
  await Promise.all([page.waitForLoadState(), page.click("button[value=propose]")]);
  await page.waitForSelector("[role=alert]");
  await page.goto(draft);
  assert.match(await page.inputValue("#text"), /score\.fit >= 75/);
  assert.equal(await page.inputValue("[name=note]"), "Fewer, better prospects");
  assert.match(await page.locator("h1 + p").innerText(), /draft/);
  quiet();
});

test("a backtest says what the draft would have done, and to whom", async () => {
  const { page, quiet } = view;
  await Promise.all([page.waitForURL(/\/backtests\/bkt_/), page.click("button[value=test]")]);
  backtest = new URL(page.url()).pathname;
  await page.waitForSelector("#h-who");
  const body = await page.locator("main").innerText();
  assert.match(body, /600 histories/);
  assert.match(body, /fewer than version 1|as many as version 1/);
  const differ = number(await page.locator("#h-who + .count").innerText());
  assert.ok(differ > 0);
  assert.equal(await page.locator(".bt-people tbody tr").count(), Math.min(differ, 100));
  await page.locator(".bt-people details summary").first().click();
  assert.ok((await page.locator(".bt-people details[open] li").count()) > 0, "both receipts are there");
  quiet();
});

test("a sound draft is proposed, approved by both teams, and adopted", async () => {
  const { page, quiet } = view;
  await page.goto(draft);
  const text = await page.inputValue("#text");
  await page.fill("#text", text.replace("score.fit >= 75", "score.fit >= 60").replace("days(180)", "days(120)"));
  await Promise.all([page.waitForLoadState(), page.click("button[value=propose]")]);
  for (const team of ["marketing", "sales"]) {
    await Promise.all([page.waitForLoadState(), page.click(`button:has-text('Yes, for ${team}')`)]);
  }
  await Promise.all([page.waitForLoadState(), page.click("button:has-text('Adopt it')")]);
  assert.match(await page.locator("h1 + p").innerText(), /adopted\s+as version 2/);
  assert.equal(await page.locator("button[value=save]").count(), 0, "what was adopted stays as it is");
  await page.goto("/definitions");
  assert.match(await page.locator("main").innerText(), /came with the workspace/);
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("a:has-text('as a file')").first().click()]);
  assert.equal(file.suggestedFilename(), "shared-2.toml");
  quiet();
});

test("everything about definitions fits a phone", async () => {
  const { context, quiet } = view;
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/funnel", "/lenses", "/definitions", draft, backtest]) {
    await page.goto(path);
    await fitsTheWindow(page);
  }
  quiet();
});
