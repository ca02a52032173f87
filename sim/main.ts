// `npm run sim -- SEED` replays one seed and prints its hash; `npm run sim -- --seeds N [--from SEED]` runs N seeds, each of
// them twice, and fails with the first that breaks a law or does not repeat.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { simulate } from './simulation.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seeds: { type: 'string' }, from: { type: 'string', default: '1' } } });

/** Seeds that once broke a law: each stays for good. */
const corpus = readFileSync(new URL('./corpus/seeds.txt', import.meta.url), 'utf8').split('\n').map((line) => line.replace(/#.*/, '').trim()).filter(Boolean).map(Number);

const chosen = positionals.length > 0 ? positionals.map(Number) : [...corpus, ...Array.from({ length: Number(values.seeds ?? 50) }, (_, index) => Number(values.from) + index)];

let failed = 0;
let commands = 0;
let crashes = 0;
for (const seed of chosen) {
  try {
    const first = await simulate(seed);
    const second = await simulate(seed);
    if (first.hash !== second.hash) throw new Error(`the same seed gave ${first.hash} and then ${second.hash}`);
    commands += first.commands;
    crashes += first.crashes;
    if (positionals.length > 0) console.log(`seed ${seed}: hash ${first.hash}, ${first.commands} commands, ${first.crashes} crashes, ${first.commits} commits`);
  } catch (error) {
    failed++;
    console.error(`seed ${seed} broke a law: ${(error as Error).stack}\nreplay: npm run sim -- ${seed}`);
  }
}
console.log(`simulation: ${chosen.length} seeds, each twice, ${commands} commands and ${crashes} crashes in one pass`);
console.log(`${chosen.length - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
