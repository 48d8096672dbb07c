// What runs in the browser holds its types.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

test("the scripts hold their types", () => {
  const checked = spawnSync(join(root, "node_modules/.bin/tsc"), ["--project", "assets/tsconfig.json"], { cwd: root, encoding: "utf8" });
  assert.equal(checked.status, 0, checked.stdout);
});
