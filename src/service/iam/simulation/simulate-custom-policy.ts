// SimulateCustomPolicy: what policies would allow that nobody has, as they are given.

import type {
  SimulateCustomPolicyCommandInput,
  SimulateCustomPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import type { IamOperation } from '../deps.ts';
import { boundaryIn, policiesIn, simulate } from './simulate.ts';

export const simulateCustomPolicy: IamOperation<
  SimulateCustomPolicyCommandInput,
  SimulateCustomPolicyCommandOutput
> = {
  authorizes: () => onAll('iam:SimulateCustomPolicy'),

  handle: (_deps, input) =>
    simulate(
      {
        identity: policiesIn(input.PolicyInputList, 'PolicyInputList'),
        boundary: boundaryIn(input.PermissionsBoundaryPolicyInputList),
      },
      input,
    ),
};
