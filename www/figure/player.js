/**
 * Simulated time. A run is a line of steps, a step a line of moments, and inside a moment `progress` goes from 0 to 1 while its
 * values are on their way. At rest progress is 1: the moment has happened.
 *
 * It owns time and nothing else: it sends acts to the host, asks the figure to `turn` where something may have moved, and hears
 * of what came of it by `take`. Speed is in steps a second of the reader's clock, so it does not depend on the frame rate; on
 * the page's own thread a frame takes at most BUDGET of computing, and what a device cannot do in it is not owed afterwards.
 */

/** @typedef {import("../types").Host} Host */

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
  /** Whether the figure can be seen: that governs play, never the state. */
  seen = true;
  /** Where the run stands, as far as the engine has told. */
  step = 0;
  moment = 0;
  /** How much of the next step is done, 0 to 1. */
  advanced = 0;
  /** The proof is wanted, and not there yet. */
  proving = false;

  #frame = 0;
  #last = 0;
  #owed = 0;
  /** What the run gets of a frame now, at most BUDGET. */
  #share = BUDGET;
  /** What showing takes of the present frame beyond SHOWING. */
  #excess = 0;
  #count = 1;
  #duration = BY_HAND;
  /** The step that is wanted, and the number of the act that said so. */
  #wanted = { step: 0, act: 0 };
  /** Whether the wanted step is reached. */
  #reached = true;
  /** Whether numbers at this step are still to be computed. */
  #behind = false;
  /** Something took time in the last tick: what has come to rest is to be shown whole. */
  #ran = false;
  /** The last frame has not been looked at here. */
  #news = false;
  #reduced = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {Host} host
   * @param {number} end the last step that can be reached
   * @param {(moved: boolean) => void} turn asks for a frame; where `moved` is false only `progress` has changed
   * @param {() => number} weight milliseconds that showing will take of the present frame
   * @param {(act: () => void) => void} guarded runs what may meet an instance that has ended
   */
  constructor(host, end, turn, weight, guarded) {
    this.host = host;
    this.end = end;
    this.turn = turn;
    this.weight = weight;
    this.guarded = guarded;
  }

  /** How many moments a step has; to be told when the configuration changes. */
  set moments(/** @type {number} */ count) {
    this.#count = Math.max(1, count);
    this.moment = Math.min(this.moment, this.#count - 1);
  }

  /** Whether frames are coming. */
  get moving() {
    return this.#frame !== 0 && this.#active;
  }

  /** Whether there is work to be done at rest: the state that was asked for is reached, and proved, whether it is seen or not. */
  get #owes() {
    return this.waiting !== null || this.#behind || this.proving;
  }

  /** Whether there is something that takes time. */
  get #active() {
    return this.playing || this.waiting !== null || this.progress < 1 || this.#behind;
  }

  /** 0 where the figure shows all that happens; else how much more slowly than it should it has to show, for frames to come in time. */
  get hurry() {
    return this.rushing || this.waiting ? BUDGET / this.#share : 0;
  }

  /** Too fast for single moments: the figure shows whole steps. */
  get rushing() {
    return this.playing && this.#momentTime() < VISIBLE;
  }

  /** Hears where the run stands. @param {import("../host/painter.js").Shown} shown */
  take(shown) {
    const target = shown.step + shown.left;
    const way = () => ({ from: shown.step, to: target, since: performance.now() });
    this.advanced = shown.advanced;
    this.#behind = shown.behind;
    this.#news = true;
    if (shown.whole) {
      this.waiting = shown.left > 0 ? way() : null;
      this.progress = 1;
      this.moment = shown.moment;
    }
    // What answers an older act says nothing about the step that is wanted now.
    if (shown.answered >= this.#wanted.act) {
      this.step = shown.step;
      this.#reached = shown.left === 0;
      if (this.#reached) this.waiting = null;
    }
    if (shown.answered >= this.host.acted) {
      this.#wanted.step = target;
      // An edit of the past, or a file that has come, leaves the way to the step that was shown.
      if (!this.playing && shown.left > 0) this.waiting ??= way();
      if (this.#reached && !this.held) this.moment = shown.moment;
    }
    if (this.#active || this.proving || this.#ran) this.#wake(true);
  }

  play() {
    if (this.step >= this.end) this.goto(0, 0);
    this.playing = true;
    this.#owed = 0;
    this.#duration = this.#momentTime();
    this.#wake();
    this.turn(true);
  }

  pause() {
    // A worker may be on its way to steps that nobody waits for any more.
    if (!this.#reached) this.#stay();
    this.playing = false;
    this.held = null;
    this.progress = 1;
    this.turn(true);
  }

  /** Shows `moment` of `step`, computing what lies between. @param {number} step @param {number} moment @param {number} [progress] */
  goto(step, moment, progress = 1) {
    const from = this.step;
    const to = clamp(step, 0, this.end);
    this.progress = progress;
    this.held = null;
    this.#seek(to, clamp(moment, 0, this.#count - 1), progress);
    // Near steps are there at once, so that what follows the press sees them; far ones take frames.
    this.waiting = this.#work(BUDGET_WAITING) ? null : { from, to, since: performance.now() };
    if (this.waiting) this.#wake();
    this.turn(true);
  }

  /** Goes on with what an act has left to be computed; what is near is there at once. */
  catchUp() {
    // What is being proved is not what is shown any more.
    this.proving = false;
    this.host.run(BUDGET_WAITING);
    this.turn(true);
  }

  /** Stays at the step that has been reached. */
  cancel() {
    if (this.held) this.pause();
    else if (this.waiting) {
      this.waiting = null;
      this.#stay();
      this.turn(true);
    }
  }

  /** One moment on or back, across steps; forwards the values are seen on their way. @param {1 | -1} direction */
  nudge(direction) {
    this.playing = false;
    const { step } = this;
    const moment = this.moment + direction;
    if (moment < 0) return step > 0 ? this.goto(step - 1, this.#count - 1) : this.goto(0, 0);
    if (moment < this.#count) this.goto(step, moment, direction > 0 && !this.#reduced.matches ? 0 : 1);
    else if (step < this.end) this.goto(step + 1, 0, this.#reduced.matches ? 1 : 0);
    this.#duration = BY_HAND;
    if (this.progress < 1) this.#wake();
  }

  /** Whole steps on or back; the moment stays. @param {number} steps */
  jump(steps) {
    this.playing = false;
    this.goto(this.step + steps, this.moment);
  }

  /** To be called when the figure comes into sight or leaves it. @param {boolean} seen */
  sight(seen) {
    this.seen = seen;
    if (!seen && !this.#owes) this.guarded(() => this.host.rest());
    if (seen && this.#active) this.#wake();
  }

  /** Another session begins. */
  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.playing = this.#behind = this.proving = this.#news = false;
    this.waiting = this.held = null;
    this.progress = 1;
    this.#wanted = { step: 0, act: 0 };
  }

  /** The figure rests: computes what the proof needs. */
  prove() {
    this.proving = true;
    this.#wake();
  }

  /** What the reader waits for, if anything. */
  get awaited() {
    return this.waiting ?? this.held;
  }

  /** @param {boolean} [last] there may be nothing left but to show what there is */
  #wake(last = false) {
    if (this.#frame || !(this.seen || this.#owes || last)) return;
    this.#last = performance.now();
    this.#frame = requestAnimationFrame(this.#tick);
  }

  #tick = (/** @type {number} */ now) => {
    this.#frame = 0;
    const elapsed = clamp(now - this.#last, 0, LONGEST);
    this.#last = now;
    this.#share = clamp(elapsed > LATE ? this.#share * 0.7 : this.#share + 0.2, LEAST, BUDGET);
    this.#excess = Math.max(this.weight() - SHOWING, 0);
    this.guarded(() => {
      let moved = this.#news && this.#active;
      this.#news = false;
      if (this.waiting) {
        moved = this.#work(this.#left(BUDGET_WAITING)) || moved;
        if (this.#reached) this.waiting = null;
      } else if (!this.seen) {
        // Time stands still for what cannot be seen.
      } else if (this.rushing) {
        moved = this.#rush(elapsed) || moved;
      } else if (this.playing || this.progress < 1) {
        moved = this.#walk(elapsed) || moved;
      }
      if ((this.#behind || this.proving) && !this.waiting && !this.held && !this.playing) {
        const left = this.host.run(this.#left(this.#share), this.proving);
        // On the page's own thread a frame is asked for once there is something to show.
        moved = Number.isNaN(left) || left === 0 || moved;
      }
      // The next frame is asked for before showing, so that its time does not delay it. What has come to rest is shown whole.
      const active = this.#active;
      this.#ran ||= active;
      if ((this.seen && active) || this.#owes) this.#frame ||= requestAnimationFrame(this.#tick);
      else [moved, this.#ran] = [moved || this.#ran, false];
      this.turn(moved);
    });
  };

  /** Wants to be at a step. @param {number} step @param {number} moment @param {number} progress */
  #seek(step, moment, progress) {
    this.host.act("seek", step);
    this.#wanted = { step, act: this.host.acted };
    this.#reached = false;
    this.#see(moment, progress);
  }

  /** Wants no further step than there is; the engine tells which that is. */
  #stay() {
    this.host.act("stay");
    this.#wanted = { step: this.step, act: this.host.acted };
    this.#see(this.moment, 1);
  }

  /** Wants to see a moment. @param {number} moment @param {number} progress */
  #see(moment, progress) {
    this.moment = moment;
    this.host.act("moment", moment, progress.toFixed(4));
  }

  /** Works towards the wanted step; says whether something came of it. A worker tells by the next frame. @param {number} budget */
  #work(budget) {
    const left = this.host.run(budget);
    if (left < 1) [this.step, this.#reached, this.#behind] = [this.#wanted.step, true, left > 0];
    return left < 1;
  }

  /** Moment after moment. @param {number} elapsed ms */
  #walk(elapsed) {
    let moved = false;
    if (this.held) {
      if (!this.#reached && !this.#work(this.#left(this.#share))) return true;
      // The step that was waited for is there, and begins.
      this.held = null;
      this.moment = this.progress = 0;
      this.#duration = this.#momentTime();
      return true;
    }
    this.progress += elapsed / this.#duration;
    while (this.progress >= 1 && this.playing) {
      if (this.moment + 1 < this.#count) {
        this.#see(this.moment + 1, 0);
      } else if (this.step < this.end) {
        const from = this.step;
        this.#seek(from + 1, 0, 0);
        if (!this.#work(this.#left(this.#share))) {
          // A step that takes long is waited for at the end of the one before.
          this.moment = this.#count - 1;
          this.progress = 1;
          this.held = { from, to: from + 1, since: performance.now() };
          return true;
        }
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
    const from = this.step;
    const to = Math.min(from + due, this.end);
    // A worker goes on by itself, and is told where to as it comes nearer.
    if (to > this.#wanted.step || this.#reached) this.#seek(to, this.#count - 1, 1);
    const left = this.host.run(this.#left(this.#share));
    if (!Number.isNaN(left)) {
      const undone = Math.floor(left);
      this.step = this.#wanted.step - undone;
      if (undone > 0) {
        this.moment = this.#count - 1;
        this.#stay();
        // Of what the budget left undone only the step that has been begun is owed.
        this.#owed = 1;
      }
      this.#reached = true;
    }
    this.held = this.step === from ? { from, to: from + 1, since: this.held?.since ?? performance.now() } : null;
    if (this.step >= this.end) {
      this.playing = false;
      this.held = null;
    }
    return true;
  }

  /** What showing leaves of `budget` in the present frame. @param {number} budget */
  #left(budget) {
    return Math.max(budget - this.#excess, LEAST);
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
