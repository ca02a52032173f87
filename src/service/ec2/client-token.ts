// Client tokens: a creation that is sent once more, because its answer was lost on the way, finds
// what it made and makes nothing new. SDKs add a token by themselves. A token is remembered as long
// as what was made by it.

import { createHash } from 'node:crypto';
import { parameterMismatch } from './error.ts';

/** What a thing was made by. */
export interface ClientToken {
  readonly text: string;
  /**
   * A digest of all that the request said, so that another request by the same token is told from
   * the same one.
   */
  readonly digest: string;
}

export function tokenOf({
  ClientToken: text,
  DryRun: _dryRun,
  ...request
}: {
  readonly ClientToken?: string | undefined;
  readonly DryRun?: boolean | undefined;
}): ClientToken | undefined {
  return text === undefined
    ? undefined
    : { text, digest: createHash('sha256').update(JSON.stringify(request)).digest('base64') };
}

/** What the token made before. */
export function madeBefore<T extends { readonly token?: ClientToken | undefined }>(
  all: readonly T[],
  token: ClientToken | undefined,
): T | undefined {
  const made = token && all.find((one) => one.token?.text === token.text);
  if (made !== undefined && made.token?.digest !== token?.digest) throw parameterMismatch();
  return made;
}
