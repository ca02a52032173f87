// When each access key was last used. Every use is noted in memory; of each key it is written down
// once an hour at most, so that signing costs no commit. After a restart a last use may be shown up
// to an hour too early, as AWS's own figures may be.

import { accountOfAccessKey } from '../../../core/access-key.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import type { Clock } from '../../../port/clock.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { iamScope } from '../deps.ts';
import type { AccessKeyUse, IamKinds } from '../resources.ts';

const writtenEveryMs = 3_600_000;
const mostKeys = 10_000;

interface KeyUsesParts {
  readonly space: Pick<ResourceSpace<IamKinds>, 'change'>;
  readonly clock: Clock;
}

interface Noted {
  use: AccessKeyUse;
  writtenAtMs: number;
}

export class KeyUses {
  readonly #parts: KeyUsesParts;
  readonly #noted = new RecentMap<string, Noted>(mostKeys);

  constructor(parts: KeyUsesParts) {
    this.#parts = parts;
  }

  /** A request was rightly signed with the key. */
  note(id: string, { service, region }: Pick<AccessKeyUse, 'service' | 'region'>): void {
    const atMs = this.#parts.clock.now();
    const use = { id, atMs, service, region };
    const noted = this.#noted.get(id);
    if (noted !== undefined && atMs - noted.writtenAtMs < writtenEveryMs) {
      noted.use = use;
      return;
    }
    this.#noted.set(id, { use, writtenAtMs: atMs });
    // Where it cannot be written the server is stopping, and the next hour's will be.
    this.#write(use).catch(() => undefined);
  }

  /** Undefined where this process has seen none. */
  latest(id: string): AccessKeyUse | undefined {
    return this.#noted.get(id)?.use;
  }

  async #write(use: AccessKeyUse): Promise<void> {
    const account = accountOfAccessKey(use.id);
    if (account === undefined) return;
    const scope = iamScope({ account, region: use.region });
    await this.#parts.space.change(scope, { part: 'access-key-uses' }, (draft) => {
      // It may have been deleted meanwhile.
      if (draft.get('access-key', use.id) !== undefined) draft.put('access-key-use', use.id, use);
    });
  }
}
