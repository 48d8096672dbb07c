// Privacy and what leaves: lawful bases, the file about somebody, their erasure; rules of retention; a list as a file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fitsTheWindow, house } from "./harness.mjs";

let program, view, close;
before(async () => ({ program, view, close } = await house({ people: 60 })));
after(() => close?.());

async function somebody(page, nth) {
  await page.goto("/people?sort=name");
  const href = await page.locator("[data-rows] a[href^='/people/per_']").nth(nth).getAttribute("href");
  return href.split("?")[0];
}

async function saved(page, click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

test("a lawful basis is recorded with its evidence, taken back, and asked for by a condition", async () => {
  const { page, quiet } = view;
  const here = await somebody(page, 0);
  await page.goto(here);
  await page.click("text=Privacy: lawful basis");
  await page.waitForURL(/privacy$/);
  assert.match(await page.locator("tr", { hasText: "marketing" }).innerText(), /Unknown/);
  await page.fill("[name=evidence]", "Ticked the box of the form");
  await page.keyboard.press("Enter");
  await page.waitForSelector("tr:has-text('marketing') .pos");
  assert.match(await page.locator("tr", { hasText: "marketing" }).innerText(), /Consent[\s\S]*Ticked the box/);
  await page.selectOption("[name=basis]", "withdrawn");
  await page.click("text=Record the basis");
  await page.waitForSelector("tr:has-text('marketing') .neg");
  const who = here.split("/").pop();
  const told = JSON.parse(await program.run("gdpr", "basis", who, "--json"));
  assert.deepEqual(told.purposes[0].said.map((word) => word.basis), ["withdrawn", "consent"]);
  const met = JSON.parse(await program.run("people", "--where", 'person.basis.marketing == "withdrawn"', "--json"));
  assert.equal(met.count, 1);

  await page.fill("[name=until]", "2001-01-01");
  await page.click("text=Record the basis");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.locator("[role=alert]").innerText(), /end before it begins/);
  quiet();
});

test("everything about somebody is a file, and whoever types their address erases them", async () => {
  const { page, quiet } = view;
  const here = await somebody(page, 1);
  await page.goto(here);
  const path = join(program.folder, "Angebot für Nord.txt");
  await writeFile(path, "an offer that nobody reads elsewhere");
  await page.locator("form.composer[action$='/notes'] input[type=file]").setInputFiles(path);
  await page.locator("[data-file-names]", { hasText: "Angebot für Nord.txt" }).waitFor();
  await page.locator("#note-text").fill("the offer");
  await page.keyboard.press("Control+Enter");
  await page.locator(".note__files a", { hasText: "Angebot für Nord.txt" }).waitFor();

  await page.goto(`${here}/privacy`);
  assert.match(await page.locator("section", { has: page.locator("#h-all") }).innerText(), /The file that hangs on a note about them is in it/);
  const [zip] = await Promise.all([page.waitForEvent("download"), page.click("text=Everything in one file (ZIP)")]);
  assert.equal(zip.suggestedFilename(), `${here.split("/").pop()}.zip`);
  const script = "import sys, zipfile, json; z = zipfile.ZipFile(sys.argv[1]); print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))";
  const pieces = JSON.parse(execFileSync("python3", ["-c", script, await zip.path()], { encoding: "utf8", maxBuffer: 1 << 26 }));
  assert.deepEqual(Object.keys(pieces), ["everything.txt", "everything.json", "files/1-Angebot für Nord.txt"]);
  assert.equal(pieces["files/1-Angebot für Nord.txt"], "an offer that nobody reads elsewhere");
  const all = JSON.parse(pieces["everything.json"]);
  assert.ok(all.tables.activity.length > 0);
  assert.equal(all.files[0].lies_at, "files/1-Angebot für Nord.txt");
  const outline = await saved(page, () => page.click("text=The text alone"));
  assert.match(outline.text, /^explained: /);
  const json = await saved(page, () => page.click("text=JSON alone"));
  assert.equal(json.name, `${here.split("/").pop()}.json`);
  assert.equal(JSON.parse(json.text).files[0].name, "Angebot für Nord.txt");

  await page.fill("[name=confirm]", "somebody else");
  await page.click(".btn--danger");
  await page.waitForSelector("[role=alert]");
  assert.match(await page.locator("[role=alert]").innerText(), /type .* to erase them/i);
  const typed = await page.locator("form[action$='/erase'] b.typed, form[action$='/erase'] label b").first().innerText();
  await page.fill("[name=confirm]", typed);
  await page.click(".btn--danger");
  await page.waitForSelector("h1:has-text('Erased')");
  assert.equal((await page.request.get(here)).status(), 404);
  quiet();
});

test("a rule of retention is tried, made, and says what it came to; on a telephone, too", async () => {
  const { page, quiet } = view;
  await page.goto("/settings/retention");
  await page.fill("[name=name]", "Cold leads");
  await page.fill("[name=quiet_months]", "1");
  await page.check("[name=do][value=erase]");
  await page.click("text=See whom it meets");
  await page.waitForSelector("[data-preview]");
  assert.match(await page.locator("[data-preview]").innerText(), /of 5\d people[\s\S]*have not been heard of/);
  await page.click("text=Make the rule");
  await page.waitForSelector("article:has-text('Cold leads')");
  await program.run("retention", "run", "Cold leads");
  await page.reload();
  assert.match(await page.locator("article").innerText(), /Nothing heard for 1 month[\s\S]*Erased 30 days after they are reported[\s\S]*0 erased/);
  await page.setViewportSize({ width: 390, height: 844 });
  await fitsTheWindow(page);
  await page.goto(`${await somebody(page, 2)}/privacy`);
  await fitsTheWindow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/settings/retention");
  await page.click("text=Remove");
  await page.waitForSelector("text=There is none: everybody is kept.");
  quiet();
});

test("a frozen list is a file in the order in which it is shown", async () => {
  const { page, quiet } = view;
  await program.run("list", "create", "Fair", "--where", 'person.country == "DE"');
  const lists = JSON.parse(await program.run("list", "list", "--json")).lists;
  await page.goto(`/lists/${lists[0].id}?sort=created`);
  const names = await page.locator("[data-rows] [data-row] a[href^='/people/per_']").evaluateAll((all) => [...new Set(all.map((one) => one.href.split("/").pop().split("?")[0]))]);
  const href = await page.locator("a[href^='/people/export']").first().getAttribute("href");
  const file = await page.request.get(href);
  const lines = (await file.text()).trim().split("\n");
  assert.equal(Number(file.headers()["sluice-count"]), lines.length - 1);
  assert.deepEqual(lines.slice(1).map((line) => line.split(",")[0]), names);
  quiet();
});
