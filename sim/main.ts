// The simulation's command line (doc/simulation.md). `SEED…` replays; `--seeds N --from K` runs a
// range, by default each seed twice, to see that it repeats; `--jobs N` shares it among processes;
// `--trace ID` prints what was committed of a job.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Committed } from './ledger.ts';
import { Tally, type SeedReport } from './tally.ts';
import { written } from './rows.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    commands: { type: 'string', default: '500' },
    /** Every how many seeds one is run a second time: 1 is each, 0 is none. */
    again: { type: 'string', default: '1' },
    once: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    trace: { type: 'string' },
    /**
     * For the processes that `--jobs` starts: one line of JSON a seed, of every so manieth seed.
     */
    part: { type: 'string' },
  },
});

// Faults are errors by the hundred. Where one came from, a replay says.
if (positionals.length === 0) Error.stackTraceLimit = 0;

const again = values.once ? 0 : Number(values.again);
const jobs = Number(values.jobs);

/** Seeds that once broke a law: each stays for good. */
const corpus = readFileSync(new URL('./corpus/seeds.txt', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter(Boolean)
  .map(Number);
const range = Array.from(
  { length: Number(values.seeds ?? 50) },
  (_, index) => Number(values.from) + index,
);
const seeds = positionals.length > 0 ? positionals.map(Number) : [...corpus, ...range];

async function runSeed(seed: number, twice: boolean): Promise<SeedReport> {
  const before = process.cpuUsage();
  const options = {
    commands: Number(values.commands),
    onCommit: values.trace === undefined ? undefined : trace,
  };
  const report = (result: Partial<SeedReport>): SeedReport => {
    const { user, system } = process.cpuUsage(before);
    return { seed, runs: twice ? 2 : 1, cpuMs: (user + system) / 1000, ...result };
  };
  // The process that only hands out seeds has no use for it, and it is large.
  const { simulate } = await import('./simulation.ts');
  try {
    const first = await simulate(seed, options);
    const second = twice ? await simulate(seed, options) : first;
    if (first.hash !== second.hash)
      throw new Error(`the same seed gave ${first.hash} and then ${second.hash}`);
    return report({ ...first, faults: Object.fromEntries(first.faults) });
  } catch (error) {
    return report({ problem: (error as Error).stack ?? String(error) });
  }
}

function trace({ atMs, commit, changes }: Committed): void {
  for (const detail of written(commit.rows.submitted))
    if (detail.id === values.trace)
      console.log(new Date(atMs).toISOString(), 'submitted', JSON.stringify(detail));
  for (const { id, after } of changes)
    if (id.startsWith(values.trace as string))
      console.log(
        new Date(atMs).toISOString(),
        id,
        JSON.stringify({ ...after, id: undefined, terms: undefined }),
      );
}

/** A run lives for a fifth of a second, and most of what it makes for less. */
const roomForTheYoung = ['--min-semi-space-size=16', '--max-semi-space-size=64'];

/**
 * Every so manieth seed in a process of its own; a process that dies takes its seeds with it, and
 * says so.
 */
async function runApart(part: number, take: (report: SeedReport) => void): Promise<void> {
  const given = [
    '--seeds',
    String(values.seeds ?? 50),
    '--from',
    values.from,
    '--commands',
    values.commands,
    '--again',
    String(again),
    '--jobs',
    values.jobs,
    '--part',
    String(part),
  ];
  const child = spawn(
    process.execPath,
    [...process.execArgv, ...roomForTheYoung, fileURLToPath(import.meta.url), ...given],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout }))
    take(JSON.parse(line) as SeedReport);
  const code = await ended;
  if (code !== 0) throw new Error(`a process of the simulation ended with ${code}`);
}

const isAgain = (index: number): boolean => again > 0 && index % again === 0;

if (values.part !== undefined) {
  for (const [index, seed] of seeds.entries())
    if (index % jobs === Number(values.part))
      console.log(JSON.stringify(await runSeed(seed, isAgain(index))));
} else {
  const tally = new Tally();
  const take = (report: SeedReport): void => {
    tally.add(report);
    if (report.problem !== undefined)
      console.error(
        `seed ${report.seed} broke a law: ${report.problem}\nreplay: npm run sim -- ${report.seed}\n`,
      );
    else if (positionals.length > 0)
      console.log(
        `seed ${report.seed}: hash ${report.hash}, ${report.commands} commands, ${report.restarts} restarts, ${report.commits} commits`,
      );
  };
  if (positionals.length === 0 && values.trace === undefined)
    await Promise.all(Array.from({ length: jobs }, (_, part) => runApart(part, take)));
  else for (const [index, seed] of seeds.entries()) take(await runSeed(seed, isAgain(index)));
  console.log(tally.text());
  process.exitCode = tally.failed > 0 || tally.seeds !== seeds.length ? 1 : 0;
}
