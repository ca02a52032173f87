// What Batch operations ask leave for, in IAM's terms: actions, ARNs and condition keys as the
// service authorization reference of AWS Batch lists them. It grants nothing; server plugs in who
// decides.

import type {
  ComputeResource,
  ConsumableResourceProperties,
  ContainerProperties,
} from '@aws-sdk/client-batch';
import type { JobId } from '../../base/ids.ts';
import {
  computeEnvironmentArn,
  consumableResourceArn,
  jobArn,
  jobDefinitionArnPrefix,
  jobQueueArn,
  schedulingPolicyArn,
} from '../../core/arn.ts';
import { logTarget } from '../../core/job/container.ts';
import type { Tags } from '../../wire/authorization.ts';
import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import { passRole, requestTags } from '../access.ts';

export const environmentResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : computeEnvironmentArn(context.scope, given);
export const queueResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : jobQueueArn(context.scope, given);
export const definitionResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : jobDefinitionArnPrefix(context.scope) + given;
export const consumableResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : consumableResourceArn(context.scope, given);
export const policyResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : schedulingPolicyArn(context.scope, given);
/** Those that a job, or a definition, says it needs. */
export const consumableResources = (
  context: RequestContext,
  properties: ConsumableResourceProperties | undefined,
): string[] =>
  (properties?.consumableResourceList ?? []).map(({ consumableResource: given }) =>
    consumableResource(context, given),
  );
/** The policy that a member names, which may be absent or empty. */
export const policyResources = (given: string | undefined): string[] => (given ? [given] : []);
export const jobResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : jobArn(context.scope, given as JobId);

const noConditions = (): Conditions => ({});

/** A creation, and the tagging that it includes: AWS asks leave for that on the same resources. */
export function creation(
  action: string,
  resources: readonly string[],
  tags: Tags | undefined,
  conditions = noConditions,
): Access[] {
  const access: Access[] = [
    { action, resources, conditions: () => ({ ...conditions(), ...requestTags(tags) }) },
  ];
  if (tags && Object.keys(tags).length > 0)
    access.push({
      action: 'batch:TagResource',
      resources,
      conditions: () => requestTags(tags),
    });
  return access;
}

/**
 * Condition keys of RegisterJobDefinition that speak of its containers; several values where a
 * multi-node job's differ.
 */
export function containerConditions(
  containers: readonly (ContainerProperties | undefined)[],
  definitionName: string,
): Conditions {
  const values = new Map<string, Set<string>>();
  for (const container of containers) {
    for (const [key, value] of Object.entries(
      container === undefined ? {} : conditionsOf(container, definitionName),
    )) {
      if (value !== undefined) values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  return Object.fromEntries(
    [...values].map(([key, [first = '', ...others]]) => [
      key,
      others.length === 0 ? first : [first, ...others],
    ]),
  );
}

function conditionsOf(
  container: ContainerProperties,
  definitionName: string,
): Record<string, string | undefined> {
  const options = container.logConfiguration?.options ?? {};
  const log = logTarget(container, definitionName);
  return {
    'batch:Image': container.image,
    'batch:Privileged': String(container.privileged ?? false),
    'batch:User': container.user,
    'batch:LogDriver': container.logConfiguration?.logDriver,
    'batch:AWSLogsGroup': log?.group,
    'batch:AWSLogsCreateGroup': options['awslogs-create-group'],
    'batch:AWSLogsRegion': options['awslogs-region'],
    'batch:AWSLogsStreamPrefix': options['awslogs-stream-prefix'],
  };
}

interface EnvironmentRoles {
  readonly serviceRole?: string | undefined;
  readonly computeResources?:
    | Pick<ComputeResource, 'instanceRole' | 'spotIamFleetRole'>
    | undefined;
}

/** What an environment is given to act with. */
export const passEnvironmentRoles = (
  context: RequestContext,
  { serviceRole, computeResources }: EnvironmentRoles,
): Access[] =>
  passRole(context, 'batch.amazonaws.com', {
    roles: [serviceRole, computeResources?.spotIamFleetRole],
    profiles: [computeResources?.instanceRole],
  });
