/**
 * Words: everything that the reader reads comes from the page's own data, in the page's language. A missing word shows its
 * key, so that it is seen and mended. Not prose: that is in the page already.
 */

/** @typedef {ReturnType<typeof dictionary>} Words */

/** Greek letters by name, for ids such as `delta2_1`. @type {Record<string, string>} */
const GREEK = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ", lambda: "λ", mu: "μ", sigma: "σ" };

/** @param {Record<string, string>} table @param {{ id: string }[]} [families] patterns of readouts, such as `a{l}_{j}` */
export function dictionary(table, families = []) {
  const patterns = families
    .filter(({ id }) => id.includes("{"))
    .map(({ id }) => ({ id, test: new RegExp(`^${id.replace(/\{\w+\}/g, "(\\d+)")}$`) }));

  /** The text of `key`, with `{name}` replaced. @param {string} key @param {Record<string, string | number>} [values] */
  function say(key, values) {
    const text = Object.hasOwn(table, key) ? table[key] : key;
    return values ? text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : text;
  }

  /** What the thing called `id` is called by the reader: its own word, its family's, or a symbol made of the id. @param {string} id */
  function name(id) {
    if (Object.hasOwn(table, id)) return table[id];
    for (const family of patterns) {
      const match = family.test.exec(id);
      if (match && Object.hasOwn(table, family.id)) {
        let index = 0;
        return table[family.id].replace(/\{\w+\}/g, () => match[(index += 1)]);
      }
    }
    return symbol(id);
  }

  return {
    say,
    name,
    has: (/** @type {string} */ key) => Object.hasOwn(table, key),
    /** For the engine: key, tab, text, a line each. */
    lines: () => Object.entries(table).map(([key, text]) => `${key}\t${text.replace(/\s+/g, " ")}`).join("\n"),
    /** The sentence of a problem: code, subject, given, expected. A lesson may have one of its own for a subject. */
    problem: (/** @type {string} */ line) => {
      const [code, subject = "", given = "", expected = ""] = line.split("\t");
      const own = `notice.${code}.${subject}`;
      return say(Object.hasOwn(table, own) ? own : `notice.${code}`, { subject: subject && name(subject), given, expected });
    },
  };
}

const raise = (/** @type {string} */ digits) => digits.replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+digit]);
const lower = (/** @type {string} */ digits) => digits.replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[+digit]);

/** `delta2_1` as δ²₁, `dw1_1_2` as ∂w¹₁₂: layer above, indices below. @param {string} id */
export function symbol(id) {
  const match = /^(d(?=[a-z]\d))?([A-Za-z]+?)(\d*)((?:_\d+)*)$/.exec(id);
  if (!match) return id;
  const [, derivative, letters, layer, indices] = match;
  return (derivative ? "∂" : "") + (GREEK[letters] ?? letters) + raise(layer) + lower(indices.slice(1).replaceAll("_", /\d\d/.test(indices) ? "," : ""));
}
