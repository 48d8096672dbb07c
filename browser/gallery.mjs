// Takes a picture of every page, light and dark, on a desktop and on a phone: for looking at, not for comparing.
// Usage: node browser/gallery.mjs [--out target/gallery] [--people 400] [--only people,funnel] [--dist assets/dist]
// With --dist the style, scripts and icons come from that folder instead of from the program, so that a change of
// style can be seen without building the program anew.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { browser, open, owner, setUp, signIn, start } from "./harness.mjs";

const { values: asked } = parseArgs({
  options: {
    out: { type: "string", default: "target/gallery" },
    people: { type: "string", default: "400" },
    only: { type: "string" },
    dist: { type: "string" },
    address: { type: "string" },
  },
});
const windows = [
  { size: "1440", viewport: { width: 1440, height: 900 } },
  { size: "390", viewport: { width: 390, height: 844 } },
];
const types = { css: "text/css", js: "text/javascript", svg: "image/svg+xml" };

/** Each picture: its name, and how to get there. */
const pictures = [
  ["people", (page) => page.goto("/people")],
  ["people-row", async (page) => {
    await page.goto("/people?stage=prospect&sort=fit");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
  }],
  ["people-missing", (page) => page.goto("/people?missing=next")],
  ["people-nobody", (page) => page.goto("/people?q=zzzz")],
  ["person", async (page) => {
    await page.goto("/people?stage=opportunity");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
  }],
  ["person-why", async (page) => {
    await page.goto("/people?stage=prospect&sort=touched");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.keyboard.press("w");
  }],
  ["person-facts", async (page) => {
    await page.goto("/people?stage=customer");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.locator("label", { has: page.locator("#part-facts") }).click({ timeout: 500 }).catch(() => {});
  }],
  ["company", async (page) => {
    await page.goto("/people?stage=customer");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.locator(".rec-id a").click();
    await page.waitForURL(/cmp_/);
  }],
  ["company-people", async (page) => {
    await page.goto("/people?stage=customer");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.locator(".rec-id a").click();
    await page.waitForURL(/cmp_/);
    await page.locator("label", { has: page.locator("#part-why") }).click({ timeout: 500 }).catch(() => {});
  }],
  ["fact", async (page) => {
    await page.goto("/people?stage=customer");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.goto(`${new URL(page.url()).pathname}/facts/person.title`);
  }],
  ["person-edit", async (page) => {
    await page.goto("/people?stage=customer");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.locator('[data-edit="person.name"]').click({ timeout: 500 }).catch(() => {});
    await page.keyboard.type("Ada Byron");
    await page.keyboard.press("Enter");
    await page.waitForURL(/edited=/, { timeout: 1500 }).catch(() => {});
    await page.keyboard.press("e");
  }],
  ["person-note", async (page) => {
    await page.goto("/people?stage=customer");
    await page.locator("[data-row] a").first().click();
    await page.waitForURL(/per_/);
    await page.locator("#note-text").fill("Signs only after the board met, on Wednesdays.\nSee https://ferrystone.example/board");
    await page.keyboard.press("Control+Enter");
    await page.locator(".note").first().waitFor();
  }],
  ["notifications", (page) => page.goto("/notifications")],
  ["search", (page) => page.goto("/search?q=an")],
  ["funnel", (page) => page.goto("/funnel?days=all")],
  ["funnel-90", (page) => page.goto("/funnel")],
  ["kinds", (page) => page.goto("/kinds")],
  ["funnel-text", async (page) => {
    await page.goto("/funnel");
    await page.locator("#definition .switch").check();
    await page.locator("#definition").scrollIntoViewIfNeeded();
  }],
  ["tell", (page) => page.goto("/tell?firm=profile")],
  ["tell-settled", (page) => page.goto("/tell?firm=profile&act=trial&talk=nobody&place=all")],
  ["draft-form", async (page) => {
    await page.goto("/funnel");
    await Promise.all([page.waitForURL(/dft_/), page.click("text=Change the definition")]);
    await page.click("#as-form");
    await page.waitForSelector("[data-place]");
  }],
  ["imports", (page) => page.goto("/imports")],
  ["palette", async (page) => {
    await page.goto("/people");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("an");
    await page.waitForFunction(() => document.querySelector("#palette ul").dataset.for === "an");
  }],
  ["keys", async (page) => {
    await page.goto("/people");
    await page.keyboard.press("?");
  }],
  ["account", async (page) => {
    await page.goto("/people");
    await page.locator(".topbar__account").click();
  }],
  ["missing", (page) => page.goto("/people/per_0000000000000")],
  ["sign-in", async (page) => {
    await page.context().clearCookies();
    await page.goto("/sign-in");
  }],
  ["sign-in-wrong", async (page) => {
    await page.goto("/sign-in");
    await page.fill("[name=email]", owner.email);
    await page.fill("[name=password]", "not this one");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[role=alert]");
  }],
];

const chrome = await browser();
const program = asked.address ? null : await start();
const address = asked.address ?? program.address;
await mkdir(asked.out, { recursive: true });
try {
  const first = await open(chrome, address);
  if (program) {
    await first.page.goto("/");
    await shoot("set-up", first.page, "1440-light");
    await setUp(first.page);
    await shoot("people-empty", first.page, "1440-light");
    await first.page.setViewportSize(windows[1].viewport);
    await shoot("people-empty", first.page, "390-light");
    await program.run("demo", "--people", asked.people);
  }
  await first.context.close();
  const only = asked.only?.split(",");
  for (const { size, viewport } of windows) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, context } = await open(chrome, address, { viewport, colorScheme });
      if (asked.dist) await replaceAssets(context);
      await signIn(page);
      for (const [name, go] of pictures) {
        if (only && !only.includes(name)) continue;
        await go(page);
        await shoot(name, page, `${size}-${colorScheme}`);
      }
      await context.close();
    }
  }
} finally {
  await chrome.close();
  await program?.stop();
}

async function shoot(name, page, how) {
  await page.screenshot({ path: join(asked.out, `${name}-${how}.png`) });
}

async function replaceAssets(context) {
  await context.route("**/assets/*", async (route) => {
    const [stem, , extension] = new URL(route.request().url()).pathname.split("/").pop().split(".");
    const body = await readFile(join(asked.dist, `${stem}.${extension}`));
    await route.fulfill({ body, contentType: types[extension] });
  });
}
