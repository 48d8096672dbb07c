// Two colleagues on one record: what one writes and changes shows at the other without loading the page, whoever is named
// hears of it at the bell, and files come back as they went. By keyboard alone where one writes; and on a phone.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open } from "./harness.mjs";

let chrome, server, mara, ben, record, close;

before(async () => {
  ({ program: server, chrome, view: mara, close } = await house({ people: 60 }));
  await mara.page.goto("/invitations");
  await mara.page.fill("[name=email]", "ben@ferrystone.example");
  await mara.page.selectOption("[name=role]", "member");
  await mara.page.click("text=Make a link");
  const link = await mara.page.locator("[data-secret]").innerText();
  ben = await open(chrome, server.address);
  await ben.page.goto(link);
  await ben.page.fill("[name=name]", "Ben Berg");
  await ben.page.fill("[name=password]", "a quiet harbour at ten");
  await Promise.all([ben.page.waitForURL(/\/people/), ben.page.keyboard.press("Enter")]);
  await mara.page.goto("/people?sort=name");
  record = await mara.page.locator("[data-row] a[href^='/people/per_']").first().getAttribute("href");
});

after(() => close?.());

test("each sees that the other looks at the record, until they go", async () => {
  await Promise.all([mara.page.goto(record), ben.page.goto(record)]);
  await mara.page.locator("[data-present]", { hasText: "Ben Berg is looking at this record" }).waitFor();
  await ben.page.locator("[data-present]", { hasText: "Mara Lindqvist is looking at this record" }).waitFor();
  await ben.page.goto("/funnel");
  await mara.page.locator("[data-present]:empty").waitFor({ state: "attached" });
  await ben.page.goto(record);
  mara.quiet();
  ben.quiet();
});

test("a note is written by keyboard, names a colleague, and shows at the other", async () => {
  const { page } = mara;
  await page.keyboard.press("n");
  await page.keyboard.type("Signs after the board met, says @be");
  await page.locator("#mentions [role=option]", { hasText: "Ben Berg" }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.type("today.");
  assert.equal(await page.locator("#note-text").inputValue(), "Signs after the board met, says @Ben Berg today.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".note", { hasText: "Signs after the board met" }).waitFor();
  assert.equal(await page.locator(".mention").innerText(), "@Ben Berg");
  assert.equal(await page.locator("#note-text").inputValue(), "");

  await ben.page.locator(".note", { hasText: "Signs after the board met" }).waitFor();
  await ben.page.locator(".live-said", { hasText: "Mara Lindqvist changed this just now." }).waitFor();
  await ben.page.locator(".bell__count", { hasText: "1" }).waitFor();
  mara.quiet();
  ben.quiet();
});

test("the bell leads to what one was told, and to the note", async () => {
  const { page, quiet } = ben;
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL(/\/notifications$/), page.keyboard.press("n")]);
  assert.match(await page.locator("[data-row]").first().innerText(), /Mara Lindqvist named you in a note about/);
  await page.keyboard.press("j");
  await Promise.all([page.waitForURL(/per_.*#not_/), page.keyboard.press("Enter")]);
  assert.ok(await page.locator(".bell__count").isHidden(), "it is seen");
  quiet();
});

test("a fact that one changes shows at the other, but not where they type", async () => {
  await Promise.all([mara.page.goto(record), ben.page.goto(record)]);
  await mara.page.locator("[data-present]", { hasText: "Ben Berg" }).waitFor();
  await ben.page.keyboard.press("n");
  await ben.page.keyboard.type("half a sentence");
  await mara.page.keyboard.press("e");
  await mara.page.keyboard.type("nickname");
  await mara.page.keyboard.press("Tab");
  await mara.page.keyboard.type("Annie");
  await Promise.all([mara.page.waitForURL(/edited=/), mara.page.keyboard.press("Enter")]);
  await ben.page.locator('[data-edit="person.nickname"]', { hasText: "Annie" }).waitFor();
  assert.equal(await ben.page.locator("#note-text").inputValue(), "half a sentence");

  // Under an open field nothing moves until it is left.
  await ben.page.locator('[data-edit="person.nickname"]').click();
  await ben.page.keyboard.type("An");
  await mara.page.locator('[data-edit="person.nickname"]').click();
  await mara.page.keyboard.type("Anna");
  await Promise.all([mara.page.waitForNavigation(), mara.page.keyboard.press("Enter")]);
  await ben.page.locator(".live-said", { hasText: "Mara" }).waitFor();
  assert.equal(await ben.page.locator(".fact-edit input[name=value]").inputValue(), "An");
  await ben.page.keyboard.press("Escape");
  await ben.page.locator('[data-edit="person.nickname"]', { hasText: "Anna" }).waitFor();
  mara.quiet();
  ben.quiet();
});

test("what changes while a button is held down does not take the click away", async () => {
  await Promise.all([mara.page.goto(record), ben.page.goto(record)]);
  await mara.page.locator("[data-present]", { hasText: "Ben Berg" }).waitFor();
  const nickname = ben.page.locator('[data-edit="person.nickname"]');
  await nickname.hover();
  await ben.page.mouse.down();
  await mara.page.locator('[data-edit="person.nickname"]').click();
  await mara.page.keyboard.type("Anke");
  await Promise.all([mara.page.waitForNavigation(), mara.page.keyboard.press("Enter")]);
  await ben.page.locator(".live-said", { hasText: "Mara" }).waitFor();
  assert.match(await nickname.innerText(), /Anna/);
  await ben.page.mouse.up();
  await ben.page.locator(".fact-edit input[name=value]").waitFor();
  await ben.page.keyboard.press("Escape");
  await ben.page.locator('[data-edit="person.nickname"]', { hasText: "Anke" }).waitFor();
  mara.quiet();
  ben.quiet();
});

test("what is refused is said where one writes, and nothing is lost", async () => {
  const { page, quiet } = mara;
  await page.goto(record);
  await page.locator("#note-text").fill("ask @Ben Berg");
  await page.locator("form.composer[action$='/notes'] select").selectOption("me");
  await page.keyboard.press("Escape");
  await page.locator("form.composer[action$='/notes'] button[data-once]").click();
  await page.locator(".composer__wrong", { hasText: "Nobody but you reads this note" }).waitFor();
  assert.equal(await page.locator("#note-text").inputValue(), "ask @Ben Berg");
  quiet();
});

test("a note of one's own alone is nowhere at the other, and Z brings back what was removed", async () => {
  const { page, quiet } = mara;
  await page.goto(record);
  await page.locator("#note-text").fill("for nobody else");
  await page.locator("form.composer[action$='/notes'] select").selectOption("me");
  await page.locator("form.composer[action$='/notes'] button[data-once]").click();
  const note = page.locator(".tl--note", { hasText: "for nobody else" });
  await note.waitFor();
  assert.match(await note.innerText(), /only for you/);
  await ben.page.goto(record);
  assert.equal(await ben.page.getByText("for nobody else").count(), 0);
  await Promise.all([page.waitForURL(/told=removed/), note.getByRole("button", { name: "Remove" }).click()]);
  assert.equal(await note.count(), 0);
  await Promise.all([page.waitForURL(/#not_/), page.keyboard.press("z")]);
  await note.waitFor();
  quiet();
});

test("a file hangs on a note and comes back as a download, as it went", async () => {
  const { page, quiet } = mara;
  await page.goto(record);
  const path = join(server.folder, "Angebot für Nord.pdf");
  await writeFile(path, "%PDF-1.7 an offer");
  await page.locator("form.composer[action$='/notes'] input[type=file]").setInputFiles(path);
  await page.locator("[data-file-names]", { hasText: "Angebot für Nord.pdf" }).waitFor();
  await page.locator("#note-text").fill("the offer");
  await page.keyboard.press("Control+Enter");
  const link = page.locator(".note__files a", { hasText: "Angebot für Nord.pdf" });
  await link.waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.equal(download.suggestedFilename(), "Angebot für Nord.pdf");
  assert.equal(await readFile(await download.path(), "utf8"), "%PDF-1.7 an offer");
  quiet();
});

test("what one was told opens below the bell, by key and by mouse, and is read there", async () => {
  const { page, quiet } = ben;
  const panel = page.locator("#bell-panel");
  const lines = panel.locator(".bells > li");
  const bell = page.locator("[data-bell]");
  const focused = (part) => page.waitForFunction((part) => document.activeElement?.matches(part), part);
  const write = async (text) => {
    await mara.page.goto(record);
    await mara.page.locator("#note-text").fill(text);
    await mara.page.keyboard.press("Escape");
    await mara.page.locator("form.composer[action$='/notes'] button[data-once]").click();
    await mara.page.locator(".note", { hasText: text.split(",")[0] }).waitFor();
  };
  await page.goto("/notifications");
  if (await page.locator("form[action='/notifications/seen']").count()) {
    await page.keyboard.press("x");
    await page.locator("form[action='/notifications/seen']").waitFor({ state: "detached" });
  }
  await page.goto("/funnel");
  await write("Look at the offer, @Ben Berg");
  await page.locator(".bell__count", { hasText: "1" }).waitFor();

  await page.keyboard.press("b");
  await focused("#bell-panel .bells a");
  assert.match(await lines.first().innerText(), /New:[\s\S]*Mara Lindqvist named you in a note about/);
  assert.equal(await bell.getAttribute("aria-expanded"), "true");
  assert.equal(new URL(page.url()).pathname, "/funnel", "one is where one was");
  await page.keyboard.press("Escape");
  await focused("[data-bell]");
  assert.equal(await bell.getAttribute("aria-expanded"), "false");

  // By mouse: a second click closes it; a line is seen without going there.
  await bell.click();
  await focused("#bell-panel .bells a");
  await bell.click();
  await panel.waitFor({ state: "hidden" });
  await bell.click();
  await lines.first().getByRole("button", { name: "Mark as seen" }).click();
  await panel.locator(".bells > li[data-new]").waitFor({ state: "detached" });
  await page.locator(".bell__count").waitFor({ state: "hidden" });

  // What is told meanwhile comes into the open panel.
  await write("And at the price, @Ben Berg");
  await panel.locator(".bells > li[data-new]").waitFor();
  await write("And at the date, @Ben Berg");
  await panel.locator(".bells > li[data-new]").nth(1).waitFor();
  await lines.first().locator("a").focus();
  await page.keyboard.press("j");
  assert.ok(await lines.nth(1).locator("a").evaluate((link) => link === document.activeElement));
  await page.keyboard.press("x");
  await panel.locator(".bells > li[data-new]").first().waitFor({ state: "detached" });
  await page.locator(".bell__count").waitFor({ state: "hidden" });

  await page.keyboard.press("Home");
  await Promise.all([page.waitForURL(/per_.*#not_/), page.keyboard.press("Enter")]);
  await page.keyboard.press("b");
  await panel.getByRole("link", { name: "All notifications" }).waitFor();
  await Promise.all([page.waitForURL(/\/notifications$/), panel.getByRole("link", { name: "All notifications" }).click()]);
  quiet();

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/people");
  await bell.click();
  await focused("#bell-panel .bells a");
  const box = await panel.boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, JSON.stringify(box));
  await page.setViewportSize({ width: 1440, height: 900 });
  quiet();
});

test("without scripts the bell leads to the page, where each is marked as seen by a form", async () => {
  const state = await ben.context.storageState();
  const plain = await open(chrome, server.address, { javaScriptEnabled: false, storageState: state });
  await plain.page.goto("/people");
  await Promise.all([plain.page.waitForURL(/\/notifications$/), plain.page.click("[data-bell]")]);
  assert.ok((await plain.page.locator(".bells > li").count()) > 2);
  await plain.context.close();
  plain.quiet();
});

test("the record and the notifications fit a phone", async () => {
  const { page, quiet } = mara;
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [record, "/notifications"]) {
    await page.goto(path);
    await fitsTheWindow(page);
  }
  await page.goto(record);
  assert.ok(await page.locator("#note-text").isVisible());
  await page.setViewportSize({ width: 1440, height: 900 });
  quiet();
});
