// Amazon Resource Names of everything the server makes, built in one place. Pure text: that an ARN
// can be built says nothing of whether its resource is there.

import { scopeParts, type Arn, type JobId, type Scope } from '../base/ids.ts';
import { partitionOf, partitionPattern } from '../base/partition.ts';

function batchArn(scope: Scope, resource: string): Arn {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:batch:${region}:${account}:${resource}` as Arn;
}

function ecsArn(scope: Scope, resource: string): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:ecs:${region}:${account}:${resource}`;
}

export const computeEnvironmentArn = (scope: Scope, name: string): Arn =>
  batchArn(scope, `compute-environment/${name}`);
export const jobQueueArn = (scope: Scope, name: string): Arn =>
  batchArn(scope, `job-queue/${name}`);
/** The ARN of one revision. */
export const jobDefinitionArn = (scope: Scope, name: string, revision: number): Arn =>
  batchArn(scope, `job-definition/${name}:${revision}`);
/**
 * What stands before `name:revision`, or before a bare name where SubmitJob takes the latest
 * revision.
 */
export const jobDefinitionArnPrefix = (scope: Scope): string => batchArn(scope, 'job-definition/');
export const consumableResourceArn = (scope: Scope, name: string): Arn =>
  batchArn(scope, `consumable-resource/${name}`);
export const schedulingPolicyArn = (scope: Scope, name: string): Arn =>
  batchArn(scope, `scheduling-policy/${name}`);
/** Below the queue's that it belongs to (API reference, DeleteQuotaShare, the example). */
export const quotaShareArn = (queueArn: Arn, name: string): Arn =>
  `${queueArn}/quota-share/${name}` as Arn;
export const serviceEnvironmentArn = (scope: Scope, name: string): Arn =>
  batchArn(scope, `service-environment/${name}`);
export const serviceJobArn = (scope: Scope, id: JobId): Arn => batchArn(scope, `service-job/${id}`);
/** The ARN of a single job, an array's parent, or a child by `parent:index`. */
export const jobArn = (scope: Scope, id: JobId): Arn => batchArn(scope, `job/${id}`);

/** An ECS cluster as a caller names it, by name or ARN. */
export const namedClusterArn = (scope: Scope, given: string): string =>
  given.startsWith('arn:') ? given : ecsArn(scope, `cluster/${given}`);
/**
 * The ECS cluster of a compute environment, named as AWS Batch names the clusters that it makes.
 */
export const clusterArn = (scope: Scope, environmentName: string, uuid: string): string =>
  ecsArn(scope, `cluster/${environmentName}_Batch_${uuid}`);
/** The ECS task of an attempt (ECS's long form, which clients split on `/`). */
export const taskArn = (scope: Scope, cluster: string, attemptId: string): string =>
  ecsArn(scope, `task/${cluster}/${attemptId}`);
/** The ECS task definition that a job definition's revision is. */
export function taskDefinitionArn({
  scope,
  definitionArn,
}: {
  readonly scope: Scope;
  readonly definitionArn: Arn;
}): string {
  return ecsArn(scope, `task-definition/${nameInArn(definitionArn) ?? ''}`);
}
/** The ECS container instance that a host is. */
export const containerInstanceArn = (scope: Scope, cluster: string, hostId: string): string =>
  ecsArn(scope, `container-instance/${cluster}/${hostId}`);

/** The service-linked role, which an environment without a role of its own uses. */
export function serviceLinkedRoleArn(scope: Scope): string {
  return `${rolePrefix(scope)}aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`;
}

export const isServiceLinkedRole = (role: string): boolean =>
  role.includes(':role/aws-service-role/');

/**
 * A role as users give it, an ARN or a name with or without a path, as an ARN; nothing given means
 * the service-linked role.
 */
export const serviceRoleArn = (scope: Scope, given: string | undefined): string =>
  given === undefined || given === '' ? serviceLinkedRoleArn(scope) : roleArn(scope, given);

/** Batch takes a bare name for one without a path (user guide, Incorrect Role Name or ARN). */
export const roleArn = (scope: Scope, given: string): string => iamArn(scope, 'role', given);
export const instanceProfileArn = (scope: Scope, given: string): string =>
  iamArn(scope, 'instance-profile', given);
/** What begins the ARNs of an account's roles. */
export const rolePrefix = (scope: Scope): string => roleArn(scope, '');

function iamArn(scope: Scope, kind: string, given: string): string {
  if (given.startsWith('arn:')) return given;
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:iam::${account}:${kind}/${given.replace(/^\//, '')}`;
}

/** The ARN of a role, of any account and partition. */
export const roleArnForm = new RegExp(
  String.raw`^arn:(${partitionPattern}):iam::\d{12}:role/[\w+=,.@/-]+$`,
);

/** The name of an EKS cluster. */
export const clusterNameForm = /^[0-9A-Za-z][\w-]{0,99}$/;

/** Of the cluster of this name in the account and region, or the ARN that is given. */
export function eksClusterArn(scope: Scope, given: string): string {
  if (given.startsWith('arn:')) return given;
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:eks:${region}:${account}:cluster/${given}`;
}

/** The ARN of an EKS cluster, of any account and partition. */
export const clusterArnForm = new RegExp(
  String.raw`^arn:(${partitionPattern}):eks:[a-z0-9-]{1,63}:\d{12}:cluster/[0-9A-Za-z][\w-]{0,99}$`,
);

/** The name in an ARN whose resource is `kind/name`, or `undefined`. */
export const nameInArn = (arn: string): string | undefined =>
  /^arn:[^:]*:[^:]*:[^:]*:[^:]*:[^/:]+\/(.+)$/.exec(arn)?.[1];
