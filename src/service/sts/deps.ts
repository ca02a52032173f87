// What every operation of STS works with.

import type { Clock } from '../../port/clock.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Operation } from '../../wire/operation.ts';
import type { Identity } from '../iam/identity/identity.ts';
import type { IamKinds } from '../iam/resources.ts';
import type { ResourceSpace } from '../resource-space.ts';
import type { Sessions } from './session.ts';
import type { IssuerKeys } from './web-identity/issuer-keys.ts';

export interface StsDeps {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current'>;
  /** Whose tags conditions ask for. */
  readonly policies: Pick<Identity['policies'], 'of'>;
  readonly sessions: Sessions;
  readonly sealer: Sealer;
  readonly clock: Pick<Clock, 'now'>;
  /** The keys of identity providers. */
  readonly issuers: IssuerKeys;
  /** Callers are verified, so that what they may do can be asked. */
  readonly isVerifying: boolean;
}

export type StsOperation<Input, Output> = Operation<StsDeps, Input, Omit<Output, '$metadata'>>;
