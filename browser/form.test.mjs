// A draft in the form: conditions in groups of chips, by keyboard alone, always the same draft as the text beside.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open } from "./harness.mjs";

let program, chrome, view, draft, close;
before(async () => ({ program, chrome, view, close } = await house({ people: 40 })));
after(() => close?.());

const place = (...keys) => `[data-place='${JSON.stringify(keys)}']`;
const text = (page) => page.inputValue("#text");
/** Waits until the text of the draft holds this. */
const says = (page, words) => page.waitForFunction((it) => document.querySelector("#text").value.includes(it), words);
const fill = async (field, value) => {
  await field.fill(value);
  await field.press("Enter");
};

test("the form shows every condition of the text in chips", async () => {
  const { page, quiet } = view;
  await page.goto("/funnel");
  await Promise.all([page.waitForURL(/\/definitions\/drafts\/dft_/), page.click("text=Change the definition")]);
  draft = new URL(page.url()).pathname;
  await page.focus("#as-text");
  await page.keyboard.press("ArrowRight");
  const enter = page.locator(place("stages", "prospect", "enter"));
  await enter.waitFor();
  const terms = await enter.locator("[data-cell=term]").evaluateAll((all) => all.map((field) => field.value));
  assert.deepEqual(terms, ["score.fit", "two_way()", "score.engagement", "score.intent", "score.likelihood"]);
  assert.equal(await enter.locator("[data-group-of]").first().inputValue(), "all");
  assert.equal(await enter.locator("[data-group-of]").last().inputValue(), "any");
  assert.match(await enter.locator("[data-english]").innerText(), /fit is at least 60/);
  assert.ok((await page.locator("[data-place]").count()) > 25);
  assert.ok((await page.locator("#form-terms option[value='person.email']").count()) === 1);
  quiet();
});

test("a chip that changes changes its condition in the text, and nothing else", async () => {
  const { page, quiet } = view;
  const before = await text(page);
  const enter = page.locator(place("stages", "prospect", "enter"));
  await fill(enter.locator("[data-cell=value]").first(), "75");
  await says(page, "score.fit >= 75");
  assert.equal(await text(page), before.replace("score.fit >= 60", "score.fit >= 75"));
  await page.waitForSelector("#checked ins");
  assert.equal(await page.locator("#checked ins").innerText(), "fit is at least 75");
  assert.match(await enter.locator("[data-english]").innerText(), /fit is at least 75/);
  quiet();
});

test("a condition is built by keyboard alone", async () => {
  const { page, quiet } = view;
  const gate = page.locator(place("stages", "opportunity", "gate"));
  await gate.locator("[data-add=group]").first().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("email.replied");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.value), "did", "an activity is asked whether it happened");
  await page.keyboard.press("Tab");
  await page.keyboard.type("30d");
  await page.keyboard.press("Control+Enter");
  await says(page, "two_way() && did(\"email.replied\", days(30))");
  await page.keyboard.type("person.title");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Head of Sales");
  await page.keyboard.press("Enter");
  await says(page, `gate  = 'two_way() && (did("email.replied", days(30)) || person.title == "Head of Sales")'`);
  await gate.locator("[data-group-of]").last().selectOption("none");
  await says(page, `gate  = 'two_way() && !(did("email.replied", days(30)) || person.title == "Head of Sales")'`);
  await gate.locator("[data-group] [data-group] > .fb-of [data-remove]").focus();
  await page.keyboard.press("Enter");
  await says(page, "gate  = 'two_way()'");
  assert.match(await text(page), /# two-way always; then criteria/, "comments stay");
  quiet();
});

test("what is wrong is said at the chip, and the text stays as it was", async () => {
  const { page, quiet } = view;
  const before = await text(page);
  const enter = page.locator(place("stages", "prospect", "enter"));
  const first = enter.locator("[data-cond]").first();
  await fill(first.locator("[data-cell=value]"), "many");
  await first.locator("[data-fault]:not([hidden])").waitFor();
  assert.equal(await first.locator("[data-fault]").innerText(), "expected a number, found a text");
  assert.equal(await first.locator("[data-cell=value]").getAttribute("aria-invalid"), "true");
  assert.equal(await text(page), before);
  await page.click("button[value=save]");
  assert.equal(new URL(page.url()).pathname, draft, "nothing is saved while a chip is in no text");
  await page.waitForFunction(() => document.activeElement.dataset.cell === "value");
  await fill(first.locator("[data-cell=value]"), "75");
  await first.locator("[data-fault]").waitFor({ state: "hidden" });
  quiet();
});

test("pieces are added and taken out by keyboard alone", async () => {
  const { page, quiet } = view;
  const before = await text(page);
  const add = page.locator("[data-add-piece]");
  await add.locator("[name=what]").selectOption("gate");
  assert.equal(await add.locator("[name=points]").isVisible(), false, "a gate has no points");
  await fill(add.locator("[name=name]"), "demo.held");
  await says(page, "\"demo.held\" = 'true'");
  await page.waitForFunction((it) => document.activeElement?.closest(it), place("gates", "demo.held"));
  await fill(add.locator("[name=name]"), "demo.held");
  await add.locator("[data-piece-fault]:not([hidden])").waitFor();
  assert.match(await add.locator("[data-piece-fault]").innerText(), /there is demo.held already/);
  await add.locator("[name=what]").selectOption("on");
  await add.locator("[name=score]").selectOption("engagement");
  await add.locator("[name=points]").fill("many");
  await fill(add.locator("[name=name]"), "webinar.attended");
  await page.waitForFunction(() => /as a number/.test(document.querySelector("[data-piece-fault]").textContent));
  await fill(add.locator("[name=points]"), "7.5");
  await says(page, `{ on = "webinar.attended", where = 'true', add = 7.5 }`);
  const points = page.locator("[data-place]", { hasText: "webinar.attended adds 7.5 where" });
  await points.waitFor();
  await points.locator("[data-take-out]").focus();
  await page.keyboard.press("Enter");
  await points.waitFor({ state: "detached" });
  await page.locator(place("gates", "demo.held")).locator("[data-take-out]").click();
  await page.waitForFunction((it) => document.querySelector("#text").value === it, before);
  quiet();
});

test("what is written in the text is in the form", async () => {
  const { page, quiet } = view;
  await page.click("#as-text");
  const written = (await text(page)).replace("enter = 'did(\"deal.won\")'", "enter = 'did(\"deal.won\") || count(\"product.*\", days(7), plan == \"pro\") > 3' # paid");
  await page.fill("#text", written);
  await page.click("#as-form");
  const enter = page.locator(place("stages", "customer", "enter"));
  await enter.locator("[data-cond]").nth(1).waitFor();
  const cells = await enter.locator("[data-cond]").nth(1).locator("[data-cell]").evaluateAll((all) => all.map((field) => field.value));
  assert.deepEqual(cells, ["product.*", "count >", "3", "7 days", 'plan == "pro"']);
  await page.click("#as-text");
  await page.fill("#text", written.replace("[stages.customer]", "[stages.customer"));
  await page.click("#as-form");
  await page.waitForSelector("#form-part .callout");
  await page.click("#form-part a[data-line]");
  assert.equal(await page.locator("#in-text").isVisible(), true, "a mistake leads to its line");
  await page.fill("#text", written);
  await Promise.all([page.waitForLoadState(), page.click("button[value=save]")]);
  await page.goto(draft);
  assert.match(await text(page), /days\(7\), plan == "pro"\) > 3' # paid/);
  quiet();
});

test("the form fits a phone, in the dark too", async () => {
  const { page, quiet } = await open(chrome, program.address, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    storageState: await view.context.storageState(),
  });
  await page.goto(draft);
  await page.click("#as-form");
  await page.waitForSelector("[data-place]");
  await fitsTheWindow(page);
  // Whatever a chip has, the way to remove it is at its end.
  const misplaced = await page.locator(".cond:visible").evaluateAll((chips) =>
    chips.filter((chip) => {
      const [all, remove] = [chip, chip.querySelector("[data-remove]")].map((one) => one.getBoundingClientRect());
      return remove.width > 0 && all.right - remove.right > 3;
    }).length,
  );
  assert.equal(misplaced, 0);
  assert.ok(await page.locator(".cond:has([data-cell=term][hidden]):visible").count(), "there is a chip without a term");
  // Where there is room, a long term is read to its end.
  await page.setViewportSize({ width: 1440, height: 900 });
  const cut = await page.locator("[data-cell=term]:visible").evaluateAll((fields) =>
    fields.filter((field) => field.scrollWidth > field.clientWidth + 1).map((field) => field.value),
  );
  assert.deepEqual(cut, []);
  quiet();
});
