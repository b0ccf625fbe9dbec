// Loaded before every other script of a page under test: what goes wrong on it, for engines that tell nobody.

window.troubles = [];
const note = (what) => window.troubles.push(String(what));
addEventListener("error", ({ message, target }) => note(message ?? `no ${target.src ?? target.href}`), true);
addEventListener("unhandledrejection", ({ reason }) => note(reason));
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => note(`${violatedDirective} forbids ${blockedURI}`));
for (const level of ["error", "warn"]) console[level] = (...what) => note(what.join(" "));
