// Sees to it, at a start with access control, that the root of the account has a key which its
// owner knows: without one nobody could ever get in. It makes one where there is none, or where the
// owner asks for another.

import { rootCredentials, writeRootCredentials } from '../cli/root-credentials.ts';
import type { Credentials } from '../cli/sign.ts';
import type { RootKeys } from '../service/iam/access-key/root-key.ts';
import type { ServerConfig } from './config.ts';

interface RootKey {
  /** Undefined where the owner keeps them elsewhere. */
  readonly credentials: Credentials | undefined;
  readonly isNew: boolean;
}

export async function rootKey(
  keys: RootKeys,
  config: Pick<ServerConfig, 'dataDir' | 'account' | 'region' | 'newRootKey'>,
): Promise<RootKey> {
  const usable = await keys.usable(config);
  const known = rootCredentials(config.dataDir);
  if (usable.length > 0 && !config.newRootKey)
    return {
      credentials: known && usable.includes(known.accessKeyId) ? known : undefined,
      isNew: false,
    };
  const credentials = await keys.replace(config, { part: 'start' });
  // Where this fails the key is lost, and the next start with --new-root-key makes another.
  writeRootCredentials(config.dataDir, credentials);
  return { credentials, isNew: true };
}
