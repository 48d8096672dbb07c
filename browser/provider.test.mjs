// Single sign-on against a real provider, which runs beside: the npm package oidc-provider.

import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";
import { browser, open, owner, setUp, start } from "./harness.mjs";

const CLIENT = { client_id: "sluice", client_secret: "a secret of forty letters, more or less" };
/** Whom the provider knows, and whether it has verified their address. */
const accounts = {
  mara: { name: "Mara Lindqvist", email: owner.email.toUpperCase(), email_verified: true },
  ines: { name: "Inês Duarte", email: "ines@new.example", email_verified: true },
  eve: { name: "Eve", email: owner.email, email_verified: false },
  tom: { name: "Tom", email: "tom@elsewhere.example", email_verified: true },
};

/** Whom the second provider knows. */
const others = { mara: { name: "Mara", email: owner.email, email_verified: true } };

let program, chrome, providers, asked, steal;

/** A port that nobody listens on. */
async function freePort() {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => free.once("listening", done));
  const { port } = free.address();
  await new Promise((done) => free.close(done));
  return port;
}

/** A provider that listens there, and sends people back to that path. */
function provide(port, back, known) {
  const oidc = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ ...CLIENT, redirect_uris: [`${program.address}${back}`] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...known[id] }) }),
  });
  oidc.use(async (context, next) => {
    if (context.path === "/auth") asked = context.query;
    await next();
    const to = context.response.get("location");
    if (steal && to?.startsWith(program.address)) {
      // Somebody reads along, and the browser does not come back.
      steal(to);
      context.response.remove("location");
      [context.status, context.body] = [200, "kept"];
    }
  });
  return oidc.listen(port, "127.0.0.1");
}

before(async () => {
  const [port, second] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), "sluice-oidc-"));
  const file = join(folder, "sluice.toml");
  await writeFile(
    file,
    `[oidc.south-gate]\nissuer = "http://127.0.0.1:${second}"\nname = "Southgate"\nclient_id = "sluice"\nnear = true\n`,
  );
  program = await start({
    SLUICE_CONFIG: file,
    SLUICE_OIDC_SOUTH_GATE_CLIENT_SECRET: CLIENT.client_secret,
    SLUICE_OIDC_ISSUER: issuer,
    SLUICE_OIDC_NAME: "Northgate",
    SLUICE_OIDC_CLIENT_ID: CLIENT.client_id,
    SLUICE_OIDC_CLIENT_SECRET: CLIENT.client_secret,
    SLUICE_OIDC_DOMAINS: "new.example",
    SLUICE_OIDC_NEAR: "true",
  });
  providers = [
    provide(port, "/sign-in/provider/back", accounts),
    provide(second, "/sign-in/provider/south-gate/back", others),
  ];
  chrome = await browser();
  const { page, context } = await open(chrome, program.address);
  await setUp(page);
  await context.close();
});
after(async () => {
  await chrome?.close();
  await program?.stop();
  for (const provider of providers ?? []) {
    provider.closeAllConnections();
    await new Promise((done) => provider.close(done));
  }
});

/** Goes to the provider and signs in there as somebody; comes back to wherever that leads. */
async function goAs(page, who, from = "/sign-in", name = "Northgate", comesBack = true) {
  await page.goto(from);
  await page.click(`text=Continue with ${name}`);
  await page.fill("[name=login]", who);
  await page.fill("[name=password]", "any");
  await page.click("button[type=submit]");
  await page.click("button[type=submit]", { noWaitAfter: true }); // what the provider may tell
  if (comesBack) await page.waitForURL((url) => url.origin === program.address);
}

test("who has a verified address of a user comes in as that user, to where they wanted", async () => {
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "mara", "/sign-in?next=/funnel");
  assert.equal(new URL(page.url()).pathname, "/funnel");
  await page.goto("/me");
  assert.match(await page.locator("main header").innerText(), new RegExp(owner.email));
  assert.match(await page.locator("#sessions tr", { hasText: "this one" }).innerText(), /single sign-on/);
  await context.close();
});

test("an address that the provider has not verified opens nobody's account", async () => {
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "eve");
  assert.ok(await page.getByText("this workspace does not").isVisible());
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/);
  await context.close();
});

test("who comes from a domain that is let in becomes a user, once; others do not", async () => {
  for (const round of [1, 2]) {
    const { page, context } = await open(chrome, program.address);
    await goAs(page, "ines");
    await page.goto("/me");
    assert.match(await page.locator("main header").innerText(), /Inês Duarte\s+ines@new.example, member/, `${round}`);
    await context.close();
  }
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "tom");
  assert.ok(await page.getByText("Ask one of its members").isVisible());
  await context.close();
});

test("a way back that no browser was sent on opens nothing", async () => {
  const { page, context } = await open(chrome, program.address);
  await page.goto("/sign-in/provider/back?code=stolen&state=guessed");
  await page.getByText("belongs to another browser").waitFor();
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/);
  await context.close();
});

test("two providers stand side by side, and each is asked for what only this errand knows", async () => {
  const { page, context } = await open(chrome, program.address);
  await page.goto("/sign-in");
  assert.equal(await page.getByRole("link", { name: /Continue with/ }).count(), 2);
  await goAs(page, "mara", "/sign-in?next=/funnel", "Southgate");
  assert.equal(new URL(page.url()).pathname, "/funnel");
  assert.equal(asked.code_challenge_method, "S256");
  for (const name of ["state", "nonce", "code_challenge"]) assert.ok(asked[name].length >= 43, name);
  const first = { ...asked };
  await context.clearCookies();
  await goAs(page, "mara", "/sign-in", "Southgate");
  for (const name of ["state", "nonce", "code_challenge"]) assert.notEqual(asked[name], first[name], name);
  await context.close();
});

test("a way back that was stolen opens nothing in another browser, and then nothing at all", async () => {
  const { page, context } = await open(chrome, program.address);
  const sent = new Promise((found) => (steal = found));
  await goAs(page, "mara", "/sign-in", "Northgate", false);
  const stolen = await sent;
  steal = undefined;
  assert.ok(stolen.includes("code=") && stolen.includes("state="));
  const thief = await open(chrome, program.address);
  await thief.page.goto(stolen);
  await thief.page.getByText("belongs to another browser").waitFor();
  // Not even with an errand of the thief's own.
  await thief.page.goto("/sign-in/provider");
  await thief.page.goto(stolen);
  await thief.page.getByText("belongs to another browser").waitFor();
  await thief.page.goto("/people");
  assert.match(thief.page.url(), /\/sign-in/);
  await thief.context.close();
  // The answer of one provider at the door of the other.
  await page.goto(stolen.replace("/provider/back", "/provider/south-gate/back"));
  await page.getByText("belongs to another browser").waitFor();
  await context.close();
});

test("a second factor that the workspace demands is asked on top", async () => {
  await program.run("second-factor", "--of", "member");
  const { page, context } = await open(chrome, program.address);
  await goAs(page, "ines");
  assert.match(page.url(), /\/sign-in\/enrol/);
  await page.goto("/people");
  assert.match(page.url(), /\/sign-in/, "half a sign-in opens nothing");
  const { page: other, context: free } = await open(chrome, program.address);
  await goAs(other, "mara", "/sign-in?next=/funnel");
  assert.equal(new URL(other.url()).pathname, "/funnel", "of an owner none is demanded");
  await context.close();
  await free.close();
});
