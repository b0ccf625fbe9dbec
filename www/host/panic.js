/** What is known of a trap. Shared by the page and its workers. */

/** Engines name traps differently (RuntimeError, RangeError, InternalError). @param {unknown} error @param {() => string} lastPanic */
export function report(error, lastPanic) {
  let panic = "";
  try {
    panic = lastPanic();
  } catch {
    // The instance cannot even say why.
  }
  return `${panic}\n${error instanceof Error ? (error.stack ?? error.message) : error}`.trim();
}
