// CreateServiceLinkedRole: for the services that Batch works with. Their role is named as AWS names
// it.

import type {
  CreateServiceLinkedRoleCommandInput,
  CreateServiceLinkedRoleCommandOutput,
} from '@aws-sdk/client-iam';
import { given, lengthIn } from '../check.ts';
import { changeRights, newId, putRole, type IamOperation } from '../deps.ts';
import type { Role } from '../resources.ts';
import { invalidInput } from '../error.ts';
import { managedPolicyArn } from '../policy/policy.ts';
import { trusts } from '../seed.ts';
import { onRole, wholeRole } from '../show.ts';

interface Linked {
  readonly role: string;
  readonly policy: string;
}

const services: Readonly<Record<string, Linked>> = {
  'batch.amazonaws.com': { role: 'AWSServiceRoleForBatch', policy: 'BatchServiceRolePolicy' },
  'spot.amazonaws.com': { role: 'AWSServiceRoleForEC2Spot', policy: 'AWSEC2SpotServiceRolePolicy' },
  'spotfleet.amazonaws.com': {
    role: 'AWSServiceRoleForEC2SpotFleet',
    policy: 'AWSEC2SpotFleetServiceRolePolicy',
  },
  'ec2fleet.amazonaws.com': {
    role: 'AWSServiceRoleForEC2Fleet',
    policy: 'AWSEC2FleetServiceRolePolicy',
  },
  'ecs.amazonaws.com': { role: 'AWSServiceRoleForECS', policy: 'AmazonECSServiceRolePolicy' },
  'autoscaling.amazonaws.com': {
    role: 'AWSServiceRoleForAutoScaling',
    policy: 'AutoScalingServiceRolePolicy',
  },
};

const pathOf = (service: string): string => `/aws-service-role/${service}/`;

export const createServiceLinkedRole: IamOperation<
  CreateServiceLinkedRoleCommandInput,
  CreateServiceLinkedRoleCommandOutput
> = {
  authorizes: ({ AWSServiceName: service = '' }, context) =>
    onRole('CreateServiceLinkedRole', services[service]?.role, context, {
      path: pathOf(service),
      conditions: () => ({ 'iam:AWSServiceName': service }),
    }),

  async handle(deps, input, context) {
    const service = given(input.AWSServiceName, 'AWSServiceName');
    const linked = Object.hasOwn(services, service) ? services[service] : undefined;
    if (linked === undefined)
      throw invalidInput(
        `${service} is not a service that Longshore has a role for: it is one of ${Object.keys(services).join(', ')}`,
      );
    if (input.CustomSuffix !== undefined)
      throw invalidInput(`Custom suffix is not allowed for ${service}`);
    const role: Role = {
      name: linked.role,
      id: newId(deps.ids, 'AROA'),
      path: pathOf(service),
      description: lengthIn(input.Description, 0, 1000, 'description'),
      trustPolicy: trusts(service),
      maxSessionSeconds: 3600,
      createdAtMs: deps.clock.now(),
      tags: {},
      attached: [managedPolicyArn(context, { path: '/aws-service-role/', name: linked.policy })],
      inline: {},
    };
    await changeRights(deps, context, (draft) => {
      const there = draft.get('role', role.name);
      if (there !== undefined && !there.isDefault)
        throw invalidInput(
          `Service role name ${role.name} has been taken in this account, please try a different suffix.`,
        );
      putRole(draft, role);
    });
    return { Role: wholeRole(role, context) };
  },
};
