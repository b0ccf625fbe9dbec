// The browser engines beside Chromium that this machine has, driven by what they bring along.
//
// Not a browser library: a session can go to an address and run a script, which is all that one needs to read a page. Both
// speak the commands of W3C WebDriver: Firefox through its own remote protocol (Marionette: JSON with its length before it,
// over a socket), WebKitGTK through WebKitWebDriver (JSON over HTTP). Neither needs a package.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** How long a program may take to listen, in milliseconds. */
const PATIENCE = 60_000;

/** @typedef {{ go: (url: string) => Promise<unknown>, run: (script: string) => Promise<any>, end: () => Promise<void> }} Session */

/** The first of the named programs that exists. @param {...string} names */
function program(...names) {
  const paths = [...(process.env.PATH ?? "").split(delimiter), "/Applications/Firefox.app/Contents/MacOS"];
  return names.flatMap((name) => paths.map((path) => join(path, name))).find((path) => existsSync(path));
}

/** Asks again until there is an answer. @template T @param {string} what @param {() => Promise<T> | T} ask */
async function until(what, ask) {
  for (const start = performance.now(); ; await pause(50)) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() - start > PATIENCE) throw new Error(`${what} does not answer`, { cause: error });
    }
  }
}

/** A program in a group of its own, so that its helpers end with it; returns what ends them. @param {string} file @param {string[]} args */
function start(file, args) {
  // Without a GPU WebKit composes a page many times slower than it paints one.
  const env = { ...process.env, WEBKIT_DISABLE_COMPOSITING_MODE: "1" };
  const child = spawn(file, args, { detached: true, stdio: "ignore", env });
  const ended = new Promise((done) => child.once("exit", done).once("error", done));
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", kill);
  return async () => {
    kill();
    await Promise.race([ended, pause(5000)]);
    process.off("exit", kill);
  };
}

/** Firefox with a profile of its own, which it leaves as it came. @param {string} file @returns {Promise<Session>} */
async function firefox(file) {
  const profile = mkdtempSync(join(tmpdir(), "tensorscope-"));
  const quiet = ["app.normandy.enabled", "app.update.auto", "browser.shell.checkDefaultBrowser", "datareporting.policy.dataSubmissionEnabled", "extensions.update.enabled", "network.captive-portal-service.enabled", "network.connectivity-service.enabled"];
  const settings = [["marionette.port", 0], ["network.proxy.type", 0], ...quiet.map((name) => [name, false])];
  writeFileSync(join(profile, "user.js"), settings.map(([name, value]) => `user_pref("${name}", ${value});\n`).join(""));
  const stop = start(file, ["-headless", "-marionette", "-no-remote", "-profile", profile]);
  const port = await until(file, () => Number(readFileSync(join(profile, "MarionetteActivePort"), "utf8")) || Promise.reject(new Error("no port")));
  const socket = await until(file, () => new Promise((done, fail) => {
    const made = createConnection(port, "127.0.0.1", () => done(made)).once("error", fail);
  }));

  /** @type {Map<number, { done: (value: any) => void, fail: (error: Error) => void }>} */
  const asked = new Map();
  let bytes = Buffer.alloc(0);
  socket.on("data", (more) => {
    bytes = Buffer.concat([bytes, more]);
    for (;;) {
      const colon = bytes.indexOf(":");
      const end = colon + 1 + Number(bytes.subarray(0, Math.max(colon, 0)));
      if (colon < 0 || bytes.length < end) return;
      const message = JSON.parse(bytes.subarray(colon + 1, end).toString());
      bytes = bytes.subarray(end);
      // The first one is no answer: it names the protocol.
      const [, id, error, result] = Array.isArray(message) ? message : [];
      if (error) asked.get(id)?.fail(new Error(`${error.error}: ${error.message}`));
      else asked.get(id)?.done(result);
    }
  });
  const command = (name, values = {}) =>
    new Promise((done, fail) => {
      const id = asked.size + 1;
      asked.set(id, { done, fail });
      const text = JSON.stringify([0, id, `WebDriver:${name}`, values]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  await command("NewSession");
  return {
    go: (url) => command("Navigate", { url }),
    run: async (script) => (await command("ExecuteScript", { script, args: [] })).value,
    async end() {
      socket.destroy();
      await stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** WebKitGTK's small browser; it wants a screen, which need not be one. @param {string} driver @returns {Promise<Session>} */
async function webkit(driver) {
  const port = await new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => done(port));
    });
  });
  const screen = program("xvfb-run");
  const stop = screen ? start(screen, ["-a", "-s", "-screen 0 1280x900x24", driver, `--port=${port}`]) : start(driver, [`--port=${port}`]);
  const command = async (method, path, values) => {
    const body = method === "POST" ? JSON.stringify(values) : undefined;
    const { value } = await (await fetch(`http://127.0.0.1:${port}/${path}`, { method, body })).json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await until(driver, () => command("GET", "status"));
  const { sessionId } = await command("POST", "session", { capabilities: {} });
  return {
    go: (url) => command("POST", `session/${sessionId}/url`, { url }),
    run: (script) => command("POST", `session/${sessionId}/execute/sync`, { script, args: [] }),
    async end() {
      await command("DELETE", `session/${sessionId}`);
      await stop();
    },
  };
}

/** Engine, what would bring it where it is missing, and how to begin a session. */
export const ENGINES = [
  { name: "Firefox", file: program("firefox-esr", "firefox"), want: "Debian's package firefox-esr", begin: firefox },
  { name: "WebKitGTK", file: program("WebKitWebDriver"), want: "Debian's packages webkit2gtk-driver and xvfb", begin: webkit },
];
