// Planted violations of purity and of time through ports: each must be caught, and its harmless
// likeness must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { bansRule } from './bans.ts';

function messages(path: string, text: string): string[] {
  return [...bansRule.check(treeOf({ [path]: text }))].map((finding) => finding.message);
}

const core = 'src/core/a.ts';
const control = 'src/control/a.ts';
const service = 'src/service/batch/a.ts';

const wrong: readonly (readonly [what: string, path: string, text: string, message: RegExp])[] = [
  ['an async function in core', core, 'export async function f() {}', /async/],
  ['an async arrow in core', core, 'export const f = async () => 1;', /async/],
  ['an async method in core', core, 'export class A { async f() {} }', /async/],
  ['await in core', core, 'const x = await f();', /await/],
  ['for await in core', core, 'for await (const x of y) f(x);', /await/],
  ['Promise as a value in core', core, 'Promise.resolve(1);', /Promise/],
  ['Promise as a type in core', core, 'export type F = () => Promise<void>;', /Promise/],
  ['Date in core, even with a time', core, 'export const d = new Date(1);', /Date/],
  ['Date as a type in core', core, 'export interface A { at: Date }', /Date/],
  ['Math.random in core', core, 'Math.random();', /Math\.random/],
  ['a timer in core', core, 'setTimeout(f, 1);', /setTimeout/],
  ['a timer through globalThis in core', core, 'globalThis.setTimeout(f, 1);', /globalThis/],
  ['a Node module for its effects in core', core, `import 'node:timers';`, /node:timers/],
  ['process in core', core, 'process.exit(1);', /process/],
  ['crypto in core', core, 'crypto.randomUUID();', /crypto/],
  [
    'a type of a Node module in core',
    core,
    `import type { Hash } from 'node:crypto';`,
    /node:crypto/,
  ],
  ['a word of one engine in core', core, 'export interface A { dockerHost: string }', /by name/],
  ['the clock in control', control, 'const now = Date.now();', /Date\.now/],
  ['the clock by brackets in control', control, `const now = Date['now']();`, /Date\.now/],
  ['the present as a Date in a service', service, 'const now = new Date();', /new Date\(\)/],
  ['the present as text in a service', service, 'const now = Date();', /Date\(\)/],
  ['performance.now in control', control, 'performance.now();', /performance/],
  ['process.hrtime in control', control, 'process.hrtime();', /hrtime/],
  ['setTimeout in control', control, 'setTimeout(f, 1);', /setTimeout/],
  ['setInterval in a service', service, 'setInterval(f, 1);', /setInterval/],
  ['setImmediate handed on in control', control, 'const later = setImmediate;', /setImmediate/],
  [
    'timers from their module in control',
    control,
    `import { setTimeout } from 'node:timers/promises';`,
    /node:timers\/promises/,
  ],
  ['Math.random in a service', service, 'Math.random();', /Math\.random/],
  [
    'randomUUID from its module in a service',
    service,
    `import { randomUUID } from 'node:crypto';`,
    /randomUUID/,
  ],
  ['files in control', control, `import { readFileSync } from 'node:fs';`, /node:fs/],
  [
    'files by promises in a service',
    service,
    `import { readFile } from 'node:fs/promises';`,
    /node:fs\/promises/,
  ],
  [
    'child processes in control',
    control,
    `import { spawn } from 'node:child_process';`,
    /node:child_process/,
  ],
  ['fetch in a service', service, 'const r = fetch(url);', /fetch/],
  [
    'writing to a terminal past its door in the command line',
    'src/cli/a.ts',
    'process.stdout.write(text);',
    /doors to the terminal/,
  ],
  [
    'writing to a terminal past its door in the server',
    'src/server/a.ts',
    'process.stderr.write(text);',
    /doors to the terminal/,
  ],
  ['the console in a service', service, 'console.log(text);', /doors to the terminal/],
  ['the clock in the simulator', 'sim/a.ts', 'Date.now();', /Date\.now/],
  ['randomness in the simulator', 'sim/a.ts', 'Math.random();', /Math\.random/],
];

for (const [what, path, text, message] of wrong) {
  test(`the bans catch: ${what}`, () => {
    const all = messages(path, text);
    assert.equal(all.length, 1, all.join('; '));
    assert.match(all[0] ?? '', message);
  });
}

const right: readonly (readonly [what: string, path: string, text: string])[] = [
  [
    'a property that is called like a global',
    core,
    'export const a = { process: 1, Date: 2 }; a.process; a.Date;',
  ],
  ['a member of an interface', core, 'export interface A { process: string; fetch(): void }'],
  ['the words in comments and strings', core, `// Date.now and await\nexport const a = 'Promise';`],
  [
    'a parameter of the same name',
    core,
    'export function f(process: string): string { return process; }',
  ],
  ['integers of Math', core, 'Math.floor(1);'],
  ['a Date made from a time', service, 'new Date(1); new Date(dueAtMs).toISOString();'],
  ['a timer of the clock port', control, 'clock.setTimeout(f, 1); deps.clock.now();'],
  ['hashes', service, `import { createHash } from 'node:crypto';`],
  ['promises in control', control, 'export async function f(): Promise<void> { await g(); }'],
  ['the clock in the server', 'src/server/a.ts', 'Date.now(); setTimeout(f, 1);'],
  ['tests of these rooms', 'src/control/a.test.ts', 'Date.now();'],
];

for (const [what, path, text] of right) {
  test(`the bans allow: ${what}`, () => {
    assert.deepEqual(messages(path, text), []);
  });
}
