// What opens over a page: it stands within the window, on a phone as on a desktop, and is of use there; what lies over
// the page lies over nothing else that one needs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fitsTheWindow, house, invited, open } from "./harness.mjs";
import { rows, total } from "./listing.mjs";

const PHONE = { width: 390, height: 844 };
const LOW = { width: 844, height: 390 };
const DESKTOP = { width: 1440, height: 900 };
let program, chrome, view, close;
before(async () => ({ program, chrome, view, close } = await house({ people: 60 })));
after(() => close?.());

async function other(viewport) {
  const window = await open(chrome, program.address, { viewport });
  await window.context.addCookies(await view.context.cookies());
  return window;
}

/** Opens everything that a button of the page opens, one after the other, and says what stands out of the window. */
async function outside(page) {
  const told = [];
  const buttons = page.locator("[popovertarget]:visible");
  for (let at = 0; at < (await buttons.count()); at++) {
    const id = await buttons.nth(at).getAttribute("popovertarget");
    await buttons.nth(at).click();
    await page.locator(`#${id}`).waitFor();
    const box = await page.locator(`#${id}`).boundingBox();
    const { width, height } = page.viewportSize();
    const isWithin = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
    if (!isWithin || box.height < 20) told.push(`${id} at ${width}x${height}: ${JSON.stringify(box)}`);
    await page.keyboard.press("Escape");
    await page.locator(`#${id}`).waitFor({ state: "hidden" });
  }
  assert.ok((await buttons.count()) > 4, "there is something to open");
  return told;
}

for (const viewport of [PHONE, LOW, DESKTOP]) {
  test(`nothing that opens stands out of the window, ${viewport.width}x${viewport.height}`, async () => {
    const { page, quiet, context } = await other(viewport);
    const told = [];
    for (const path of ["/people", "/companies"]) {
      await page.goto(path);
      await rows(page).first().locator("[data-check]").check();
      told.push(...(await outside(page)));
    }
    assert.deepEqual(told, []);
    quiet();
    await context.close();
  });
}

test("on a phone those selected are put into a list, and told of", async () => {
  const { page, quiet, context } = await other(PHONE);
  for (const [path, fact] of [["/people", "person.custom.tier"], ["/companies", "company.custom.tier"]]) {
    await page.goto(path);
    await rows(page).first().locator("[data-check]").check();
    await page.locator("[data-bulk] [popovertarget=bulk-list]").click();
    await page.locator("#bulk-list [name=new_list]").fill(`Fair of ${path.slice(1)}`);
    await Promise.all([page.waitForURL(/told=chg_/), page.locator("#bulk-list .btn--primary").click()]);
    assert.match(await page.locator(".told").innerText(), /1 in = 1 changed/);
    await rows(page).first().locator("[data-check]").check();
    const before = page.url();
    await page.locator("[data-bulk] [popovertarget=bulk-fact]").click();
    await page.locator("#bulk-fact [name=key]").fill(fact);
    await page.locator("#bulk-fact [name=value]").fill("gold");
    await page.locator("#bulk-fact .btn--primary").click();
    await page.waitForURL((url) => /told=chg_/.test(url.href) && url.href !== before);
    assert.match(await page.locator(".told").innerText(), /1 in = 1 changed/);
    await fitsTheWindow(page);
  }
  quiet();
  await context.close();
});

test("a search stands in line with its heading and never moves sideways", async () => {
  for (const viewport of [PHONE, DESKTOP]) {
    const { page, quiet, context } = await other(viewport);
    await page.goto("/people");
    const word = (await page.locator("[data-row] [data-m=name] a").first().innerText()).split(" ")[0];
    const record = await page.locator("[data-row] [data-m=name] a").first().getAttribute("href");
    for (const path of [`/search?q=${encodeURIComponent(word)}`, `${record}/facts/person.name`, "/imports", "/notifications"]) {
      await page.goto(path);
      await fitsTheWindow(page);
      const left = (part) => page.locator(part).first().evaluate((element) => element.getBoundingClientRect().left);
      const content = path.startsWith("/search") ? ".hits" : path.includes("/facts/") ? ".said h2" : null;
      if (content) assert.equal(await left(content), await left("h1"), `${path} at ${viewport.width}`);
    }
    quiet();
    await context.close();
  }
});

test("the words that somebody changed a record lie beside what can be undone, not over it", async () => {
  for (const viewport of [PHONE, DESKTOP]) {
    const mara = await other(viewport);
    await mara.page.goto("/people?sort=name");
    const record = await mara.page.locator("[data-row] [data-m=name] a").first().getAttribute("href");
    const ben = await invited(view, chrome, program, { name: `Ben of ${viewport.width}`, role: "member" });
    await ben.page.goto(record);
    await mara.page.goto(record);
    const value = `Head of ${viewport.width}`;
    for (const { page, said } of [{ page: mara.page, said: value }, { page: ben.page, said: `${value} too` }]) {
      if (viewport === PHONE && page === mara.page) await page.locator("label", { has: page.locator("#part-facts") }).click();
      await page.locator('[data-edit="person.title"]').focus();
      await page.keyboard.press("Enter");
      await page.keyboard.type(said);
      await Promise.all([page.waitForURL(/edited=/), page.keyboard.press("Enter")]);
    }
    await mara.page.locator(".live-said", { hasText: "changed this just now." }).waitFor();
    const said = await mara.page.locator(".live-said").boundingBox();
    const undo = await mara.page.locator("form.toast").boundingBox();
    assert.ok(said.y + said.height <= undo.y, `${JSON.stringify(said)} and ${JSON.stringify(undo)}`);
    const button = mara.page.locator("form.toast button");
    const [icon, high] = [await button.locator(".i").boundingBox(), await button.boundingBox()];
    assert.ok(high.height < 2 * icon.height + 4, "the icon stands beside the word");
    mara.quiet();
    ben.quiet();
    await Promise.all([mara.context.close(), ben.context.close()]);
  }
});

test("whoever may not import is not led there, and keeps the rest", async () => {
  const nav = ".nav a[href='/imports'], #more a[href='/imports'], #palette a[href='/imports'], #keys dd:text-is('Imports')";
  await view.page.goto("/people");
  assert.ok((await view.page.locator(nav).count()) >= 4);
  const { page, quiet, context } = await invited(view, chrome, program, { name: "Vera Sand", role: "viewer" });
  assert.equal(await page.locator(nav).count(), 0);
  assert.ok(await page.locator(".nav a[href='/companies']").isVisible());
  assert.equal((await page.request.get("/imports")).status(), 403);
  quiet();
  await context.close();
});

test("the list is exported in both of its forms", async () => {
  const { page, quiet } = view;
  for (const path of ["/people?sort=name&cols=co,person.country", "/companies"]) {
    await page.goto(path);
    await page.locator("button[aria-label=Export]").focus();
    await page.keyboard.press("Enter");
    const links = page.locator("#export a[download]");
    assert.deepEqual(await links.allInnerTexts(), ["CSV, for spreadsheets", "JSON Lines, for programs"]);
    const [csv, lines] = await links.evaluateAll((all) => all.map((link) => link.href));
    const count = await total(page);
    for (const [href, type] of [[csv, "text/csv"], [lines, "application/x-ndjson"]]) {
      const answer = await page.request.get(href);
      assert.ok(answer.headers()["content-type"].startsWith(type), answer.headers()["content-type"]);
      assert.equal(Number(answer.headers()["sluice-count"]), count);
    }
    const told = (await (await page.request.get(lines)).text()).trim().split("\n").map((line) => JSON.parse(line));
    assert.ok(told[0].id, JSON.stringify(told[0]));
    await page.keyboard.press("Escape");
  }
  quiet();
});
