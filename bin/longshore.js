#!/usr/bin/env node
// The command `longshore`: in a clone the source, in the published package, which has none, the
// compiled program. It knows no verb.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runUnderNode24 } from './node-24.js';

const compiled = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const source = fileURLToPath(new URL('../src/main.ts', import.meta.url));

await runUnderNode24(existsSync(source) ? source : compiled, process.argv.slice(2));
