/**
 * Simulated time. A run is a line of steps, a step a line of moments, and inside a moment `progress` goes from 0 to 1 while its
 * values are on their way. At rest progress is 1: the moment has happened.
 *
 * It owns time and nothing else: what is shown is the figure's business, and it is told by `show`. Speed is in steps a second of
 * the reader's clock, so it does not depend on the frame rate; a frame takes at most BUDGET of computing, and what a device
 * cannot do in it is not owed afterwards.
 */

/** @typedef {import("./engine.js").Engine} Engine */

/**
 * Milliseconds of a frame that belong to the engine while it plays, and while the reader waits for a far step: a frame of 60 a
 * second has room for either. Where frames come late the run gets less, and what showing takes beyond SHOWING is taken from it,
 * down to LEAST.
 */
const BUDGET = 5;
const BUDGET_WAITING = 11;
const SHOWING = 2;
const LEAST = 1.5;

/** A frame that took longer than these milliseconds is late. */
const LATE = 19;

/** Milliseconds of a moment in slow motion, and when the reader steps by hand. */
const SLOW = 900;
const BY_HAND = 650;

/** A longer pause between frames counts as this one: time does not jump after the page was hidden. */
const LONGEST = 100;

/** Steps a second by position of the slider; 0 is slow motion, a moment after the other. */
export const SPEEDS = [0, 0.25, 1, 4, 15, 60, 300, 2000, 20_000];

/** From this many milliseconds a moment on, moments are shown one by one; below it the eye cannot follow them. */
const VISIBLE = 60;

export class Player {
  playing = false;
  speed = 0;
  /** 0..1 inside the moment. */
  progress = 1;
  /** Where a far step is being computed: from, to. @type {{ from: number, to: number, since: number } | null} */
  waiting = null;
  /** The step that the run is held up by while it plays, as `waiting`. @type {{ from: number, to: number, since: number } | null} */
  held = null;
  /** Whether the figure can be seen. */
  seen = true;

  #frame = 0;
  #last = 0;
  #owed = 0;
  /** What the run gets of a frame now, at most BUDGET. */
  #share = BUDGET;
  /** What showing takes of the present frame beyond SHOWING. */
  #excess = 0;
  #chunk = 1;
  #count = 1;
  #duration = BY_HAND;
  /** Moment to show when the target step is reached. */
  #moment = 0;
  /** Whether numbers at this step are still to be computed. */
  #behind = false;
  #reduced = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {Engine} engine
   * @param {(moved: boolean) => void} show called in a frame; `moved` is false where only `progress` changed
   * @param {() => number} weight milliseconds that showing will take of the present frame
   * @param {(act: () => void) => void} guarded runs what may meet an instance that has ended
   */
  constructor(engine, show, weight, guarded) {
    this.engine = engine;
    this.show = show;
    this.weight = weight;
    this.guarded = guarded;
  }

  /** How many moments a step has; to be told when the configuration changes. */
  set moments(/** @type {number} */ count) {
    this.#count = Math.max(1, count);
  }

  /** Whether frames are coming. */
  get moving() {
    return this.#frame !== 0;
  }

  /** 0 where the figure shows all that happens; else how much more slowly than it should it has to show, for frames to come in time. */
  get hurry() {
    return this.rushing || this.waiting ? BUDGET / this.#share : 0;
  }

  /** Too fast for single moments: the figure shows whole steps. */
  get rushing() {
    return this.playing && this.#momentTime() < VISIBLE;
  }

  play() {
    if (this.engine.call("step") >= this.engine.call("maxStep")) this.goto(0, 0);
    this.playing = true;
    this.#owed = 0;
    this.#duration = this.#momentTime();
    this.#wake();
    this.show(true);
  }

  pause() {
    this.playing = false;
    this.held = null;
    this.progress = 1;
    this.show(true);
  }

  /** Shows `moment` of `step`, computing what lies between. @param {number} step @param {number} moment @param {number} [progress] */
  goto(step, moment, progress = 1) {
    const from = this.engine.call("step");
    const to = clamp(step, 0, this.engine.call("maxStep"));
    this.#moment = clamp(moment, 0, this.#count - 1);
    this.progress = progress;
    this.engine.call("seek", to);
    this.#reach(from, to);
    this.show(true);
  }

  /** Computes what an edit has left to be computed: the way to the step that was shown, and numbers at it. */
  catchUp() {
    const from = this.engine.call("step");
    const left = this.engine.call("work", 0);
    if (!this.waiting) this.#moment = this.engine.call("moment");
    this.#behind = this.engine.call("behind");
    if (left > 0) this.#reach(from, from + left);
    else if (this.#behind) this.#wake();
  }

  /** Near steps are there at once, so that what follows the press sees them; far ones take frames. @param {number} from @param {number} to */
  #reach(from, to) {
    this.held = null;
    this.waiting = { from, to, since: performance.now() };
    if (this.#work(BUDGET_WAITING) > 0) this.#wake();
    else this.#arrive();
    if (this.#behind) this.#wake();
  }

  /** Goes on where a new session stands: its address may name a step that is still to be computed. */
  resume() {
    this.#moment = this.engine.call("moment");
    const from = this.engine.call("step");
    const left = this.engine.call("work", 0);
    this.#behind = this.engine.call("behind");
    this.waiting = { from, to: from + left, since: performance.now() };
    this.#wake();
  }

  /** Stays at the step that has been reached. */
  cancel() {
    if (this.held) this.pause();
    else if (this.waiting) this.goto(this.engine.call("step"), this.#moment);
  }

  /** One moment on or back, across steps; forwards the values are seen on their way. @param {1 | -1} direction */
  nudge(direction) {
    this.playing = false;
    const step = this.engine.call("step");
    const moment = this.engine.call("moment") + direction;
    if (moment < 0) return step > 0 ? this.goto(step - 1, this.#count - 1) : this.goto(0, 0);
    if (moment < this.#count) this.goto(step, moment, direction > 0 && !this.#reduced.matches ? 0 : 1);
    else if (step < this.engine.call("maxStep")) this.goto(step + 1, 0, this.#reduced.matches ? 1 : 0);
    this.#duration = BY_HAND;
    if (this.progress < 1) this.#wake();
  }

  /** Whole steps on or back; the moment stays. @param {number} steps */
  jump(steps) {
    this.playing = false;
    this.goto(this.engine.call("step") + steps, this.engine.call("moment"));
  }

  /** To be called when the figure comes into sight or leaves it. @param {boolean} seen */
  sight(seen) {
    this.seen = seen;
    if (seen && (this.playing || this.waiting || this.progress < 1 || this.#behind)) this.#wake();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.playing = this.#behind = false;
    this.waiting = this.held = null;
  }

  /** What the reader waits for, if anything. */
  get awaited() {
    return this.waiting ?? this.held;
  }

  #wake() {
    if (this.#frame || !this.seen) return;
    this.#last = performance.now();
    this.#frame = requestAnimationFrame(this.#tick);
  }

  #tick = (/** @type {number} */ now) => {
    this.#frame = 0;
    if (!this.seen) return;
    const elapsed = clamp(now - this.#last, 0, LONGEST);
    this.#last = now;
    this.#share = clamp(elapsed > LATE ? this.#share * 0.7 : this.#share + 0.2, LEAST, BUDGET);
    this.#excess = Math.max(this.weight() - SHOWING, 0);
    this.guarded(() => {
      let moved = false;
      const step = this.engine.call("step");
      if (this.waiting) {
        if (this.#work(this.#left(BUDGET_WAITING)) === 0) this.#arrive();
        moved = !this.waiting || this.engine.call("step") !== step;
      } else if (this.rushing) {
        moved = this.#rush(elapsed);
      } else if (this.playing || this.progress < 1) {
        moved = this.#walk(elapsed);
      }
      if (this.#behind && !this.waiting && !this.held) {
        this.#work(this.#left(this.#share));
        moved ||= !this.#behind;
      }
      if (this.waiting || this.playing || this.progress < 1 || this.#behind) {
        // The next frame is asked for before showing, so that its time does not delay it.
        this.#frame = requestAnimationFrame(this.#tick);
      } else {
        moved = true;
      }
      this.show(moved);
    });
  };

  /** Moment after moment. @param {number} elapsed ms */
  #walk(elapsed) {
    let moved = false;
    this.progress += elapsed / this.#duration;
    while (this.progress >= 1 && this.playing) {
      const step = this.engine.call("step");
      const moment = this.engine.call("moment") + 1;
      if (moment < this.#count) {
        this.engine.call("setMoment", moment);
      } else if (step < this.engine.call("maxStep")) {
        if (this.#forward(1) > 0) {
          // A step that takes long is waited for at the end of the one before.
          this.progress = 1;
          return moved;
        }
        this.engine.call("setMoment", 0);
      } else {
        this.playing = false;
        break;
      }
      this.progress -= 1;
      this.#duration = this.#momentTime();
      moved = true;
    }
    if (!this.playing && this.progress >= 1) {
      this.progress = 1;
      return true;
    }
    // Who asked for less motion sees moments, not what travels in them.
    return moved;
  }

  /** As many whole steps as are due, or as the budget allows. @param {number} elapsed ms */
  #rush(elapsed) {
    this.#owed += (elapsed / 1000) * SPEEDS[this.speed];
    const due = Math.floor(this.#owed);
    if (due === 0) return false;
    this.#owed -= due;
    this.progress = 1;
    const step = this.engine.call("step");
    // Of what the budget left undone only the step that has been begun is owed.
    if (this.#forward(due) > 0) this.#owed = 1;
    if (this.engine.call("step") === step) return false;
    this.engine.call("setMoment", this.#count - 1);
    if (this.engine.call("step") >= this.engine.call("maxStep")) this.playing = false;
    return true;
  }

  /** Up to `steps` on; returns how many the budget left undone, and forgets them. @param {number} steps */
  #forward(steps) {
    this.engine.call("seek", Math.min(this.engine.call("step") + steps, this.engine.call("maxStep")));
    const from = this.engine.call("step");
    const left = this.#work(this.#left(this.#share));
    const step = this.engine.call("step");
    if (left > 0) this.engine.call("seek", step);
    const long = left > 0 && step === from;
    this.held = long ? { from: step, to: step + 1, since: this.held?.since ?? performance.now() } : null;
    return left;
  }

  /** What showing leaves of `budget` in the present frame. @param {number} budget */
  #left(budget) {
    return Math.max(budget - this.#excess, LEAST);
  }

  /**
   * Works towards the target for about `budget` ms, and on what is left to be done there; returns how many steps are left. The
   * chunk adapts by doubling and halving, which a coarse clock allows; of a long step the engine does a portion at a time.
   * @param {number} budget
   */
  #work(budget) {
    const start = performance.now();
    for (let before = start; ; ) {
      const left = this.engine.call("work", this.#chunk);
      const now = performance.now();
      // The last chunk of a way may be shorter than it says.
      if (left > 0 && now - before < budget / 4) this.#chunk = Math.min(this.#chunk * 2, 4096);
      else if (now - before > budget / 2) this.#chunk = Math.max(this.#chunk >> 1, 1);
      this.#behind = left > 0 || this.engine.call("behind");
      if (!this.#behind || now - start + (now - before) > budget) return left;
      before = now;
    }
  }

  #arrive() {
    this.waiting = null;
    this.engine.call("setMoment", clamp(this.#moment, 0, this.#count - 1));
  }

  #momentTime() {
    const rate = SPEEDS[this.speed];
    return rate ? 1000 / (rate * this.#count) : SLOW;
  }

  /** Progress as it is drawn: it starts and ends gently, and without motion it has always arrived. */
  get eased() {
    const p = this.progress;
    return this.#reduced.matches || this.rushing ? 1 : p * p * (3 - 2 * p);
  }
}

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
