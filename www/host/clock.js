/**
 * The loop that gives an engine its time, on the page and in a worker alike: Rust reads no clock. Work is counted in units
 * (short steps, or portions of what takes longer); how many are asked for at once adapts by doubling and halving, which a
 * coarse clock allows.
 */

/** Most units at once. */
const MOST = 4096;

export class Clock {
  #chunk = 1;

  /**
   * Works for about `budget` ms; returns how much is left.
   * @param {(units: number) => number} work does so many units at most, and says how much is left
   * @param {number} budget
   */
  run(work, budget) {
    const start = performance.now();
    for (let before = start; ; ) {
      const left = work(this.#chunk);
      const now = performance.now();
      // The last chunk of a way may be shorter than it says.
      if (left > 0 && now - before < budget / 4) this.#chunk = Math.min(this.#chunk * 2, MOST);
      else if (now - before > budget / 2) this.#chunk = Math.max(this.#chunk >> 1, 1);
      if (!left || now - start + (now - before) > budget) return left;
      before = now;
    }
  }
}
