/**
 * The shapes that cross the page's borders: the generated glue, the manifest of a lesson, the data of a page.
 * Types only: nothing here is shipped. The methods of `Session` are described in `src/web/mod.rs`.
 */

/** A running lesson inside WebAssembly. Problems are tab-separated lines: code, subject, given, expected. */
export interface Session {
  setWords(lines: string): void;
  notices(): string;
  state(): string;
  /** Preset, seed, and the controls in the order of the manifest. */
  controls(): string;
  set(id: string, text: string): string;
  edit(id: string, text: string): string;
  step(): number;
  furthest(): number;
  maxStep(): number;
  moments(): string;
  moment(): number;
  setMoment(index: number): void;
  setProgress(progress: number): void;
  /** Ids of the files that are needed and not there, separated by spaces. */
  missing(): string;
  provide(id: string, bytes: Uint8Array): string;
  seek(step: number): void;
  work(maxSteps: number): number;
  behind(): boolean;
  advanced(): number;
  prove(): boolean;
  reset(): void;
  refresh(view: number): number;
  markup(view: number): string;
  slots(view: number): Float64Array;
  draw(view: number, canvas: HTMLCanvasElement, scale: number, palette: Uint32Array): void;
  svg(view: number, width: number, height: number, palette: Uint32Array): string;
  locate(view: number, x: number, y: number, width: number, height: number): Float64Array;
  /** Lines of tab-separated fields: x, top, bottom, name of the place; then y, series, name, text of each value. */
  reading(view: number, x: number, y: number, width: number, height: number): string;
  table(view: number): string;
  readoutIds(): string;
  readoutRevision(): number;
  readoutValues(): Float64Array;
  pick(id: string): string;
  /** Claims, held, not decided; the worst error and its bound. */
  verify(): Float64Array;
  /** Lines of a count, tab, and why so many claims were not decided. */
  undecided(): string;
  predict(): Float64Array;
  pytorch(): string;
  csv(): string;
  free(): void;
}

/** The module that wasm-bindgen writes. Every import with another query is another, independent instance. */
export interface Glue {
  default(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  Session: new (lesson: string, state: string) => Session;
  lastPanic(): string;
  simd(): boolean;
  newSeed(): number;
}

/** A choice stands at one of these options. */
export interface When {
  choice: string;
  options: string[];
}

export interface Control {
  id: string;
  kind: "slider" | "memory" | "toggle" | "choice" | "stepper" | "sizes" | "text";
  effect: "restart" | "live" | "display";
  /** Shown only where the choice stands at one of the options. */
  when?: When | null;
  /** slider, stepper, memory (from 0) */
  min?: number;
  max?: number;
  log?: boolean;
  unit?: string;
  /** choice: keys of the words */
  options?: string[];
  /** sizes: fewest and most entries; smallest and largest entry */
  length?: [number, number];
  each?: [number, number];
  /** text */
  maxLength?: number;
}

export interface ViewSpec {
  id: string;
  kind: "curve" | "scatter" | "bars" | "heatmap" | "image" | "network" | "formula" | "table";
  place: "stage" | "reason" | "chart" | "proof";
  /** Costly: computed when the figure rests. */
  lazy: boolean;
  /** A click into it is an edit of this id. */
  click: string | null;
  /** It can be drawn into: every whole x that the pointer passes is an edit of this id, `_` and x. */
  draw?: string | null;
  /** It can be painted on, in these configurations: the pointer's way is an edit of this id. */
  stroke?: { id: string; when: When } | null;
  /** A canvas that is drawn in every frame of a moment. */
  moving?: boolean;
}

/** What a lesson says of itself: the same object as in lessons.json. */
export interface Lesson {
  id: string;
  /** Its module is the light one. */
  light: boolean;
  controls: Control[];
  presets: { id: string; values: Record<string, string> }[];
  views: ViewSpec[];
  readouts: { id: string; unit: string }[];
  maxStep: number;
  /** Files below `data/` that some configurations need. */
  assets?: { id: string; file: string; bytes: number }[];
  prediction: { state: string; options: string[] } | null;
}

/** The data that a page carries for its figures. */
export interface Page {
  lang: string;
  lesson: Lesson;
  words: Record<string, string>;
  root: string;
}

declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string } };
  }
}
