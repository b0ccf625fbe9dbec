// Types of alone.mjs, for the one script of the site that uses it.

export interface Work {
  id: string;
  kind: string;
  unit: string;
}
export interface Row {
  ours: string;
  limit: string;
  share: number;
}
export function list(): Work[];
export function open(
  urls: { ours: URL; limit: URL },
  quick?: boolean,
): Promise<(nth: number, between: () => Promise<void>) => Promise<Row>>;
