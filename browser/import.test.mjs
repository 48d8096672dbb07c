// A file, from the page where it is chosen to the reckoning, and whom it has brought.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, start } from "./harness.mjs";

let program, view, close;
before(async () => ({ program, view, close } = await house()));
after(() => close?.());

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

test("a text that was changed by hand outlives the dry run, and the choices come back when asked for", async () => {
  const { page, quiet } = view;
  await upload(page, "hand.csv", fair());
  await page.locator("summary", { hasText: "As text" }).click();
  const text = page.locator("textarea[name=text]");
  await text.fill((await text.inputValue()).replace(/^name = .*$/m, 'name = "By hand"'));
  await Promise.all([page.waitForURL(/dry-run/), page.getByRole("button", { name: "Dry run" }).click()]);
  assert.match(await page.locator("textarea[name=text]").inputValue(), /By hand/);
  assert.ok(await page.locator("[data-by-hand]").isVisible(), "the page says that the text counts");
  await page.getByRole("button", { name: "Use the choices again" }).click();
  await page.waitForSelector("[data-by-hand]", { state: "detached" });
  assert.doesNotMatch(await page.locator("textarea[name=text]").inputValue(), /By hand/);
  quiet();
});

test("two columns for one thing are told, and nothing starts", async () => {
  const { page, quiet } = view;
  await upload(page, "clash.csv", fair());
  const selects = page.locator("main select");
  await selects.nth(5).selectOption(await selects.nth(1).inputValue());
  await page.locator("button[formaction='/imports/start']").click();
  await page.waitForSelector("[role=alert]");
  assert.equal(await page.locator("tr[data-clash]").count(), 2, "both columns are marked");
  assert.match(page.url(), /imports\/start/);
  quiet();
});

test("a date that may be read in two ways is asked about, with what it would be", async () => {
  const { page, quiet } = view;
  const rows = ["email,signed up", "ada@firma.example,03/04/2025", "ben@firma.example,05/06/2025"];
  await upload(page, "dates.csv", Buffer.from(rows.join("\n"), "utf8"));
  const order = page.locator("select[aria-label^='How the dates']");
  const words = (await order.locator("option").allInnerTexts()).join(" ");
  assert.match(words, /3 Apr|4 Mar/, words);
  quiet();
});

test("rows taken with a note are counted, shown and kept in a file", async () => {
  const { page, quiet } = view;
  const rows = ["email,name", "ann@firma.example,Ann", "ira@firma.example,\u0405ue"];
  await upload(page, "noted.csv", Buffer.from(rows.join("\n"), "utf8"));
  await page.locator("button[formaction='/imports/start']").click();
  await page.waitForURL(/\/imports\/imp_/);
  assert.deepEqual(await reckoning(page), [2, 2, 0, 0, 0], "a note is no refusal");
  await page.reload();
  assert.match(await page.locator("[data-noted]").innerText(), /1 row was taken with a note/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("a[href$='noted.csv']").first().click(),
  ]);
  assert.match(await readFile(await download.path(), "utf8"), /ira@firma\.example/);
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
