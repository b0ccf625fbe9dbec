// Both modules compile in Node and in the browser: wasm-opt can write what no engine accepts, and only an engine knows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch } from "./browser.mjs";
import { serve } from "./serve.mjs";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const MODULES = ["simd", "portable", "light"];
const LIMIT = 256 * 1024 * 1024; // bytes of memory that an instance may have

let site, browser;
before(async () => {
  site = await serve(DIST);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

for (const name of MODULES) {
  const bytes = readFileSync(`${DIST}/app/pkg/${name}.wasm`);

  test(`${name}.wasm compiles in Node`, () => {
    assert.ok(new WebAssembly.Module(bytes));
  });

  test(`${name}.wasm compiles in the browser, from a stream`, async () => {
    const page = await browser.newPage();
    await page.goto(site.url);
    const url = `${site.url}app/pkg/${name}.wasm`;
    const names = await page.evaluate(async (url) => {
      const module = await WebAssembly.compileStreaming(fetch(url));
      return WebAssembly.Module.exports(module).map((entry) => entry.name);
    }, url);
    assert.ok(names.includes("memory"), `no memory among ${names}`);
    await page.close();
  });

  test(`${name}.wasm may not use more than 256 MiB`, () => {
    assert.equal(memoryLimit(bytes), LIMIT);
  });
}

/** Bytes that the (only) memory of a module may grow to, read from its memory section; Infinity where it says nothing. */
function memoryLimit(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const section = number();
    const end = number() + at;
    if (section === 5) {
      assert.equal(number(), 1, "one memory");
      const flags = number();
      number();
      return flags & 1 ? number() * 65536 : Infinity;
    }
    at = end;
  }
  throw new Error("the module has no memory section");
}
