// Starts the program on an empty folder and a browser beside it, and keeps account of what a page must never do:
// complain in its console, break its content security policy, or ask another host for anything.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = resolve(root, process.env.SLUICE_BIN ?? "target/debug/sluice");
// The program refuses settings that it does not know, and none of the tester's is meant for it.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SLUICE_")));
const chromiums = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Who owns the workspaces of these tests. */
export const owner = {
  workspace: "Ferrystone",
  name: "Mara Lindqvist",
  email: "mara@ferrystone.example",
  password: "a quiet harbour at six",
};

/** How long the program may take to answer for the first time, and a step in a browser to be done. */
const START_MS_MAX = 90_000;
const STEP_MS_MAX = 60_000;

/** How long a step waits for what it asked the server for: a test may hold an answer back. */
const ANSWER_MS_MAX = 3_000;

/** A running program on a folder of its own; `settings` are variables such as SLUICE_TELL_PUBLIC. */
export async function start(settings = {}) {
  assert.ok(existsSync(program), `${program} is missing: run \`cargo build -p sluice\`, or say SLUICE_BIN`);
  const folder = await mkdtemp(join(tmpdir(), "sluice-browser-"));
  const server = spawn(program, ["--data", folder, "serve", "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...environment, ...settings },
  });
  let told = "";
  const address = await new Promise((found, failed) => {
    const late = setTimeout(() => failed(new Error(`no address within ${START_MS_MAX} ms:\n${told}`)), START_MS_MAX);
    server.stderr.setEncoding("utf8");
    server.stderr.on("data", (text) => {
      told += text;
      const line = told.match(/listening on (http:\/\/\S+)\n/); // the whole line: it may come in pieces
      if (line) {
        clearTimeout(late);
        found(line[1]);
      }
    });
    server.on("exit", (code) => failed(new Error(`the program ended with ${code}:\n${told}`)));
  });
  const ended = new Promise((done) => server.on("exit", done));
  return {
    address,
    folder,
    /** What the program has said so far. */
    log: () => told,
    /** Runs another command on the same folder, as an operator would. */
    run: (...args) => run("--data", folder, ...args),
    async stop() {
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the program to its end and gives what it printed. */
export async function run(...args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: environment });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  const code = await new Promise((done) => child.on("exit", done));
  assert.equal(code, 0, `sluice ${args.join(" ")} ended with ${code}:\n${err}`);
  return out;
}

/** A browser; closes with `close`. */
export async function browser() {
  const executablePath = process.env.CHROMIUM ?? chromiums.find((path) => existsSync(path));
  assert.ok(executablePath, "no Chromium is installed: apt-get install chromium, or say CHROMIUM");
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * A window on one program. `faults` grows by whatever no page may do; `quiet` fails if there is any.
 * `options` are those of a browser context: viewport, colorScheme, javaScriptEnabled …
 */
export async function open(chrome, address, options = {}) {
  const context = await chrome.newContext({
    baseURL: address,
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(STEP_MS_MAX);
  context.on("page", arriveOnce);
  context.on("page", answerSteps);
  const page = await context.newPage();
  answerSteps(page);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    const expected = message.text().startsWith("Failed to load resource"); // the status is checked where it matters
    if (["error", "warning"].includes(message.type()) && !expected) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== address && url.protocol !== "data:") faults.push(`asked another host: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} from ${response.url()}`);
  });
  return {
    page,
    context,
    quiet: () => assert.deepEqual(faults.splice(0), []),
  };
}

/**
 * Whoever types an address while the answer to a form is still on its way gets what they typed. Chromium says of the
 * navigation that came second that it was aborted, now and then and on slow machines, and has it gone: it is asked again,
 * once the page that came first is there.
 */
function arriveOnce(page) {
  const goto = page.goto.bind(page);
  page.goto = async (address, options) => {
    try {
      return await goto(address, options);
    } catch (error) {
      if (!error.message.includes("net::ERR_ABORTED")) throw error;
      await page.waitForLoadState();
      return goto(address, options);
    }
  };
}

/**
 * A step is done once what it asked the server for is answered, be it another page or a part of this one: Chromium calls a
 * key or a click done as soon as it is heard, and what is read then is now and then what was there before.
 */
function answerSteps(page) {
  const asked = new Set();
  page.on("request", (request) => request.resourceType() !== "eventsource" && asked.add(request));
  page.on("requestfinished", (request) => asked.delete(request));
  page.on("requestfailed", (request) => asked.delete(request));
  // Two turns: a step is heard before the first, and an answer is shown before the second.
  const turn = () => page.evaluate(() => new Promise((done) => setTimeout(done))).catch(() => page.waitForLoadState());
  const answered = async () => {
    const late = Date.now() + ANSWER_MS_MAX;
    await turn();
    if (asked.size === 0) return;
    while (asked.size > 0 && Date.now() < late) await new Promise((done) => setTimeout(done, 5));
    await turn();
  };
  for (const [hand, steps] of [
    [page.mainFrame(), ["click", "check", "uncheck", "press", "selectOption"]], // a locator's go through it
    [page.keyboard, ["press"]],
  ]) {
    for (const step of steps) {
      const take = hand[step].bind(hand);
      hand[step] = async (...words) => {
        const told = await take(...words);
        await Promise.race([answered().catch(() => {}), new Promise((done) => setTimeout(done, ANSWER_MS_MAX))]);
        return told;
      };
    }
  }
}

/** Makes the owner of a new workspace in the browser. */
export async function setUp(page) {
  for (let round = 0; round < 10; round++) {
    await page.goto("/setup");
    if ((await page.locator("[name=workspace]").count()) > 0) break;
    // Where everything runs at once, the first answer may be that there is too much to do just now.
    const seen = `${page.url()} shows: ${(await page.locator("body").innerText()).slice(0, 300)}`;
    assert.ok(round < 9, seen);
    console.error(seen);
    await page.waitForTimeout(2_000);
  }
  for (const field of ["workspace", "name", "email", "password"]) {
    await page.fill(`[name=${field}]`, owner[field]);
  }
  await Promise.all([page.waitForURL(/\/people/), page.click("main button[type=submit], main form button")]);
}

/** Signs the owner in. */
export async function signIn(page) {
  await page.goto("/sign-in");
  await page.fill("[name=email]", owner.email);
  await page.fill("[name=password]", owner.password);
  await Promise.all([page.waitForURL(/\/people/), page.click("main form button.btn--primary")]);
}

/** Fails if a table can be moved sideways: on a phone its rows are cards. */
export async function tablesFit(page) {
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("table")]
      .map((table) => table.closest(".scroll-x, .listwrap") ?? table.parentElement)
      .filter((around) => around.scrollWidth > around.clientWidth + 1)
      .map((around) => `${around.querySelector("table").className}: ${around.scrollWidth} in ${around.clientWidth}`),
  );
  assert.deepEqual(wide, [], `on ${page.url()}`);
}

/** Fails if the page can be moved sideways: something is wider than the window. */
export async function fitsTheWindow(page) {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > limit + 1)
      .filter((element) => !element.closest(".tabs, .scroll-x, .sr, [popover]"))
      .map((element) => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 40)}`)
      .slice(0, 5)
      .concat(`the page is ${document.documentElement.scrollWidth} wide, the window ${limit}`);
  });
  assert.deepEqual(wide, [], `at ${page.url()}`);
}

/**
 * A program on an empty folder with a workspace of its own, so many people of the demo in it, and a window in which its
 * owner is signed in. `close` ends all of it.
 */
export async function house({ people = 0, settings = {} } = {}) {
  let program, chrome;
  const close = async () => {
    await chrome?.close();
    await program?.stop();
  };
  try {
    program = await start(settings);
    chrome = await browser();
    const view = await open(chrome, program.address);
    await setUp(view.page);
    if (people > 0) await program.run("demo", "--people", String(people));
    return { program, chrome, view, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A colleague who was let in by a link of the owner's, in a window of their own. */
export async function invited(view, chrome, program, { name, role, ...options }) {
  const { page } = view;
  await page.goto("/invitations");
  await page.fill("[name=email]", `${name.toLowerCase().replaceAll(" ", ".")}@ferrystone.example`);
  await page.selectOption("[name=role]", role);
  await page.click("text=Make a link");
  const link = await page.locator("[data-secret]").innerText();
  const other = await open(chrome, program.address, options);
  await other.page.goto(link);
  await other.page.fill("[name=name]", name);
  await other.page.fill("[name=password]", "a quiet harbour at ten");
  await Promise.all([other.page.waitForURL(/\/people/), other.page.keyboard.press("Enter")]);
  return other;
}
