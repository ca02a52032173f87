// The root's access keys as the server's owner has them made, past the API: the first one has to
// come from somewhere. A secret is told once, here as everywhere.

import type { Clock } from '../../../port/clock.ts';
import type { Envelope } from '../../../port/command-bus.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { iamScope } from '../deps.ts';
import type { IamKinds } from '../resources.ts';
import { aboutKey, keysOf, newKeyId, newSecret, removeKey } from './access-key.ts';

interface Where {
  readonly account: string;
  readonly region: string;
}

interface RootKeysParts {
  readonly space: ResourceSpace<IamKinds>;
  readonly sealer: Sealer;
  readonly clock: Pick<Clock, 'now'>;
}

export class RootKeys {
  readonly #parts: RootKeysParts;

  constructor(parts: RootKeysParts) {
    this.#parts = parts;
  }

  /** The ids of those that may be used and whose secrets this server can open. */
  async usable(where: Where): Promise<string[]> {
    const { space, sealer } = this.#parts;
    return keysOf(await space.view(iamScope(where)), undefined)
      .filter(({ status }) => status === 'Active')
      .filter(({ id, sealed }) => sealer.open(sealed, aboutKey(id)) !== undefined)
      .map(({ id }) => id);
  }

  /** In place of all that the root has. */
  async replace(
    where: Where,
    envelope: Envelope,
  ): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
    const { space, sealer, clock } = this.#parts;
    const id = newKeyId(sealer, where.account);
    const secret = newSecret(sealer);
    await space.change(iamScope(where), envelope, (draft) => {
      for (const { id: former } of keysOf(draft, undefined)) removeKey(draft, former);
      draft.put('access-key', id, {
        id,
        user: undefined,
        status: 'Active',
        createdAtMs: clock.now(),
        sealed: sealer.seal(secret, aboutKey(id)),
      });
    });
    return { accessKeyId: id, secretAccessKey: secret };
  }
}
