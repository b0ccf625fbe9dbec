// The prose on a phone, in both languages: formulas as they are drawn, the punctuation after them, what is wider than the screen.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { begin, LANGUAGES, lessons, open, PHONE } from "./lesson.mjs";

let stage;
let bare;
const folder = mkdtempSync(join(tmpdir(), "tensorscope-fonts-"));
before(async () => {
  stage = await begin();
  // A second browser that sees no system font for formulas; fontconfig is what Chromium asks on Linux.
  const config = join(folder, "fonts.conf");
  const reject = ["*Math*", "*math*"].map((glob) => `<rejectfont><glob>${glob}</glob></rejectfont>`).join("");
  writeFileSync(config, `<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><selectfont>${reject}</selectfont></fontconfig>`);
  process.env.FONTCONFIG_FILE = config;
  bare = await begin();
  delete process.env.FONTCONFIG_FILE;
});
after(async () => {
  await stage.end();
  await bare.end();
  rmSync(folder, { recursive: true });
});

/** How far the last subscript of the text reaches below its base, in parts of the base's size. */
const drop = (page) =>
  page.evaluate(() => {
    const scripts = [...document.querySelectorAll("article msub")];
    const [base, below] = [...scripts.at(-1).children].map((part) => part.getBoundingClientRect());
    return (below.bottom - base.bottom) / base.height;
  });

for (const { id } of lessons) {
  for (const language of LANGUAGES) {
    test(`${id} (${language}): on a phone no line begins with the punctuation after a formula, and nothing is cut off unseen`, async () => {
      const page = await open(stage, { lesson: id, language, viewport: PHONE, live: false });
      const found = await page.evaluate(() => {
        const loose = [];
        for (const math of document.querySelectorAll("article .nobr > math")) {
          const text = math.nextSibling;
          if (!text) continue;
          const range = document.createRange();
          range.setStart(text, 0);
          range.setEnd(text, 1);
          const [sign, formula] = [range.getBoundingClientRect(), math.getBoundingClientRect()];
          if (sign.left < formula.right - 1 || sign.top > formula.bottom) loose.push(math.parentElement.textContent);
        }
        const wide = [...document.querySelectorAll("article .wide")].map((box) => ({
          over: box.scrollWidth > box.clientWidth + 1,
          shows: getComputedStyle(box).backgroundImage.includes("gradient"),
          focusable: box.tabIndex === 0,
        }));
        return { loose, wide, sideways: document.documentElement.scrollWidth > innerWidth, glued: document.querySelectorAll("article .nobr").length };
      });
      assert.deepEqual(found.loose, []);
      assert.ok(found.glued > 0, "there is punctuation after formulas");
      assert.ok(!found.sideways, "the page itself does not scroll sideways");
      for (const box of found.wide) assert.ok(!box.over || (box.shows && box.focusable));
      await page.context().close();
    });
  }
}

test("where the system has no font for formulas, the page brings one; where it has one, nothing is fetched", async () => {
  const [{ id }] = lessons.filter((lesson) => !lesson.light);
  const font = ({ site }) => site.requests.filter(({ path, status }) => path.endsWith("fonts/math.woff2") && status === 200).length;
  const page = await open(bare, { lesson: id, viewport: PHONE, live: false });
  await page.evaluate(() => document.fonts.ready);
  const brought = font(bare) > 0;
  if (process.platform === "linux") assert.ok(brought, "no formula was drawn with the font of the site");
  assert.ok((await drop(page)) > 0.1, "a subscript hangs below its base");
  assert.deepEqual(page.troubles, [], "the policy lets the font through");
  await page.context().close();

  const other = await open(stage, { lesson: id, viewport: PHONE, live: false });
  await other.evaluate(() => document.fonts.ready);
  // A font that is there draws a formula in its own width.
  const installed = await other.evaluate(() => {
    const width = (family) => {
      const probe = document.body.appendChild(document.createElement("span"));
      probe.className = "unseen";
      probe.style.cssText = "width: auto; font-size: 80px";
      probe.style.fontFamily = family;
      probe.textContent = "xyz∑√";
      const measured = probe.getBoundingClientRect().width;
      probe.remove();
      return measured;
    };
    const names = ["STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", "Noto Sans Math"];
    return names.filter((name) => width(`"${name}", monospace`) !== width("monospace"));
  });
  if (installed.length) assert.equal(font(stage), 0, `${installed} draws the formulas`);
  assert.ok((await drop(other)) > 0.1);
  await other.context().close();
});
