// `npm run build`: compiles `src` into `dist`, which is what the published package holds: Node does
// not strip types inside node_modules. `npm pack` runs it by itself.

import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode } from './program.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const { code, output } = await runNode(
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { cwd: root },
);
process.stdout.write(output);
if (code === 0 && !existsSync(join(root, 'dist/main.js')))
  throw new Error('the compiler made no dist/main.js');
process.exitCode = code;
