// Serves a folder of static files: what `./build.sh serve` runs, and what the browser tests talk to.
//
// Not for the public internet: it listens on this machine only, and does not compress. It adds nothing that a static host
// lacks: no rewriting, no headers beyond the type. Under a prefix ("/a/b/") it shows that the site works from any sub-path.
//
//   node serve.mjs dist                      prints the address and serves until it is stopped; PORT=8080 asks for a port
//   const site = await serve("dist")         site.url, site.requests (path and status of each), await site.close()

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** The file behind a request path, or undefined: never outside of `root`; a folder means its index.html. */
function find(root, path) {
  const file = normalize(join(root, path));
  if (file !== root && !file.startsWith(root + sep)) return undefined;
  const info = statSync(file, { throwIfNoEntry: false });
  if (info?.isDirectory()) return path.endsWith("/") ? find(root, `${path}index.html`) : { folder: true };
  return info?.isFile() ? { file, size: info.size } : undefined;
}

/**
 * Serves `folder` on 127.0.0.1. `port` 0 takes a free one; `prefix` is the path under which the site appears, with a slash
 * at both ends; `headers` are sent with every answer.
 */
export async function serve(folder, { port = 0, prefix = "/", headers = {} } = {}) {
  const root = resolve(folder);
  const requests = [];
  const server = createServer((request, response) => {
    const answer = (status, more = {}, body = "") => {
      requests.push({ path: request.url, status });
      response.writeHead(status, { "cache-control": "no-cache", ...headers, ...more });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, { allow: "GET, HEAD" });
    let path;
    try {
      path = decodeURIComponent(request.url.split("?", 1)[0]);
    } catch {
      return answer(400);
    }
    if (path.includes("\0") || !path.startsWith(prefix)) return answer(404);
    const found = find(root, `/${path.slice(prefix.length)}`);
    if (!found) return answer(404, { "content-type": TYPES[".txt"] }, `There is no ${path} here.\n`);
    if (found.folder) return answer(301, { location: `${encodeURI(path.slice(path.lastIndexOf("/") + 1))}/` });
    const type = TYPES[extname(found.file)] ?? "application/octet-stream";
    requests.push({ path: request.url, status: 200 });
    response.writeHead(200, { "cache-control": "no-cache", ...headers, "content-type": type, "content-length": found.size });
    if (request.method === "HEAD") return response.end();
    createReadStream(found.file)
      .on("error", () => response.destroy())
      .pipe(response);
  });
  await new Promise((listening, refused) => {
    server.once("error", refused);
    server.listen(port, "127.0.0.1", listening);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }),
  };
}

/** From the command line: PORT where it is given, else 8080, else any that is free. */
async function main() {
  const folder = process.argv[2] ?? "dist";
  const asked = process.env.PORT;
  if (asked && !/^\d{1,5}$/.test(asked)) throw new Error(`PORT is "${asked}"; give a number from 0 to 65535.`);
  const site = await serve(folder, { port: Number(asked || 8080) }).catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    if (asked) throw new Error(`port ${asked} is taken; leave PORT away and a free one is found.`);
    return serve(folder);
  });
  console.log(`\n  ${site.url}\n\nCtrl-C stops it.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().catch((error) => {
    console.error(`serve: ${error.message}`);
    process.exit(1);
  });
}
