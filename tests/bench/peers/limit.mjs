// The multiply-add loop as a contestant: what the machine gives to wasm that touches nothing but registers.

/** A run is about 0.1 ms of it. */
const TIMES = 50_000;

/** The limit behind an address. */
export async function openLimit(url) {
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compileStreaming(fetch(url)));
  const { run, flops_each: flopsEach } = exports;
  return { name: 'limit', flops: flopsEach() * TIMES, run: (n) => run(n * TIMES) };
}
