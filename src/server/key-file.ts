// The server's master key, under which secrets are sealed: LONGSHORE_KEY of its environment, or
// the file `key` in the data directory, which the first start makes. Nobody is ever shown the key:
// not what wrong words say of it, not a child process, not another user of the machine.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, UsageError } from '../cli/failure.ts';
import type { Sealer } from '../port/sealer.ts';
import { keyBytes, sealerOf } from './sealer.ts';

const variable = 'LONGSHORE_KEY';
export const keyFile = 'key';
const whatItIs = `${keyBytes} bytes in base64, as \`openssl rand -base64 ${keyBytes}\` makes them`;

/**
 * The sealer under the key of an environment, which loses it: nothing that the server starts
 * inherits it. Undefined where there is none. Throws {@link UsageError}.
 */
export function takeSealer(environment: NodeJS.ProcessEnv): Sealer | undefined {
  const text = environment[variable];
  delete environment[variable];
  if (text === undefined) return undefined;
  const key = keyOf(text);
  if (key === undefined) throw new UsageError(`${variable} is not a key: ${whatItIs}`);
  return sealerOf(key);
}

/**
 * The sealer under the key of a data directory, made where that has none. Called by who holds the
 * directory. Throws {@link Failure}: a key that cannot be read is never replaced.
 */
export function sealerIn(dataDir: string): Sealer {
  const path = join(dataDir, keyFile);
  const text = textOf(path);
  if (text === undefined) return sealerOf(makeKey(path));
  const key = keyOf(text);
  if (key === undefined) throw new Failure(`${path} holds no key: ${whatItIs}`);
  return sealerOf(key);
}

function keyOf(text: string): Uint8Array | undefined {
  const key = Buffer.from(text.trim(), 'base64');
  return key.length === keyBytes && key.toString('base64') === text.trim() ? key : undefined;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Failure(`the key of this data directory cannot be read: ${message}`);
  }
}

/** It is whole under its name, or not there: a start that was cut off leaves no half of a key. */
function makeKey(path: string): Uint8Array {
  const key = randomBytes(keyBytes);
  const whole = `${path}.new`;
  const file = openSync(whole, 'w', 0o600);
  try {
    writeSync(file, `${key.toString('base64')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(whole, path);
  return key;
}
