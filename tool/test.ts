// `npm test`: everything the house knows to try, stage by stage, then how long stages and the
// slowest files took; the last line sums up. Arguments narrow it: the name of a stage (`npm test --
// unit`) or the start of a path (`npm test -- src/wire`). A stage that runs nothing has failed.

import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requiredNames } from '../test/requirement.ts';
import { runNode } from './program.ts';
import {
  joined,
  runTestFiles,
  type Failure,
  type FileTime,
  type Outcome,
  type Skip,
} from './test-run.ts';
import { pathsUnder } from './tree.ts';

interface Stage {
  readonly name: string;
  readonly what: string;
  /** The test files it may be narrowed to; none for a stage that is one program. */
  readonly files: readonly string[];
  run(files: readonly string[]): Promise<Outcome>;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const minute = 60_000;
const simulatedSeeds = 40;

/** At a time, files of one stage or processes of the simulation. */
const abreast = availableParallelism();
const slowestShown = 10;

// What one process has compiled the next ones read: half of what the start of a test or a server
// takes.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/compile');

const testFiles = pathsUnder(root).files.filter((path) => path.endsWith('.test.ts'));

const needsCluster = (path: string): boolean => path.startsWith('test/kubernetes/');

const stages: readonly Stage[] = [
  {
    name: 'check',
    what: 'types, lint, rooms',
    files: [],
    run: () => runProgram('check', ['tool/check.ts']),
  },
  {
    name: 'unit',
    what: 'unit and contract suites',
    files: testFiles.filter((path) => !path.startsWith('test/')),
    run: (files) => runTestFiles(root, files, { abreast, timeoutMs: 5 * minute }),
  },
  {
    name: 'e2e',
    what: 'real clients against a real server',
    // Those of clusters last: what they need may still be being built beside the others.
    files: testFiles
      .filter((path) => path.startsWith('test/'))
      .toSorted((a, b) => Number(needsCluster(a)) - Number(needsCluster(b))),
    run: (files) => runTestFiles(root, files, { abreast, timeoutMs: 15 * minute }),
  },
  {
    name: 'sim',
    what: `${simulatedSeeds} seeds and the corpus, every fifth twice`,
    files: [],
    run: () =>
      runProgram('sim', [
        'sim/main.ts',
        ...['--seeds', String(simulatedSeeds), '--again', '5', '--jobs', String(abreast)],
      ]),
  },
];

/** A program of ours counts as one test, unless its last line counts for itself. */
async function runProgram(name: string, args: readonly string[]): Promise<Outcome> {
  const { code, output } = await runNode(args, { cwd: root });
  const counts = /(\d+) passed, (\d+) failed, \d+ skipped\s*$/.exec(output);
  const passed = counts === null ? Number(code === 0) : Number(counts[1]);
  const failed = Math.max(counts === null ? 0 : Number(counts[2]), Number(code !== 0));
  const failures = Array.from({ length: failed }, (_, index): Failure => ({
    name,
    place: args.join(' '),
    text: index === 0 ? output.trimEnd() : 'see above',
  }));
  return { passed, failures, skips: [], times: [] };
}

/** What LONGSHORE_REQUIRE names may not be skipped, whoever decided to skip it. */
function wrongSkips(skips: readonly Skip[]): Failure[] {
  return skips
    .filter(({ reason }) =>
      requiredNames().some((name) => new RegExp(`^(?:needs |no )?${name}\\b`, 'i').test(reason)),
    )
    .map(({ name, place, reason }) => ({
      name,
      place,
      text: `skipped (${reason}), although LONGSHORE_REQUIRE forbids it`,
    }));
}

function printStage(stage: Stage, outcome: Outcome, seconds: string): void {
  const counts = [
    `${outcome.passed} passed`,
    outcome.failures.length > 0 && `${outcome.failures.length} failed`,
    outcome.skips.length > 0 && `${outcome.skips.length} skipped`,
  ];
  console.log(
    `${outcome.failures.length === 0 ? '✔' : '✘'} ${stage.name.padEnd(5)} ${stage.what}: ${counts.filter((part) => part !== false).join(', ')} in ${seconds} s`,
  );
  for (const { name, place, text } of outcome.failures) {
    console.log(`\n  ✘ ${name} (${place})\n${text.replaceAll(/^/gm, '    ')}\n`);
  }
}

interface StageEnd extends Outcome {
  readonly name: string;
  readonly seconds: string;
}

async function runStage(stage: Stage, files: readonly string[]): Promise<StageEnd> {
  const startedAtMs = performance.now();
  const raw = await stage.run(files);
  const wrong = wrongSkips(raw.skips);
  const failures = [...raw.failures, ...wrong];
  const skips = raw.skips.filter(
    ({ name, place }) => !wrong.some((failure) => failure.name === name && failure.place === place),
  );
  if (raw.passed + failures.length + skips.length === 0)
    failures.push({
      name: stage.name,
      place: 'tool/test.ts',
      text: 'this stage ran no test at all',
    });
  const seconds = secondsOf(performance.now() - startedAtMs);
  const outcome = { passed: raw.passed, failures, skips, times: raw.times };
  printStage(stage, outcome, seconds);
  return { ...outcome, name: stage.name, seconds };
}

const secondsOf = (ms: number): string => (ms / 1_000).toFixed(1);

function printTimes(ends: readonly StageEnd[], files: readonly FileTime[]): void {
  console.log(`\nseconds: ${ends.map(({ name, seconds }) => `${name} ${seconds}`).join(', ')}`);
  const slowest = files.toSorted((a, b) => b.ms - a.ms).slice(0, slowestShown);
  if (slowest.length > 0) console.log('slowest files:');
  for (const { path, ms } of slowest) console.log(`  ${secondsOf(ms).padStart(6)} ${path}`);
}

const wanted = process.argv.slice(2);
const outcomes: StageEnd[] = [];
for (const stage of stages) {
  const files = stage.files.filter((file) => wanted.some((path) => file.startsWith(path)));
  if (wanted.length === 0 || wanted.includes(stage.name))
    outcomes.push(await runStage(stage, stage.files));
  else if (files.length > 0) outcomes.push(await runStage(stage, files));
}

const { passed, failures, skips, times } = joined(outcomes);
if (skips.length > 0) {
  console.log('\nskipped:');
  for (const { name, place, reason } of skips)
    console.log(`  ${place} ${name}: ${reason || 'no reason given'}`);
}
if (outcomes.length > 0) printTimes(outcomes, times);
else
  console.log(
    `nothing is called ${wanted.join(' ')}: the stages are ${stages.map((stage) => stage.name).join(', ')}`,
  );
console.log(`\n${passed} passed, ${failures.length} failed, ${skips.length} skipped`);
process.exitCode = failures.length > 0 || outcomes.length === 0 ? 1 : 0;
