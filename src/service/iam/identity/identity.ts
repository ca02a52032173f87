// Who the callers of an account are and what policies hold for them, over IAM's rows: put together
// once, for IAM's operations and for whoever authenticates and authorizes requests.

import type { Clock } from '../../../port/clock.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { iamScope } from '../deps.ts';
import type { IamKinds, IamView } from '../resources.ts';
import type { Where } from '../show.ts';
import { KeyUses } from './key-uses.ts';
import { LongTermKeys } from './long-term-keys.ts';
import { KnownPolicies } from './policies.ts';
import { factsOf, wholeArns } from './resolve.ts';

export interface Identity {
  readonly keys: LongTermKeys;
  readonly keyUses: KeyUses;
  readonly policies: KnownPolicies;
  /** IAM of an account as it is now, for the two below. */
  view(where: Where): Promise<IamView>;
  readonly wholeArns: typeof wholeArns;
  readonly factsOf: typeof factsOf;
}

interface IdentityParts {
  readonly space: ResourceSpace<IamKinds>;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

export const identityOf = ({ space, sealer, clock }: IdentityParts): Identity => ({
  keys: new LongTermKeys({ space, sealer }),
  keyUses: new KeyUses({ space, clock }),
  policies: new KnownPolicies(space),
  view: (where) => space.view(iamScope(where)),
  wholeArns,
  factsOf,
});
