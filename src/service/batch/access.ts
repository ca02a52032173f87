// What Batch operations ask leave for, in IAM's terms: actions, ARNs and condition keys as the
// service authorization reference of AWS Batch lists them. It grants nothing; server plugs in who
// decides.

import type { ComputeResource, ConsumableResourceProperties } from '@aws-sdk/client-batch';
import type { Arn, JobId } from '../../base/ids.ts';
import {
  computeEnvironmentArn,
  consumableResourceArn,
  jobArn,
  jobDefinitionArnPrefix,
  jobQueueArn,
  quotaShareArn,
  schedulingPolicyArn,
  serviceEnvironmentArn,
  serviceJobArn,
} from '../../core/arn.ts';
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
export const serviceEnvironmentResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : serviceEnvironmentArn(context.scope, given);
export const serviceJobResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : serviceJobArn(context.scope, given as JobId);
export const policyResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : schedulingPolicyArn(context.scope, given);
/** Below the queue's; calls on a share that is there name its ARN. */
export const quotaShareResource = (context: RequestContext, queue = '', name = ''): string =>
  quotaShareArn(queueResource(context, queue) as Arn, name);
/** Those that a job, or a definition, and the parts of its nodes say they need, each once. */
export const consumableResources = (
  context: RequestContext,
  needs: readonly (ConsumableResourceProperties | undefined)[],
): string[] => [
  ...new Set(
    needs.flatMap((each) =>
      (each?.consumableResourceList ?? []).map(({ consumableResource: given }) =>
        consumableResource(context, given),
      ),
    ),
  ),
];
/** The policy that a member names, which may be absent or empty. */
export const policyResources = (given: string | undefined): string[] => (given ? [given] : []);
export const jobResource = (context: RequestContext, given = ''): string =>
  given.startsWith('arn:') ? given : jobArn(context.scope, given as JobId);

const saysNothing = [(): Conditions => ({})];

/**
 * A creation, and the tagging that it includes: AWS asks leave for that on the same resources.
 * Several sets of conditions are asked for one by one, and leave is needed for each.
 */
export function creation(
  action: string,
  resources: readonly string[],
  tags: Tags | undefined,
  conditions: readonly (() => Conditions)[] = saysNothing,
): Access[] {
  const access: Access[] = conditions.map((said) => ({
    action,
    resources,
    conditions: () => ({ ...said(), ...requestTags(tags) }),
  }));
  if (tags && Object.keys(tags).length > 0)
    access.push({
      action: 'batch:TagResource',
      resources,
      conditions: () => requestTags(tags),
    });
  return access;
}

interface EnvironmentChange {
  readonly serviceRole?: string | undefined;
  readonly computeResources?:
    | (Pick<ComputeResource, 'instanceRole' | 'spotIamFleetRole' | 'tags' | 'capacityTags'> & {
        readonly managedInstancesProvider?:
          | {
              readonly infrastructureRoleArn?: string | undefined;
              readonly instanceLaunchTemplate?:
                | { readonly ec2InstanceProfileArn?: string | undefined }
                | undefined;
            }
          | undefined;
      })
    | undefined;
}

/** What an environment's instances are tagged with. */
export function instanceTags({ computeResources }: EnvironmentChange): Conditions {
  const tags = computeResources?.tags ?? {};
  const keys = Object.keys(tags);
  return keys.length === 0
    ? {}
    : {
        ...Object.fromEntries(
          keys.map((key) => [`batch:ComputeResourcesTag/${key}`, tags[key] ?? '']),
        ),
        'batch:ComputeResourcesTagKeys': keys,
      };
}

/** What an environment, made or changed, is given besides: tags of capacity, and roles. */
export function environmentGifts(
  context: RequestContext,
  environment: string,
  { serviceRole, computeResources = {} }: EnvironmentChange,
): Access[] {
  const { instanceRole, spotIamFleetRole, managedInstancesProvider, capacityTags } =
    computeResources;
  return [
    ...(Object.keys(capacityTags ?? {}).length === 0
      ? []
      : [
          {
            action: 'batch:SetCapacityTags',
            resources: [environment],
            conditions: () => requestTags(capacityTags),
          },
        ]),
    ...passRole(context, ['batch.amazonaws.com'], { roles: [serviceRole] }),
    ...passRole(context, ['ec2.amazonaws.com'], {
      profiles: [
        instanceRole,
        managedInstancesProvider?.instanceLaunchTemplate?.ec2InstanceProfileArn,
      ],
    }),
    ...passRole(context, ['spotfleet.amazonaws.com'], { roles: [spotIamFleetRole] }),
    ...passRole(context, ['ecs.amazonaws.com'], {
      roles: [managedInstancesProvider?.infrastructureRoleArn],
    }),
  ];
}
