/** The glue of the full module, which build.sh bundles into the worker's script. */
declare module "engine-glue" {
  export default function glue(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  export const Engine: import("../types").Glue["Engine"];
  export function lastPanic(): string;
}
