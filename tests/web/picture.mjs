// Makes the picture of the README from the built site: node tests/web/picture.mjs LESSON STATE FILE
//
// Not a test: a picture for people. The lesson and its state come from the command line.

import { begin, close, figure, open } from "./lesson.mjs";

const [lesson, state, file] = process.argv.slice(2);
if (!file) throw new Error("usage: node tests/web/picture.mjs LESSON STATE FILE");
const stage = await begin();
const page = await open(stage, { lesson, state, viewport: { width: 1180, height: 1000 } });
const box = await figure(page).boundingBox();
const time = await figure(page).locator(".time").boundingBox();
const clip = { x: box.x, y: box.y, width: box.width, height: time.y + time.height - box.y };
await page.screenshot({ path: file, clip, fullPage: true });
await close(page);
await stage.end();
