/**
 * The only file that knows `pkg/`. It chooses the module (the light one where the lesson is in it, else the full one, with
 * SIMD where that runs), compiles it once for the page, gives every figure an instance of its own, and stands guard around
 * every call.
 *
 * What is not a returned problem is a trap: WebAssembly has stopped in the middle of something, and that instance is never
 * called again. `revive` makes a new one from the same compiled module; the other figures of the page do not notice.
 * Numbers are checked here, because the glue turns NaN and "abc" into 0 and 2^32 + 3 into 3 without a word. Memory is never
 * kept: what comes back is a copy.
 */

/** @typedef {import("./types").Session} Session */
/** @typedef {import("./types").Glue} Glue */
/** @typedef {{ [K in keyof Session]: Session[K] extends (...args: any[]) => any ? K : never }[keyof Session]} Method */

/** A module of 56 bytes with the very opcodes that the kernels use: v128.load, f32x4.splat, mul, add, extract_lane. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 125, 1, 125, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 29, 1, 27, 0, 65, 0, 253, 0, 4, 0, 32, 0,
  253, 19, 253, 230, 1, 65, 0, 253, 0, 4, 0, 253, 228, 1, 253, 31, 0, 11,
]);

/** How long a silent server is waited for, in milliseconds. */
const PATIENCE = 30_000;

/** Why the engine is not there; `reason` is the end of a key of the words (`error.network`). */
export class LoadError extends Error {
  /** @param {string} reason @param {unknown} [cause] */
  constructor(reason, cause) {
    super(reason, { cause });
    this.reason = reason;
  }
}

/** Thrown by every call into an instance that has ended; the figure is told once, by `onDeath`. */
export class Gone extends Error {}

/** A problem line instead of a session. */
export class Refused extends Error {}

/** Whether the fast build runs here. */
const fast = typeof WebAssembly === "object" && WebAssembly.validate(SIMD);

/** The compiled modules of the page, by name. @type {Map<string, Promise<WebAssembly.Module>>} */
const compiled = new Map();

/** The version of the site that this file belongs to, so that its parts never mix with those of another. */
const VERSION = new URL(import.meta.url).searchParams.get("v") ?? "";
/** The folder of the scripts. */
const HERE = new URL("./", import.meta.url).href;

/** A compiled module; a failure is not remembered, so that "try again" tries again. @param {string} name */
function module(name) {
  const known = compiled.get(name);
  if (known) return known;
  const fresh = compile(new URL(`${HERE}pkg/${name}.wasm?v=${VERSION}`)).catch((error) => {
    compiled.delete(name);
    throw error;
  });
  compiled.set(name, fresh);
  return fresh;
}

/** @param {URL} url */
async function compile(url) {
  if (typeof WebAssembly !== "object") throw new LoadError("no-wasm");
  if (url.protocol === "file:") throw new LoadError("file");
  const response = await fetch(url, { signal: AbortSignal.timeout?.(PATIENCE) }).catch((error) => {
    throw new LoadError(error.name === "TimeoutError" ? "stalled" : "network", error);
  });
  if (!response.ok) throw new LoadError("missing");
  let blocked = false;
  const watch = (/** @type {SecurityPolicyViolationEvent} */ event) => (blocked ||= event.blockedURI.startsWith("wasm"));
  document.addEventListener("securitypolicyviolation", watch);
  try {
    // Streaming wants the right MIME type, which not every host sends; the bytes are the same.
    if (response.headers.get("content-type")?.startsWith("application/wasm")) return await WebAssembly.compileStreaming(response);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    if (name === "TimeoutError" || name === "AbortError") throw new LoadError("stalled", error);
    throw new LoadError(blocked || /content security|unsafe-eval|blocked/i.test(message) ? "blocked" : "damaged", error);
  } finally {
    document.removeEventListener("securitypolicyviolation", watch);
  }
}

let instances = 0;

/** A fresh copy of the glue over the shared module. @param {boolean} light @returns {Promise<Glue>} */
async function instantiate(light) {
  const shared = await module(light ? "light" : fast ? "simd" : "portable");
  try {
    const glue = await import(`${HERE}pkg/${light ? "light" : "full"}.js?v=${VERSION}&i=${(instances += 1)}`);
    await glue.default({ module_or_path: shared });
    return glue;
  } catch (error) {
    throw new LoadError("mismatch", error);
  }
}

/** One instance and the one session in it. */
export class Engine {
  /** @type {Glue | undefined} */ #glue;
  /** @type {Session | undefined} */ #session;
  /** What was said by the instance that ended last, for the report. */
  report = "";
  /** Called once when an instance ends. */
  onDeath = () => {};

  /** @param {{ id: string, light: boolean }} lesson @param {string} words lines for drawing and markup */
  constructor({ id, light }, words) {
    this.lesson = id;
    this.light = light;
    this.words = words;
  }

  /** Begins, or begins again in a new instance. @param {string} state */
  async revive(state) {
    this.#glue = await instantiate(this.light);
    this.#session = undefined;
    this.open(state);
  }

  /** Another session in the same instance. @param {string} state */
  open(state) {
    const session = this.#create(state);
    this.#session?.free();
    this.#session = session;
  }

  /** Whether it runs without the vectors that would make it fast. */
  get slow() {
    return !this.light && !fast;
  }

  /** A seed that nobody has chosen. */
  newSeed() {
    return this.#guard(() => /** @type {Glue} */ (this.#glue).newSeed());
  }

  /**
   * Calls a method of the session.
   * @template {Method} M @param {M} method @param {Parameters<Session[M]>} args
   * @returns {ReturnType<Session[M]>}
   */
  call(method, ...args) {
    for (const value of args) {
      if (typeof value === "number" && !(value >= 0 && value < 2 ** 32)) throw new RangeError(`${method}: ${value}`);
    }
    return this.#guard(() => {
      const session = /** @type {any} */ (this.#session);
      return session[method](...args);
    });
  }

  /**
   * What a reader takes away: a picture, a program, a table. The light module leaves them out, so that nobody waits for them
   * who does not want them; then an instance of the full one goes to the same state and answers.
   * @template {"svg" | "pytorch" | "csv"} M @param {M} method @param {Parameters<Session[M]>} args
   */
  async take(method, ...args) {
    if (!this.light) return this.call(method, ...args);
    const other = new Engine({ id: this.lesson, light: false }, this.words);
    await other.revive(this.call("state"));
    while (other.call("work", 1000));
    return other.call(method, ...args);
  }

  /** @param {string} state */
  #create(state) {
    return this.#guard(() => {
      if (!this.#glue) throw new Gone();
      try {
        const session = new this.#glue.Session(this.lesson, state);
        session.setWords(this.words);
        return session;
      } catch (error) {
        const message = error instanceof Error && error.name === "Error" ? error.message : "";
        throw /^[a-z-]+\t/.test(message) ? new Refused(message) : error;
      }
    });
  }

  /** The one guard. @template T @param {() => T} act @returns {T} */
  #guard(act) {
    if (!this.#glue) throw new Gone();
    try {
      return act();
    } catch (error) {
      if (error instanceof Refused || error instanceof Gone) throw error;
      // Engines name traps differently (RuntimeError, RangeError, InternalError): anything else is one.
      let panic = "";
      try {
        panic = this.#glue.lastPanic();
      } catch {
        // The instance cannot even say why.
      }
      this.report = `${panic}\n${error instanceof Error ? error.stack ?? error.message : error}`.trim();
      this.#glue = this.#session = undefined;
      queueMicrotask(this.onDeath);
      throw new Gone();
    }
  }
}
