// All random stacks of the goldens, one after the other in one browser page.

import { after, before, test } from "node:test";

import { begin } from "../lesson.mjs";
import { STACKS, visit } from "../stacks.mjs";

let stage;
before(async () => (stage = await begin()));
after(() => stage.end());

test(`${STACKS.length} random stacks in one page`, async () => {
  const large = await visit(stage, "receptive-field", STACKS);
  console.log(`${STACKS.length} stacks: none ended the instance, ${large} had something to say`);
});
