// The page writes numbers as the engine does: www/format.js against the cases that src/scene/format.rs is held to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const { format } = await import(`data:text/javascript,${encodeURIComponent(read("../../www/format.js"))}`);

for (const { value, format: code, text } of JSON.parse(read("../format_cases.json"))) {
  test(`${value} as ${code}`, () => assert.equal(format(Number(value), code), text));
}
