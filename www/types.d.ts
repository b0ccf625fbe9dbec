/**
 * The shapes that cross the page's borders: the generated glue, the manifest of a lesson, the data of a page.
 * Types only: nothing here is shipped. The methods of `Session` are described in `src/web/mod.rs`.
 */

/** What an engine shows at a moment; whoever shows it uses it up. */
export interface Frame {
  bytes(): Uint8Array<ArrayBuffer>;
}

/** A running lesson inside WebAssembly. */
export interface Engine {
  /** An act as a line: a name and its parts, separated by tabs. */
  act(line: string): void;
  file(id: string, bytes: Uint8Array): void;
  /** Steps left, and half a step more where something else is left. */
  work(units: number, prove: boolean): number;
  /** Of these views, a bit each. */
  frame(views: number, readouts: boolean, prove: boolean): Frame;
  answer(): Float64Array;
  pytorch(): string;
  csv(): string;
  free(): void;
}

/** What shows the frames of one figure. */
export interface Painter {
  show(frame: Frame): Float64Array;
  text(part: number): string;
  values(): Float64Array;
  proof(): Float64Array;
  markup(view: number): string;
  slots(view: number): Float64Array;
  draw(view: number, canvas: HTMLCanvasElement, scale: number, palette: Uint32Array): void;
  svg(view: number, width: number, height: number, palette: Uint32Array): string;
  locate(view: number, x: number, y: number, width: number, height: number): Float64Array;
  /** Lines of tab-separated fields: x, top, bottom, name of the place; then y, series, name, text of each value. */
  reading(view: number, x: number, y: number, width: number, height: number): string;
  table(view: number): string;
  free(): void;
}

/** The module that wasm-bindgen writes. Every import with another query is another, independent instance. */
export interface Glue {
  default(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  Engine: new (lesson: string, state: string) => Engine;
  Painter: new (lesson: string, words: string) => Painter;
  Frame: { of(bytes: Uint8Array): Frame };
  lastPanic(): string;
  simd(): boolean;
  newSeed(): number;
}

/** What the next frame is to have. */
export interface Wants {
  /** A bit a view. */
  views: number;
  readouts: boolean;
  prove?: boolean;
}

/** Where an engine runs: on the page's own thread or in a worker, operated alike (`host/local.js`). */
export type Host = import("./host/local.js").Local | import("./host/remote.js").Remote;

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
  /** It computes for long, and so in a worker. */
  heavy: boolean;
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

interface TrustedRules {
  createHTML(text: string): string;
  createScriptURL(url: string): string;
}

declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: TrustedRules): TrustedRules };
  }
}
