// What tests of Batch's operations send, and how they compare what comes back.

import type { ComputeResource } from '@aws-sdk/client-batch';

/**
 * Without what AWS fills in and Terraform strips before it compares: empty lists, and Fargate's
 * newest version.
 */
export const comparable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null), (key, entry: unknown) =>
    (Array.isArray(entry) && entry.length === 0) ||
    (key === 'fargatePlatformConfiguration' &&
      JSON.stringify(entry) === '{"platformVersion":"LATEST"}')
      ? undefined
      : entry,
  );

/** A managed environment as AWS demands it. */
export const ec2Resources: ComputeResource = {
  type: 'EC2',
  minvCpus: 0,
  maxvCpus: 16,
  instanceTypes: ['optimal'],
  instanceRole: 'ecsInstanceRole',
  subnets: ['subnet-1'],
  securityGroupIds: ['sg-1'],
};
