// The fortune teller: one question at a time, by pointer, by key and without any script; through every lens; and,
// where it is public, within a page of another site.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fitsTheWindow, house, open, setUp, signIn, start } from "./harness.mjs";

const packs = join(dirname(dirname(fileURLToPath(import.meta.url))), "cores/funnel/packs");
/** Lenses beside the one that a workspace starts with. */
const lenses = { Sales: "article-e-sales", Marketing: "article-e-marketing", Talk: "article-c-communication" };

let program, chrome, view, close;
before(async () => {
  ({ program, chrome, view, close } = await house({ settings: { SLUICE_TELL_PUBLIC: "true" } }));
  for (const [name, pack] of Object.entries(lenses)) {
    await program.run("definition", "adopt", join(packs, `${pack}.toml`), "--lens", name);
  }
});
after(() => close?.());

const asked = (page) => page.locator(".tell__ask").innerText();
const verdict = (page) => page.locator(".tell .stage--pill").getAttribute("data-stage");
/** What another lens says: its stage, whether only so far, and what would change it. */
async function other(page, lens) {
  const cells = page.locator(".tell__others tr", { has: page.getByRole("link", { name: lens, exact: true }) }).locator("td");
  return (await cells.allInnerTexts()).slice(1).map((text) => text.replace(/\s+/g, " ").trim());
}

test("number keys answer, Z takes back, and the last word is the lens's", async () => {
  const { page, quiet } = view;
  await page.goto("/people");
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL(/\/tell$/), page.keyboard.press("q")]);
  assert.equal(await verdict(page), "lead");
  for (const [question, key, field] of [
    ["What kind of firm is it?", "1", /firm=profile/],
    ["What is the most that they have done by themselves?", "5", /act=trial/],
    ["Who has spoken to whom?", "1", /talk=nobody/],
    ["Right country, size and tools?", "1", /place=all/],
  ]) {
    assert.equal(await asked(page), question);
    await Promise.all([page.waitForURL(field), page.keyboard.press(key)]);
  }
  assert.equal(await verdict(page), "prospect");
  const told = page.locator("section[aria-labelledby=h-ask]");
  assert.match(await told.innerText(), /Settled after 4 answers\s+Prospect\s+Nothing that is left to ask could change it/);
  assert.match(await told.innerText(), /Through Shared\s+Opportunity\s+if they see a demo/);
  assert.equal(await page.locator(".answer").count(), 0);
  assert.deepEqual(await other(page, "Marketing"), ["Prospect", "no single answer"]);
  assert.deepEqual(await other(page, "Sales"), ["No stage", "Prospect if they agree to a demo"]);
  assert.deepEqual(await other(page, "Talk"), ["Lead", "Opportunity if they see a demo"]);

  await page.keyboard.press("9"); // no such answer: nothing happens
  await Promise.all([page.waitForURL((url) => !url.searchParams.has("place")), page.keyboard.press("z")]);
  assert.equal(await asked(page), "Right country, size and tools?");
  await page.goBack();
  assert.equal(await verdict(page), "prospect");
  assert.equal(await page.locator(".said li").count(), 4);
  quiet();
});

test("a talk follows from a call, and any answer may be given anew", async () => {
  const { page, quiet } = view;
  await page.goto("/tell?firm=%3F&act=called+sales");
  assert.equal(await asked(page), "Right country, size and tools?");
  assert.match(await page.locator(".said li", { hasText: "spoken" }).innerText(), /Both follows;/);
  await Promise.all([page.waitForURL(/ask=talk/), page.getByRole("link", { name: /Ask nevertheless/ }).click()]);
  assert.equal(await asked(page), "Who has spoken to whom?");
  await Promise.all([page.waitForURL(/talk=keen/), page.keyboard.press("5")]);
  assert.ok(!page.url().includes("ask="));
  await page.goBack();
  await page.goBack();
  await page.getByRole("link", { name: "I do not know" }).click();
  await Promise.all([page.waitForURL(/need=now/), page.getByRole("link", { name: "Yes, and now" }).click()]);
  assert.equal(await verdict(page), "opportunity");
  assert.deepEqual(await other(page, "Sales"), ["Prospect so far", "Opportunity if there is money"]);
  await Promise.all([
    page.waitForURL((url) => !url.searchParams.has("act")),
    page.getByRole("link", { name: /Ask again: What is the most/ }).click(),
  ]);
  assert.equal(await asked(page), "What is the most that they have done by themselves?");
  quiet();
});

test("another lens asks its own questions about the same contact", async () => {
  const { page, quiet } = view;
  await page.goto("/tell");
  await Promise.all([page.waitForURL(/lens=Talk/), page.getByRole("link", { name: "Talk", exact: true }).click()]);
  assert.equal(await asked(page), "What is the most that they have done by themselves?", "the firm is skipped");
  await Promise.all([page.waitForURL(/act=nothing/), page.keyboard.press("1")]);
  await Promise.all([page.waitForURL(/talk=keen/), page.keyboard.press("5")]);
  assert.equal(await verdict(page), "prospect");
  assert.ok(await page.getByText("Settled after 2 answers").isVisible());
  await Promise.all([page.waitForURL((url) => !url.searchParams.has("act")), page.getByRole("link", { name: "Start again" }).click()]);
  assert.match(page.url(), /lens=Talk/);
  quiet();
});

test("an answer that there is not is refused with those that there are", async () => {
  const { page } = view;
  const answer = await page.goto("/tell?need=soon");
  assert.equal(answer.status(), 422);
  assert.match(await page.locator("main").innerText(), /now, later, no, \?/);
});

test("without any script the same links lead to the same verdict", async () => {
  const { page, context } = await open(chrome, program.address, { javaScriptEnabled: false });
  await signIn(page);
  await page.goto("/tell");
  for (const name of [/Just our kind/, /Started a trial/, /Nobody/, /All of it/]) await page.getByRole("link", { name }).click();
  assert.equal(await verdict(page), "prospect");
  await page.getByRole("link", { name: /Back/ }).click();
  assert.equal(await asked(page), "Right country, size and tools?");
  await context.close();
});

test("it fits a phone, a tablet and a narrow frame, light and dark", async () => {
  for (const [width, height] of [[390, 844], [320, 600], [820, 1000]]) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, context, quiet } = await open(chrome, program.address, { viewport: { width, height }, hasTouch: true, colorScheme });
      for (const path of ["/tell", "/tell?embed=1", "/tell?firm=profile&act=trial", "/tell?firm=profile&act=bought&embed=1"]) {
        await page.goto(path);
        await fitsTheWindow(page);
      }
      await signIn(page);
      for (const path of ["/tell", "/tell?firm=?&act=called+sales&place=all", "/tell?firm=profile&act=trial&talk=nobody&place=all"]) {
        await page.goto(path);
        await fitsTheWindow(page);
      }
      quiet();
      await context.close();
    }
  }
});

test("where it is public nobody signs in, there is no menu, and programs are answered", async () => {
  const { page, context, quiet } = await open(chrome, program.address);
  await page.goto("/tell?act=nothing");
  assert.equal(new URL(page.url()).pathname, "/tell");
  assert.equal(await page.locator(".nav, .topbar, .tabbar").count(), 0);
  await Promise.all([page.waitForURL(/firm=profile/), page.keyboard.press("1")]);
  const told = await context.request.post("/api/v1/tell", {
    data: { lens: "default", answers: { firm: "profile", act: "trial", talk: "nobody", place: "all" } },
  });
  assert.equal(told.status(), 200);
  const json = await told.json();
  assert.deepEqual([json.lens, json.stage, json.settled, json.asked, json.next], ["Shared", "prospect", true, 4, null]);
  assert.deepEqual(Object.keys(json.lenses), ["Shared", ...Object.keys(lenses)]);
  const refused = await context.request.post("/api/v1/tell", { data: { mood: "good" } });
  assert.equal(refused.status(), 422);
  assert.match((await refused.json()).fields[0].words, /there are firm, act/);
  await page.goto("/people");
  assert.match(page.url(), /sign-in/, "nothing else is public");
  quiet();
  await context.close();
});

test("a page of another site may show it in a frame, and nothing else of this one", async () => {
  const frames = { tell: "/tell?embed=1", people: "/sign-in" };
  const site = createServer((_, answer) => {
    const html = Object.entries(frames).map(([name, path]) => `<iframe name="${name}" src="${program.address}${path}"></iframe>`);
    answer.setHeader("content-type", "text/html").end(`<!doctype html><title>Another site</title>${html.join("")}`);
  });
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  const context = await chrome.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const framed = page.frameLocator("[name=tell]");
  await framed.getByRole("link", { name: /Just our kind/ }).click();
  await framed.getByRole("link", { name: /Started a trial/ }).click();
  await framed.getByText("Who has spoken to whom?").waitFor();
  assert.equal(await framed.locator("h1").count(), 0, "the page around it has a heading of its own");
  assert.match(page.frame("tell").url(), /embed=1/);
  assert.equal(await page.frameLocator("[name=people]").locator("form").count(), 0);
  await context.close();
  await new Promise((done) => site.close(done));
});

test("where it is not public a stranger signs in first, and no site may frame it", async () => {
  const closed = await start();
  try {
    const { page, context } = await open(chrome, closed.address);
    await setUp(page);
    const inside = await page.goto("/tell?embed=1");
    assert.equal(await page.locator(".nav").count(), 1);
    assert.match(inside.headers()["content-security-policy"], /frame-ancestors 'none'/);
    assert.equal(await page.locator(".tell__others").count(), 0, "there is one lens");
    await context.clearCookies();
    await page.goto("/tell?act=trial");
    assert.match(page.url(), /sign-in\?next=/);
    assert.equal((await context.request.post("/api/v1/tell", { data: {} })).status(), 401);
    await context.close();
  } finally {
    await closed.stop();
  }
});
