/**
 * What a pointer that draws says to the engine: edits, a point each. Two kinds of pens: one sets the curve that it passes, one
 * leaves paint.
 */

import { clamp } from "./player.js";

/** Sets the thing `id_x` for every whole x between two points. @param {import("../types").Host} host @param {string} id @param {Float64Array} from @param {Float64Array} to */
export function drawn(host, id, from, to) {
  const [[x0, y0], [x1, y1]] = from[0] <= to[0] ? [from, to] : [to, from];
  for (let x = Math.round(x0); x <= Math.round(x1); x += 1) {
    const y = x1 > x0 ? y0 + ((y1 - y0) * clamp(x - x0, 0, x1 - x0)) / (x1 - x0) : y1;
    host.act("edit", `${id}_${x}`, y.toPrecision(4));
  }
}

/** Leads a stroke of the thing `id` through these points, from where it was or anew. @param {import("../types").Host} host @param {string} id @param {boolean} begins @param {Float64Array[]} points */
export function painted(host, id, begins, points) {
  points.forEach(([x, y], index) => {
    const lead = begins && index === 0 ? "" : "+";
    host.act("edit", id, `${lead}${x.toFixed(1)},${y.toFixed(1)}`);
  });
}
