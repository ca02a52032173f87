// The variables that all jobs' containers get (--job-env, --job-env-file): credentials and
// endpoints, mostly. Checked here once. They are never written to the store or to a log; error
// messages name a variable, and never its value.

import { readFileSync, statSync } from 'node:fs';

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** A variable or a file cannot be used; `message` says which and why. */
export class BadJobEnvironment extends Error {
  override name = 'BadJobEnvironment';
}

const mostBytes = 64 * 1024;

/**
 * `given` are `NAME=VALUE`, or `NAME` for the value that the server's own environment has, as of
 * `docker run --env`; `files` have one such a line, with empty lines and lines that begin with `#`
 * between. What is given on the command line counts before files, the later before the earlier.
 * Throws {@link BadJobEnvironment}.
 */
export function jobEnvironment(
  given: readonly string[],
  files: readonly string[],
  own: Readonly<Record<string, string | undefined>>,
): readonly Variable[] {
  const found = new Map<string, string>();
  for (const path of files) {
    textOf(path)
      .split(/\r?\n/)
      .forEach((line, index) => {
        if (line.trim() === '' || line.startsWith('#')) return;
        put(found, line, own, `--job-env-file: ${path}, line ${index + 1}`);
      });
  }
  for (const text of given) put(found, text, own, '--job-env');
  const variables = [...found].map(([name, value]) => ({ name, value }));
  if (
    variables.reduce(
      (bytes, { name, value }) => bytes + Buffer.byteLength(name) + Buffer.byteLength(value) + 2,
      0,
    ) > mostBytes
  ) {
    throw new BadJobEnvironment(
      `--job-env: the variables of all jobs take more than ${mostBytes} bytes together`,
    );
  }
  return variables;
}

function put(
  found: Map<string, string>,
  text: string,
  own: Readonly<Record<string, string | undefined>>,
  where: string,
): void {
  const cut = text.indexOf('=');
  const name = cut < 0 ? text : text.slice(0, cut);
  // The text may be a secret that stands in the wrong place.
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new BadJobEnvironment(
      `${where}: expected NAME=VALUE, with a name of letters, digits and _`,
    );
  if (name.startsWith('AWS_BATCH'))
    throw new BadJobEnvironment(
      `${where}: ${name} is reserved: names that begin with AWS_BATCH are given by AWS Batch`,
    );
  const value = cut < 0 ? own[name] : text.slice(cut + 1);
  if (value === undefined)
    throw new BadJobEnvironment(
      `${where}: ${name} has no value, and the server's own environment has none for it`,
    );
  if (value.includes('\0'))
    throw new BadJobEnvironment(`${where}: the value of ${name} has a NUL in it`);
  found.delete(name);
  found.set(name, value);
}

function textOf(path: string): string {
  try {
    if (statSync(path).size > 4 * mostBytes)
      throw new BadJobEnvironment(`--job-env-file: ${path} is larger than ${4 * mostBytes} bytes`);
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof BadJobEnvironment) throw error;
    throw new BadJobEnvironment(
      `--job-env-file: ${path} cannot be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
