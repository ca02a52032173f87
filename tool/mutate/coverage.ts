// What of the tree a run of tests executed, from the files that V8 writes (NODE_V8_COVERAGE). Types
// are stripped to blanks, so that its offsets are those of the source.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** By path from the root of the checkout; of several processes, each has its own list. */
export type Coverage = ReadonlyMap<string, readonly (readonly Range[])[]>;

export function readCoverage(folder: string, root: string, paths: ReadonlySet<string>): Coverage {
  const prefix = `${pathToFileURL(root).href}/`;
  const coverage = new Map<string, (readonly Range[])[]>();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: Script[] };
    for (const { url, functions } of result) {
      const path = url.startsWith(prefix) ? url.slice(prefix.length) : '';
      if (!paths.has(path)) continue;
      const runs = coverage.get(path) ?? [];
      runs.push(functions.flatMap(({ ranges }) => ranges));
      coverage.set(path, runs);
    }
  }
  return coverage;
}

/** Whether what stands at the offset ran: the innermost range around it says so. */
export function executes(coverage: Coverage, path: string, offset: number): boolean {
  return (coverage.get(path) ?? []).some((ranges) => {
    let inner: Range | undefined;
    for (const range of ranges)
      if (
        range.startOffset <= offset &&
        offset < range.endOffset &&
        (inner === undefined ||
          range.endOffset - range.startOffset <= inner.endOffset - inner.startOffset)
      )
        inner = range;
    return inner !== undefined && inner.count > 0;
  });
}
