// `npm run crash -- [--minutes 5] [--seed N] [--engine process|fake|docker]`: kills a server of its
// own, under load, at a random moment within two seconds of each start, and says what came of it.
// Ends with 1 where anything was lost, doubled or wrong.

import { parseArgs } from 'node:util';
import { crashRun } from './crash-run.ts';
import type { EngineName } from './server.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    engine: { type: 'string', default: 'process' },
  },
});
const engines: readonly EngineName[] = ['process', 'fake', 'docker'];
const engine = engines.find((name) => name === values.engine);
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
if (engine === undefined || !(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error(
    `usage: npm run crash -- [--minutes NUMBER] [--seed WHOLE-NUMBER] [--engine ${engines.join('|')}]`,
  );
  process.exit(2);
}
console.log(`${minutes} minutes on the ${engine} engine, seed ${seed}`);
const { counts, problems } = await crashRun({
  engine,
  seconds: minutes * 60,
  seed,
  onProgress: (text) => console.error(text),
});
for (const [what, count] of Object.entries(counts))
  console.log(`${count.toLocaleString('en-US').padStart(10)}  ${what}`);
for (const problem of problems.slice(0, 50)) console.log(`✘ ${problem}`);
console.log(
  problems.length === 0
    ? '✔ nothing was lost, nothing was doubled'
    : `✘ ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
