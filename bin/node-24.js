// Finds a Node that can run the program and runs a script under it. Plain JavaScript that an old
// Node can run too; it knows nothing of what the script does. (Why npm's own `.bin/node` is not
// enough: doc/decision/0002.)

import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const neededMajor = 24;
// The variable is for the tests of this file.
const runningMajor = Number.parseInt(process.env.LONGSHORE_NODE_MAJOR ?? process.versions.node, 10);
const here = dirname(realpathSync(fileURLToPath(import.meta.url)));

/** In this process where its Node is new enough, else in the Node that npm installed beside us. */
export async function runUnderNode24(script, args) {
  if (runningMajor >= neededMajor) {
    process.argv = [process.execPath, script, ...args];
    await import(pathToFileURL(script).href);
    return;
  }
  const node = bundledNode();
  if (node === undefined) {
    console.error(
      `longshore needs Node ${neededMajor} or later. This is ${process.version}, and npm installed no other for ${process.platform}-${process.arch}: run \`npm ci\` (without --omit=optional), or install Node ${neededMajor}.`,
    );
    process.exit(1);
  }
  handOver(node, [script, ...args]);
}

/** The binary of the platform packages in package.json, from the nearest node_modules upwards. */
function bundledNode() {
  const names = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ];
  for (let folder = here; ; folder = dirname(folder)) {
    for (const name of names) {
      const path = join(folder, 'node_modules', name, 'bin', 'node');
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function handOver(node, args) {
  const env = { ...process.env };
  delete env.LONGSHORE_NODE_MAJOR;
  // Where this process can become the other one, nothing stands between that one and its signals.
  if (typeof process.execve === 'function') process.execve(node, [node, ...args], env);
  const child = spawn(node, args, { stdio: 'inherit', env });
  // Ctrl-C in a terminal reaches the child without us, and a second one would mean "at once" to it.
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGHUP'])
    process.on(signal, () => inTerminal || child.kill(signal));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`longshore: ${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? code : 128 + (constants.signals[signal] ?? 0));
  });
}
