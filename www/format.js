/**
 * Numbers for the eye, exactly as the engine writes them in its stills: `d` whole, `f4` fixed, `g4` significant,
 * `s4` the same without zeros at the end of what is exact, `e4` scientific.
 * The twin is in `src/scene/format.rs`; both are tested against `tests/format_cases.json`. Full precision always stands in `value`.
 */

/** From here on fixed notation would write digits that the number does not have. */
const HUGE = 1e15;

/** @param {number} value @param {string} code */
export function format(value, code) {
  if (Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const text = size === Infinity ? "∞" : write(size, code[0], Number(code.slice(1)));
  return value < 0 && /[1-9∞]/.test(text) ? `−${text}` : text;
}

/** @param {number} size at least 0 @param {string} kind @param {number} digits @returns {string} */
function write(size, kind, digits) {
  if (kind === "s") {
    const text = write(size, "g", digits);
    return text.includes(".") && Number(text.replace("−", "-")) === size ? text.replace(/\.?0+(e|$)/, "$1") : text;
  }
  if (kind === "d" || kind === "f") return size < HUGE ? size.toFixed(digits) : scientific(size, 4);
  const exponent = Number(size.toExponential(Math.max(digits, 1) - 1).split("e")[1]);
  if (kind === "e" || (size !== 0 && (exponent < -4 || exponent >= 7))) return scientific(size, digits);
  return size.toFixed(Math.max(digits - 1 - exponent, 0));
}

/** @param {number} size @param {number} digits significant ones */
const scientific = (size, digits) => size.toExponential(Math.max(digits, 1) - 1).replace("+", "").replace("-", "−");
