// SimulatePrincipalPolicy: what a user, group or role may do by the policies that it has, with
// others beside them if that is asked.

import type {
  SimulatePrincipalPolicyCommandInput,
  SimulatePrincipalPolicyCommandOutput,
} from '@aws-sdk/client-iam';
import { view, type IamOperation } from '../deps.ts';
import { boundaryIn, policiesIn, simulate } from './simulate.ts';
import { onSource, sourceOf } from './source.ts';

export const simulatePrincipalPolicy: IamOperation<
  SimulatePrincipalPolicyCommandInput,
  SimulatePrincipalPolicyCommandOutput
> = {
  authorizes: (input) => onSource('SimulatePrincipalPolicy', input.PolicySourceArn),

  async handle(deps, input, context) {
    const source = sourceOf(await view(deps, context), input.PolicySourceArn, context);
    return simulate(
      {
        identity: [...source.identity, ...policiesIn(input.PolicyInputList, 'PolicyInputList')],
        boundary: boundaryIn(input.PermissionsBoundaryPolicyInputList) ?? source.boundary,
      },
      input,
      source.known,
    );
  },
};
