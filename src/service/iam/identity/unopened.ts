// Access keys whose secrets the server cannot open: they were sealed under another key than it has,
// as after a restore without the key. It tells of them; they stay as they are.

import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { aboutKey } from '../access-key/access-key.ts';
import type { IamKinds } from '../resources.ts';

/** Their ids, over all accounts. */
export async function unopenedKeys(
  space: Pick<ResourceSpace<IamKinds>, 'scopes' | 'view'>,
  sealer: Sealer,
): Promise<string[]> {
  const ids: string[] = [];
  for (const scope of space.scopes())
    for (const { id, sealed } of (await space.view(scope)).all('access-key'))
      if (sealer.open(sealed, aboutKey(id)) === undefined) ids.push(id);
  return ids;
}
