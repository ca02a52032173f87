// `npm run generate`: writes the files that are made from the code. `--check` writes nothing and
// says which are not current, one line each, with exit code 1. What it writes is never edited by
// hand.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coveragePage } from './coverage.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Every generated file, and what makes its text. */
const generated: Readonly<Record<string, () => string>> = {
  'doc/coverage.md': coveragePage,
};

let stale = 0;
for (const [path, make] of Object.entries(generated)) {
  const place = join(root, path);
  const text = make();
  if (existsSync(place) && readFileSync(place, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    stale++;
    console.log(`${path}:1 generated is not current: run \`npm run generate\``);
  } else {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
    console.log(`wrote ${path}`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
