// Who a long-term access key is: the user, or the account's root, and the secret that the key signs
// with. Whose account it is follows from the id, so that nothing else is looked through. A secret
// is opened once and remembered as long as its row stays; it is never written down or printed.

import { partitionOf } from '../../../base/partition.ts';
import type { Principal } from '../../../base/principal.ts';
import { RecentMap } from '../../../base/recent-map.ts';
import { Hidden } from '../../../base/hidden.ts';
import type { Scope } from '../../../base/ids.ts';
import { accountOfAccessKey } from '../../../core/access-key.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { aboutKey } from '../access-key/access-key.ts';
import { iamScope } from '../deps.ts';
import type { AccessKey, IamKinds, IamView } from '../resources.ts';
import { userArn } from '../user/user.ts';

interface KnownKey {
  readonly secret: Hidden;
  readonly principal: Principal;
}

/** `unreadable`: its secret was sealed under another key than the server's. */
type KeyAnswer = KnownKey | 'inactive' | 'unknown' | 'unreadable';

interface Remembered {
  readonly version: number;
  readonly sealed: string;
  readonly answer: KeyAnswer;
}

interface LongTermKeysParts {
  readonly space: Pick<ResourceSpace<IamKinds>, 'view' | 'version'>;
  readonly sealer: Sealer;
}

const mostKeys = 10_000;

export class LongTermKeys {
  readonly #parts: LongTermKeysParts;
  /** Only of keys that are there: whoever makes ids up fills no room. */
  readonly #remembered = new RecentMap<string, Remembered>(mostKeys);

  constructor(parts: LongTermKeysParts) {
    this.#parts = parts;
  }

  /** Answers at once where the key is known; `region` says in which partition. */
  find(id: string, region: string): KeyAnswer | Promise<KeyAnswer> {
    const account = accountOfAccessKey(id);
    if (account === undefined || !id.startsWith('AKIA')) return 'unknown';
    const scope = iamScope({ account, region });
    const version = this.#parts.space.version(scope);
    // An account whose IAM was never changed has no key.
    if (version === 0) return 'unknown';
    const known = this.#remembered.get(`${scope} ${id}`);
    return known?.version === version
      ? known.answer
      : this.#read(id, { account, region }, scope, version, known);
  }

  async #read(
    id: string,
    where: { readonly account: string; readonly region: string },
    scope: Scope,
    version: number,
    before: Remembered | undefined,
  ): Promise<KeyAnswer> {
    const iam = await this.#parts.space.view(scope);
    const key = iam.get('access-key', id);
    if (key === undefined) return 'unknown';
    const answer = this.#answer(iam, key, where, before);
    this.#remembered.set(`${scope} ${id}`, { version, sealed: key.sealed, answer });
    return answer;
  }

  #answer(
    iam: IamView,
    key: AccessKey,
    where: { readonly account: string; readonly region: string },
    before: Remembered | undefined,
  ): KeyAnswer {
    const principal = principalOf(iam, key, where);
    if (principal === undefined) return 'unknown';
    if (key.status !== 'Active') return 'inactive';
    if (before?.sealed === key.sealed && typeof before.answer === 'object')
      return { secret: before.answer.secret, principal };
    const opened = this.#parts.sealer.open(key.sealed, aboutKey(key.id));
    return opened === undefined ? 'unreadable' : { secret: new Hidden(opened), principal };
  }
}

function principalOf(
  iam: IamView,
  { id, user: name }: AccessKey,
  where: { readonly account: string; readonly region: string },
): Principal | undefined {
  const { account, region } = where;
  if (name === undefined)
    return {
      kind: 'root',
      account,
      arn: `arn:${partitionOf(region)}:iam::${account}:root`,
      userId: account,
      accessKeyId: id,
    };
  const user = iam.get('user', name);
  return (
    user && { kind: 'user', account, arn: userArn(where, user), userId: user.id, accessKeyId: id }
  );
}
