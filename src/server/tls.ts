// A certificate and its key from two files, read again when either has changed: whoever renews them
// (certbot, a mounted secret) restarts nothing. A pair that cannot be used is told of, and the one
// before stays in use.

import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { UsageError } from '../cli/failure.ts';

export interface TlsFiles {
  /** PEM: the certificate, and those between it and its root. */
  readonly cert: string;
  /** PEM, without a passphrase. */
  readonly key: string;
  /** How often they are looked at; 5 s. */
  readonly everyMs?: number;
}

interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const lookEveryMs = 5_000;

/** Throws {@link UsageError} where the files cannot be read or do not belong together. */
export function readTls(files: TlsFiles): TlsPair {
  const pair = {
    cert: read('--tls-cert', files.cert),
    key: read('--tls-key', files.key),
  };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new UsageError(
      `--tls-cert ${files.cert} and --tls-key ${files.key} cannot be used together: ${(error as Error).message}`,
    );
  }
  return pair;
}

function read(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${flag}: ${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Looks at the files now and then until the server closes; `tell` says what was found. */
export function keepFresh(
  server: Server,
  files: TlsFiles,
  tell: (what: { readonly renewed: boolean; readonly message: string }) => void,
): void {
  let seen = markOf(files);
  const timer = setInterval(() => {
    const mark = markOf(files);
    if (mark === seen) return;
    seen = mark;
    try {
      server.setSecureContext(readTls(files));
      tell({ renewed: true, message: `the certificate in ${files.cert} is in use from now on` });
    } catch (error) {
      tell({
        renewed: false,
        message: `${(error as Error).message}; the certificate from before stays in use`,
      });
    }
  }, files.everyMs ?? lookEveryMs).unref();
  server.on('close', () => clearInterval(timer));
}

/** Another one where a file was written or put in place of another. */
const markOf = ({ cert, key }: TlsFiles): string =>
  [cert, key]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`;
    })
    .join(' ');
