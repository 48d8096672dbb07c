// A file, from the page where it is chosen to the reckoning, and whom it has brought.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { browser, fitsTheWindow, open, setUp, start } from "./harness.mjs";

let program, chrome, view;
before(async () => {
  program = await start();
  chrome = await browser();
  view = await open(chrome, program.address);
  await setUp(view.page);
});
after(async () => {
  await chrome?.close();
  await program?.stop();
});

/** An invented list of a fair: `people` rows that fit, one whose address is none, one without any. */
const ROWS = 120;
function fair() {
  const rows = ["E-Mail;Vorname;Nachname;Firma;Mitarbeiter;Notiz"];
  for (let n = 0; n < ROWS; n++) {
    rows.push(`greta${n}@firma${n % 7}.example;Greta ${n};Lind;Firma ${n % 7};${50 + n};"sagt ""bald""; ruft an"`);
  }
  rows.push("m.rossi@;Mario;Rossi;Adriatica;12;", ";Niemand;;;;");
  return Buffer.from(rows.join("\r\n"), "utf8");
}

async function upload(page, name, buffer) {
  await page.goto("/imports");
  await page.setInputFiles("input[type=file]", { name, mimeType: "text/csv", buffer });
  await Promise.all([page.waitForURL(/\/imports\/new/), page.click("main form button")]);
}

/** The numbers of a reckoning: read, created, updated, unchanged, rejected. */
async function reckoning(page) {
  await page.waitForSelector(".panel:not([data-poll]) .balance");
  const numbers = await page.locator(".panel:not([data-poll]) .job-nums dd").first().locator("xpath=../..").locator("dd").allInnerTexts();
  return numbers.map((number) => Number(number.replaceAll(",", "")));
}

test("a file is looked at, tried without writing, imported, and reckoned up", async () => {
  const { page, quiet } = view;
  await upload(page, "fair.csv", fair());
  const targets = await page.locator("main select").evaluateAll((all) => all.map((one) => one.selectedOptions[0].text));
  assert.match(targets[0], /e-mail/i, "the column of addresses is recognised");
  assert.match(targets[1], /first name/i);

  await Promise.all([page.waitForURL(/dry-run/), page.getByRole("button", { name: "Dry run" }).click()]);
  const dry = await page.locator("[data-dry] dd").allInnerTexts();
  assert.deepEqual(dry.map(Number), [ROWS, 0, 0, 2, ROWS + 2]);
  const other = await view.context.newPage();
  await other.goto("/people");
  assert.ok(await other.getByText("Nobody is here yet").isVisible(), "a dry run writes nothing");
  await other.close();

  await page.locator("button[formaction='/imports/start']").click();
  await page.waitForURL(/\/imports\/imp_/);
  assert.deepEqual(await reckoning(page), [ROWS + 2, ROWS, 0, 0, 2], "in = created + updated + unchanged + rejected");
  assert.equal(await page.locator("[role=alert]").count(), 0);

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("a[href$='rejected.csv']").first().click(),
  ]);
  const rejected = await readFile(await download.path(), "utf8");
  assert.match(rejected, /m\.rossi@/);
  assert.match(rejected, /is not an e-mail address/);
  quiet();
});

test("the same file again changes nothing", async () => {
  const { page, quiet } = view;
  await upload(page, "fair.csv", fair());
  await page.locator("button[formaction='/imports/start']").click();
  await page.waitForURL(/\/imports\/imp_/);
  assert.deepEqual(await reckoning(page), [ROWS + 2, 0, 0, ROWS, 2]);
  await page.goto("/imports");
  assert.equal(await page.locator(".panel .balance").count(), 2, "both stand in the list");
  quiet();
});

test("whom a file has brought stands in the list, with the file as the source of every fact", async () => {
  const { page, quiet } = view;
  await page.goto("/people?q=greta7%40");
  assert.equal(await page.locator("[data-row]").count(), 1);
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(/\/people\/per_/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Greta 7 Lind");
  const facts = page.locator(".facts").first();
  assert.match(await facts.innerText(), /greta7@firma0\.example/);
  assert.match(await facts.locator(".src").first().innerText(), /import/);
  quiet();
});

test("what is no table is refused in words", async () => {
  const { page, quiet } = view;
  await page.goto("/imports");
  await page.setInputFiles("input[type=file]", { name: "empty.csv", mimeType: "text/csv", buffer: Buffer.alloc(0) });
  await page.click("main form button");
  const words = await page.locator("[role=alert], .fault").first().innerText();
  assert.ok(words.length > 20, words);
  quiet();
});

test("the pages of an import fit a phone", async () => {
  const { context, quiet } = view;
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/imports");
  await fitsTheWindow(page);
  await page.locator(".panel h2 a").first().click();
  await page.waitForURL(/imp_/);
  await fitsTheWindow(page);
  await upload(page, "phone.csv", fair());
  await fitsTheWindow(page);
  quiet();
});
