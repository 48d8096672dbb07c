// What one does on a record: criteria answered by key and on the sheet of a call, a move by hand, and the ways up.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, open, signIn } from "./harness.mjs";

let program, chrome, view, record, close;
before(async () => {
  ({ program, chrome, view, close } = await house({ people: 400 }));
  // Somebody who lacks but an answer: the question to ask next is the need.
  const people = JSON.parse(await program.run("people", "--stage", "prospect", "--limit", "200", "--json")).people;
  for (const { id } of people) {
    const found = JSON.parse(await program.run("why-not", id, "--stage", "opportunity", "--json"));
    if (found.gate?.truth === "true" && found.ask && found.ways[0]?.steps.every((step) => step.what === "answer")) {
      record = { path: `/people/${id}`, way: found.ways[0] };
      break;
    }
  }
  assert.ok(record, "the story has somebody who lacks but answers");
});
after(() => close?.());

const criterion = (page, name) => page.locator(`#criterion-${name}`);

/** How often somebody answered a criterion of the record. */
async function answered() {
  const told = JSON.parse(await program.run("person", record.path.split("/").at(-1), "--json"));
  return told.history.filter((entry) => entry.did === "criterion.answered").length;
}

test("a record names the ways up, and the question to ask next", async () => {
  const { page, quiet } = view;
  await page.goto(record.path);
  const way = record.way.steps.map((step) => step.english).join("; ");
  assert.equal(await page.locator(".ways li").first().innerText(), way);
  assert.ok((await page.locator(".ways q").innerText()).length > 5);
  quiet();
});

test("one key answers the criterion that one is on, and the standing follows at once", async () => {
  const { page, quiet } = view;
  for (const step of record.way.steps) {
    await page.goto(record.path);
    await criterion(page, step.of).focus();
    await Promise.all([page.waitForURL(/#criterion-/), page.keyboard.press(step.yes ? "y" : "n")]);
    await page.waitForFunction((id) => document.activeElement?.id === id, `criterion-${step.of}`);
    assert.match(await criterion(page, step.of).innerText(), /since/);
  }
  assert.equal(await page.locator("[data-why] h2 .stage").first().getAttribute("data-stage"), "opportunity");
  assert.match(await page.locator("main").innerText(), /criterion answered/i);
  quiet();
});

test("an answer says until when it holds, and is taken back by another key", async () => {
  const { page, quiet } = view;
  const name = record.way.steps[0].of;
  assert.match(await criterion(page, name).innerText(), /runs out/);
  await criterion(page, name).focus();
  await Promise.all([page.waitForLoadState("load"), page.keyboard.press("u")]);
  await page.waitForFunction((id) => /nothing says it yet|unknown|When|What/.test(document.getElementById(id)?.innerText ?? ""), `criterion-${name}`);
  assert.equal(await page.locator("[data-why] h2 .stage").first().getAttribute("data-stage"), "opportunity", "unknown is not no");
  quiet();
});

test("the arrows go from one criterion to the next", async () => {
  const { page, quiet } = view;
  await page.goto(record.path);
  const ids = await page.locator("[data-criterion]").evaluateAll((all) => all.map((one) => one.id));
  await page.locator("[data-criterion]").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement?.id), ids[1]);
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.evaluate(() => document.activeElement?.id), ids[0]);
  quiet();
});

test("the sheet of a call asks a framework's questions, and saves each answer at once", async () => {
  const { page, quiet } = view;
  await page.goto(record.path);
  await Promise.all([page.waitForURL(/\/call$/), page.keyboard.press("c")]);
  await Promise.all([page.waitForURL(/framework=CHAMP/), page.click(".segmented a:has-text('CHAMP')")]);
  const order = await page.locator("[data-criterion]").evaluateAll((all) => all.map((one) => one.id));
  assert.deepEqual(order, ["criterion-need", "criterion-authority", "criterion-budget", "criterion-timing"]);
  await page.fill("#criterion-timing [name=note]", "before the spring");
  await Promise.all([page.waitForURL(/framework=CHAMP#criterion-timing/), page.click("#criterion-timing button[value=yes]")]);
  assert.match(await criterion(page, "timing").innerText(), /since/);
  await page.goto(record.path);
  assert.match(await page.locator("main").innerText(), /before the spring/);
  quiet();
});

test("Enter in a note answers nothing: it goes to the answers, and one key there takes the note along", async () => {
  const { page, quiet } = view;
  for (const [path, back] of [
    [`${record.path}/call?framework=BANT`, /\/call\?framework=BANT#criterion-budget/],
    [record.path, /#criterion-budget/],
  ]) {
    await page.goto(path);
    const before = await answered();
    const said = `said over ${path.includes("call") ? "a call" : "a record"}`;
    await criterion(page, "budget").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "note");
    await page.keyboard.type(said);
    await page.keyboard.press("Enter");
    assert.ok(await page.evaluate(() => document.activeElement?.matches("#criterion-budget [data-answers]")));
    await page.keyboard.press("Enter"); // once more is no answer either: it goes back to the note
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "note");
    await page.keyboard.press("Enter");
    assert.equal(await answered(), before, "nothing was recorded");
    await Promise.all([page.waitForURL(back), page.waitForEvent("load"), page.keyboard.press("n")]);
    assert.equal(await answered(), before + 1);
    assert.equal(await criterion(page, "budget").locator(".truth").getAttribute("data-v"), "false");
    await page.goto(record.path);
    assert.match(await page.locator("main").innerText(), new RegExp(said));
  }
  quiet();
});

test("without any script Enter in a note answers nothing either", async () => {
  const bare = await open(chrome, program.address, { javaScriptEnabled: false });
  await signIn(bare.page);
  for (const path of [record.path, `${record.path}/call`]) {
    await bare.page.goto(path);
    const before = await answered();
    const note = bare.page.locator("[data-criterion] [name=note]").first();
    await bare.page.locator("[data-criterion]").first().focus();
    await note.fill("what they said");
    await note.press("Enter");
    assert.equal(await note.inputValue(), "what they said", "the page is as it was");
    assert.equal(await answered(), before);
  }
  bare.quiet();
});

test("the sheet of a call opens at what nobody knows yet, and the keys are there at once", async () => {
  const { page, quiet } = view;
  const sheet = `${record.path}/call?framework=MEDDIC`;
  await page.goto(sheet);
  const unknown = page.locator("[data-criterion]:has(.truth[data-v=unknown])").first();
  const first = await unknown.getAttribute("id");
  await page.waitForFunction((id) => document.activeElement?.id === id, first);
  await Promise.all([page.waitForURL(/#criterion-/), page.waitForEvent("load"), page.keyboard.press("y")]);
  assert.equal(await page.locator(`#${first} .truth`).getAttribute("data-v"), "true");

  // With nothing marked a key marks a question, and only the next one answers it.
  await page.goto(sheet);
  const next = await page.locator("[data-criterion][autofocus]").getAttribute("id");
  await page.waitForFunction((id) => document.activeElement?.id === id, next);
  await page.evaluate(() => document.activeElement?.blur());
  const before = await answered();
  await page.keyboard.press("n");
  assert.equal(await page.evaluate(() => document.activeElement?.id), next);
  assert.equal(await answered(), before);

  await page.keyboard.press("?");
  assert.match(await page.locator("#keys").innerText(), /Y\s*N\s*U\s*at a criterion: yes, no, unknown/);
  quiet();
});

test("a move by hand needs a reason, keeps it on the receipt, and obeys the gate", async () => {
  const { page, quiet } = view;
  await page.goto("/people?stage=lead");
  await Promise.all([page.waitForURL(/\/people\/per_/), page.locator("[data-row] a").first().click()]);
  const path = new URL(page.url()).pathname;
  await page.locator("summary", { hasText: /^\s*Recycle\s*$/ }).click();
  await page.fill(".recycled [name=reason]", "call again in spring");
  await Promise.all([page.waitForURL(/#why$/), page.click(".recycled button")]);
  await page.waitForSelector("[data-why] [data-stage=recycled]");
  assert.match(await page.locator("[data-why]").innerText(), /call again in spring/);
  assert.match(await page.locator("[data-why]").innerText(), /moved by hand/);

  const lead = JSON.parse(await program.run("people", "--stage", "lead", "--limit", "100", "--json")).people;
  for (const { id } of lead) {
    const found = JSON.parse(await program.run("why-not", id, "--stage", "opportunity", "--json"));
    if (found.gate?.truth !== "false") continue;
    await page.goto(`/people/${id}`);
    await page.locator("summary", { hasText: /^\s*Move by hand\s*$/ }).click();
    await page.selectOption(".move [name=to]", "opportunity");
    await page.fill(".move [name=reason]", "I know them");
    await Promise.all([page.waitForLoadState(), page.click(".move button")]);
    assert.match(await page.locator("main").innerText(), /gate of opportunity does not hold/);
    await page.goto(path);
    quiet();
    return;
  }
  assert.fail("nobody's gate is closed");
});

test("a receipt can be disputed, and the dispute settled", async () => {
  const { page, quiet } = view;
  await page.goto(record.path);
  await page.locator("summary:has-text('Dispute this move')").first().click();
  await page.locator("form[action$='/dispute'] [name=words]").first().fill("They said no such thing");
  await Promise.all([page.waitForURL(/#why$/), page.locator("form[action$='/dispute'] button").first().click()]);
  await page.waitForSelector(".dispute:has-text('They said no such thing')");
  await page.locator("form[action*='/dispute/dsp_'] [name=words]").fill("The recording says so");
  await page.locator("form[action*='/dispute/dsp_'] button").click();
  await page.waitForSelector(".dispute:has-text('The recording says so')");
  quiet();
});

test("without any script an answer is a form", async () => {
  const bare = await open(chrome, program.address, { javaScriptEnabled: false });
  await signIn(bare.page);
  await bare.page.goto(`${record.path}/call`);
  const first = bare.page.locator("[data-criterion]").first();
  await first.locator("button[value=no]").click();
  await bare.page.waitForURL(/\/call/);
  assert.match(await bare.page.locator("[data-criterion]").first().innerText(), /since/);
  bare.quiet();
});

test("records and sheets fit a phone", async () => {
  const { context, quiet } = view;
  const page = await context.newPage();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [record.path, `${record.path}/call`]) {
    await page.goto(path);
    await fitsTheWindow(page);
  }
  quiet();
});
