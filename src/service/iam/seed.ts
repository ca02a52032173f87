// The roles that an account has from the start: those that AWS's console creates for Batch (user
// guide, chapter IAM Policies, Roles, and Permissions), and the service-linked role. On AWS they
// come into being when somebody first needs them; tutorials and Terraform create roles of the same
// names as well. So a default that nobody has touched gives way to the first one of its name that
// is created.

import type { Scope } from '../../base/ids.ts';
import type { Ids } from '../../port/ids.ts';
import { newId, partitionOfScope } from './deps.ts';
import type { IamDraft } from './resources.ts';

/** The trust policy of a role that a service assumes. */
export const trusts = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

interface DefaultRole {
  readonly name: string;
  readonly path?: string;
  readonly trusts: string;
  readonly policy: string;
}

const defaultRoles: readonly DefaultRole[] = [
  {
    name: 'AWSBatchServiceRole',
    path: '/service-role/',
    trusts: 'batch.amazonaws.com',
    policy: 'service-role/AWSBatchServiceRole',
  },
  {
    name: 'ecsInstanceRole',
    trusts: 'ec2.amazonaws.com',
    policy: 'service-role/AmazonEC2ContainerServiceforEC2Role',
  },
  {
    name: 'AmazonEC2SpotFleetRole',
    trusts: 'spotfleet.amazonaws.com',
    policy: 'service-role/AmazonEC2SpotFleetTaggingRole',
  },
  {
    name: 'aws-ec2-spot-fleet-role',
    trusts: 'spotfleet.amazonaws.com',
    policy: 'service-role/AmazonEC2SpotFleetTaggingRole',
  },
  {
    name: 'aws-ec2-spot-fleet-tagging-role',
    trusts: 'spotfleet.amazonaws.com',
    policy: 'service-role/AmazonEC2SpotFleetTaggingRole',
  },
  {
    name: 'AWSServiceRoleForBatch',
    path: '/aws-service-role/batch.amazonaws.com/',
    trusts: 'batch.amazonaws.com',
    policy: 'aws-service-role/BatchServiceRolePolicy',
  },
];

/**
 * The day on which AWS Batch came, 2017-01-05: nobody made these roles, and they are the same
 * whenever somebody looks.
 */
export const accountCreatedAtMs = 1_483_574_400_000;

export function iamSeed(draft: IamDraft, scope: Scope, ids: Pick<Ids, 'random'>): void {
  const managed = (name: string): string =>
    `arn:${partitionOfScope(scope)}:iam::aws:policy/${name}`;
  for (const role of defaultRoles) {
    draft.put('role', role.name, {
      name: role.name,
      id: newId(ids, 'AROA'),
      path: role.path ?? '/',
      trustPolicy: trusts(role.trusts),
      maxSessionSeconds: 3600,
      createdAtMs: accountCreatedAtMs,
      tags: {},
      attached: [managed(role.policy)],
      inline: {},
      isDefault: true,
    });
  }
  draft.put('instance-profile', 'ecsInstanceRole', {
    name: 'ecsInstanceRole',
    id: newId(ids, 'AIPA'),
    path: '/',
    createdAtMs: accountCreatedAtMs,
    tags: {},
    role: 'ecsInstanceRole',
    isDefault: true,
  });
}
