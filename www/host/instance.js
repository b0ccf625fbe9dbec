/**
 * Modules and their instances. It chooses the module (the light one where the lesson is in it, else the full one, with SIMD
 * where that runs), compiles it once for the page, and makes instances of it; a guard stands around every call into one.
 *
 * What is not a returned problem is a trap: WebAssembly has stopped in the middle of something, and that instance is never
 * called again. Whoever owns it makes a new one from the same compiled module; the others of the page do not notice.
 */

import { report } from "./panic.js";

/** @typedef {import("../types").Glue} Glue */

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

/** Thrown by every call into an instance that has ended; its owner is told once, by `onDeath`. */
export class Gone extends Error {}

/** A problem line instead of a session. */
export class Refused extends Error {}

/** Whether the fast build runs here. */
export const fast = typeof WebAssembly === "object" && WebAssembly.validate(SIMD);

/** The compiled modules of the page, by name. @type {Map<string, Promise<WebAssembly.Module>>} */
const compiled = new Map();

/** The page's own script: its folder has all scripts, and its version is that of the whole site, so that no two ever mix. */
const script = new URL(/** @type {HTMLScriptElement | null} */ (document.querySelector('script[type="module"][src]'))?.src ?? import.meta.url);
const HERE = new URL("./", script).href;
const VERSION = script.searchParams.get("v") ?? "";

/** The address of a file beside the scripts. @param {string} path */
export const beside = (path) => `${HERE}${path}?v=${VERSION}`;

/** A compiled module; a failure is not remembered, so that "try again" tries again. @param {boolean} light */
export function module(light) {
  const name = light ? "light" : fast ? "simd" : "portable";
  const known = compiled.get(name);
  if (known) return known;
  const fresh = compile(new URL(beside(`pkg/${name}.wasm`))).catch((error) => {
    compiled.delete(name);
    throw error;
  });
  compiled.set(name, fresh);
  return fresh;
}

/** @param {URL} url */
async function compile(url) {
  if (typeof WebAssembly !== "object") throw new LoadError("no-wasm");
  const response = await load(url);
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

/** The answer of the server, or a reason. @param {URL} url */
export async function load(url) {
  if (url.protocol === "file:") throw new LoadError("file");
  const response = await fetch(url, { signal: AbortSignal.timeout?.(PATIENCE) }).catch((error) => {
    throw new LoadError(error.name === "TimeoutError" ? "stalled" : "network", error);
  });
  if (!response.ok) throw new LoadError("missing");
  return response;
}

let instances = 0;

/** An instance of a module of the page. */
export class Instance {
  /** What it said when it ended, for the report. */
  report = "";
  /** Called once when it ends. */
  onDeath = () => {};
  /** @type {Glue | undefined} */ #glue;

  /** @param {boolean} light */
  static async make(light) {
    const shared = await module(light);
    const instance = new Instance();
    try {
      // A fresh copy of the glue over the shared module.
      const glue = await import(`${HERE}pkg/${light ? "light" : "full"}.js?v=${VERSION}&i=${(instances += 1)}`);
      await glue.default({ module_or_path: shared });
      instance.#glue = glue;
    } catch (error) {
      throw new LoadError("mismatch", error);
    }
    return instance;
  }

  /**
   * Runs `act` with the glue; the one guard around every call.
   * @template T @param {(glue: Glue) => T} act @returns {T}
   */
  guard(act) {
    if (!this.#glue) throw new Gone();
    try {
      return act(this.#glue);
    } catch (error) {
      if (error instanceof Refused || error instanceof Gone) throw error;
      const message = error instanceof Error && error.name === "Error" ? error.message : "";
      if (/^[a-z-]+\t/.test(message)) throw new Refused(message);
      this.report = report(error, this.#glue.lastPanic);
      this.#glue = undefined;
      queueMicrotask(this.onDeath);
      throw new Gone();
    }
  }
}
