// `npm run mutate`: makes small wrong changes of the product, one at a time and picked by chance,
// and tells which of them no test notices. For people who ask what the tests hold; not part of
// `npm test`. It works in copies and changes nothing of the checkout.
//
//     npm run mutate -- [--count 100] [--seed N] [--under src/core,src/control,src/service/batch]
//
// Changes that the type checker refuses do not count. Of the others each is tried with the tests
// that run its place, near and quick ones first, and with seeds of the simulation, until one
// fails.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Random } from '../sim/random.ts';
import { Copy } from './mutate/copy.ts';
import { executes, readCoverage, type Coverage } from './mutate/coverage.ts';
import { ImportGraph } from './mutate/import-graph.ts';
import { mutationsOf, type Mutation } from './mutate/mutations.ts';
import type { SourceFile } from './source.ts';
import { readTree } from './tree.ts';

/** A test file as it runs without any change. */
interface Trial {
  /** Its path, and arguments where it is a program. */
  readonly command: readonly string[];
  readonly distances: ReadonlyMap<string, number>;
  readonly coverage: Coverage;
  readonly durationMs: number;
}

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    under: { type: 'string', default: 'src/core,src/control,src/service/batch' },
    /** Where the tests are: those of the rooms that decide, of what calls them, the simulation. */
    tests: { type: 'string', default: 'src/core,src/control,src/service,src/app,sim,test/house' },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
const folders = values.under.split(',');
const isUnder = (path: string, all: readonly string[]): boolean =>
  all.some((folder) => path === folder || path.startsWith(`${folder}/`));

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tree = readTree(root);
const files = new Map(tree.sources.map((file) => [file.path, file]));
const graph = new ImportGraph(tree.sources);
/** Scaffolding of tests is not the product. */
const product = graph.distancesFrom('src/main.ts');
const sources = tree.sources.filter(({ path }) => product.has(path) && isUnder(path, folders));

/** Each copy takes the next item when it is done with one. */
async function share<T>(
  copies: readonly Copy[],
  items: Iterable<T>,
  work: (copy: Copy, item: T) => Promise<void>,
): Promise<void> {
  const left = Iterator.from(items);
  await Promise.all(
    copies.map(async (copy) => {
      for (const item of left) await work(copy, item);
    }),
  );
}

/** So many that the type checker takes, by chance. */
async function pick(copy: Copy): Promise<{ all: number; picked: Mutation[] }> {
  const random = new Random(seed);
  const all = sources.flatMap(mutationsOf);
  const left = all.slice();
  const picked: Mutation[] = [];
  while (picked.length < count && left.length > 0) {
    // One a file at a time, so that an error is known by its file.
    const tried = new Map<string, Mutation>();
    const later: Mutation[] = [];
    while (left.length > 0 && tried.size + picked.length < 1.5 * count && later.length < count) {
      const [mutation] = left.splice(random.below(left.length), 1) as [Mutation];
      if (tried.has(mutation.path)) later.push(mutation);
      else tried.set(mutation.path, mutation);
    }
    left.push(...later);
    const wrong = await copy.while([...tried.values()], () => copy.wrongTypes());
    picked.push(...[...tried.values()].filter(({ path }) => !wrong.has(path)));
  }
  return { all: all.length, picked: picked.slice(0, count) };
}

/** The test files that load what is changed, each run once as things are. */
async function runUnchanged(
  copies: readonly Copy[],
  changed: ReadonlySet<string>,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  const tests = tree.sources
    .filter(({ path, isTest }) => isTest && isUnder(path, values.tests.split(',')))
    .map(({ path }) => [path]);
  await share(copies, [...tests, simulation], async (copy, command) => {
    const path = command[0] ?? '';
    const distances = graph.distancesFrom(path);
    if (changed.isDisjointFrom(new Set(distances.keys()))) return;
    const folder = mkdtempSync(join(tmpdir(), 'longshore-coverage-'));
    const startedAtMs = performance.now();
    const verdict = await copy.test(command, longestUnchangedMs, folder);
    const durationMs = performance.now() - startedAtMs;
    if (verdict === 'passed')
      trials.push({
        command,
        distances,
        durationMs,
        coverage: readCoverage(folder, copy.root, changed),
      });
    else console.log(`${path} fails as things are (${verdict}), and is left out`);
    rmSync(folder, { recursive: true });
  });
  return trials;
}

/** How it was noticed, or undefined. */
async function notice(
  copy: Copy,
  mutation: Mutation,
  trials: readonly Trial[],
): Promise<'failed' | 'too long' | undefined> {
  const { path, start } = mutation;
  const cost = ({ distances, durationMs }: Trial): number =>
    (1 + (distances.get(path) ?? 0)) * durationMs;
  const reaching = trials
    .filter(({ coverage }) => executes(coverage, path, start))
    .sort((a, b) => cost(a) - cost(b));
  return copy.while([mutation], async () => {
    for (const trial of reaching) {
      const verdict = await copy.test(trial.command, 5 * trial.durationMs + 10_000);
      if (verdict !== 'passed') return verdict;
    }
    return undefined;
  });
}

/** `file:line`, and the lines as they were and as they would be. */
function described(file: SourceFile, mutation: Mutation): string {
  const { text } = file;
  const { path, kind, start, end } = mutation;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const rest = text.slice(end);
  const untilLineEnd = /^.*/.exec(rest)?.[0] ?? '';
  const lines = (mark: string, changed: string): string =>
    `${text.slice(from, start)}${changed}${untilLineEnd}`.replaceAll(/^/gm, `  ${mark} `);
  return `${path}:${file.lineAt(start)} ${kind}\n${lines('-', text.slice(start, end))}\n${lines('+', mutation.replacement)}`;
}

/** The seeds that once found something, and some more: a part of what `npm test` runs. */
const simulation = ['sim/main.ts', '--seeds', '10', '--once'];
const longestUnchangedMs = 300_000;
const startedAtMs = performance.now();
const seconds = (): string => ((performance.now() - startedAtMs) / 1_000).toFixed(0);
const copies = Array.from(
  { length: Math.min(2, availableParallelism()) },
  () => new Copy(root, [...tree.files]),
);
try {
  const [first] = copies as [Copy];
  const { all, picked } = await pick(first);
  console.log(`${picked.length} of ${all} changes, seed ${seed}, after ${seconds()} s`);
  const trials = await runUnchanged(copies, new Set(picked.map(({ path }) => path)));
  console.log(`${trials.length} test files load them and pass, after ${seconds()} s`);

  const counts = new Map(folders.map((folder) => [folder, { failed: 0, 'too long': 0, lived: 0 }]));
  await share(copies, picked, async (copy, mutation) => {
    const noticed = (await notice(copy, mutation, trials)) ?? 'lived';
    const room = folders.find((folder) => isUnder(mutation.path, [folder])) ?? '';
    const counted = counts.get(room);
    if (counted) counted[noticed]++;
    const file = files.get(mutation.path);
    if (noticed === 'lived' && file) console.log(`\n${described(file, mutation)}`);
  });
  console.log('');
  for (const [folder, { failed, 'too long': long, lived }] of counts)
    console.log(`${folder}: ${failed + long} noticed (${long} by time), ${lived} lived`);
  const lived = [...counts.values()].reduce((sum, one) => sum + one.lived, 0);
  console.log(
    `${picked.length - lived} of ${picked.length} noticed (${Math.round((100 * (picked.length - lived)) / picked.length)} %), seed ${seed}, in ${seconds()} s`,
  );
} finally {
  for (const copy of copies) copy.remove();
}
