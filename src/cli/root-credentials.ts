// The first credential of a server that asks for them: the key of its account's root. The server
// makes it at its first start and keeps it in a file of its data directory, in the form of AWS's
// shared credentials file, so that its owner finds it again. The file is for people and programs to
// read; the server itself goes by what IAM keeps.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialsIn } from './aws-profile.ts';
import { writePrivately } from './private-file.ts';
import type { Credentials } from './sign.ts';

const profile = 'longshore';

export const rootCredentialsPath = (dataDir: string): string => join(dataDir, 'root-credentials');

/** Undefined where the file is not there, or is another's. */
export function rootCredentials(dataDir: string): Credentials | undefined {
  const path = rootCredentialsPath(dataDir);
  try {
    return existsSync(path) ? credentialsIn(readFileSync(path, 'utf8'), profile) : undefined;
  } catch {
    return undefined;
  }
}

/** Its owner alone can read it, from the first byte on. */
export function writeRootCredentials(
  dataDir: string,
  { accessKeyId, secretAccessKey }: Credentials,
): void {
  writePrivately(
    rootCredentialsPath(dataDir),
    `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
}
