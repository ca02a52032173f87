// Runs a script of the project for npm: `node tool/node.js tool/test.ts …`. An old Node only hands
// over to the right one.

import { resolve } from 'node:path';
import { runUnderNode24 } from '../bin/node-24.js';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) throw new Error('usage: node tool/node.js SCRIPT …');
await runUnderNode24(resolve(script), args);
