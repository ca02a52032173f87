// The rules of `computeResources` as a whole: what may stand beside what, what is filled in, and
// what an update changes (the API's documentation of ComputeResource and ComputeResourceUpdate).
// Pure; forms and enums of single members are the service's to check.

import type {
  ComputeResource,
  ComputeResourceUpdate,
  LaunchTemplateSpecification,
} from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { Catalogue } from '../instance-type/catalogue.ts';
import { choicesOf, covers, type Choice } from '../instance-type/choices.ts';
import { limit } from '../limit.ts';
import { checkEksResources, refuseEksMembers } from './eks.ts';
import {
  checkManagedInstances,
  isManagedType,
  mergeProvider,
  refuseManaged,
} from './managed-instances.ts';

/** What Batch takes where nothing is said of the image. */
const defaultImage = (onEks: boolean) => [{ imageType: onEks ? 'EKS_AL2023' : 'ECS_AL2023' }];

const isFargateType = (type: string | undefined): boolean =>
  type === 'FARGATE' || type === 'FARGATE_SPOT';
const invalid = (message: string): Refusal => refuse('invalid', message);

/**
 * "This parameter isn't applicable to jobs that are running on Fargate resources. Don't specify
 * it."
 */
const notOnFargate = [
  'allocationStrategy',
  'instanceTypes',
  'imageId',
  'ec2KeyPair',
  'instanceRole',
  'tags',
  'placementGroup',
  'bidPercentage',
  'spotIamFleetRole',
  'launchTemplate',
  'ec2Configuration',
  'scalingPolicy',
  'minvCpus',
  'desiredvCpus',
] as const satisfies readonly (keyof ComputeResource)[];

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const saysNothing = (template: LaunchTemplateSpecification | undefined): boolean =>
  Object.values(template ?? {}).every(isEmpty);

/** With the defaults that AWS reports though nobody asked for them. */
export function withDefaults(resources: ComputeResource, onEks = false): ComputeResource {
  if (isFargateType(resources.type) || isManagedType(resources.type))
    return withoutEmpty(resources);
  return withoutEmpty({
    ...resources,
    minvCpus: resources.minvCpus ?? 0,
    ec2Configuration: isEmpty(resources.ec2Configuration)
      ? defaultImage(onEks)
      : resources.ec2Configuration,
  });
}

/**
 * An empty text, list or map is how clients say "none"; the guide's template has a launch template
 * of empty texts.
 */
function withoutEmpty(resources: ComputeResource): ComputeResource {
  const given = {
    ...resources,
    launchTemplate: saysNothing(resources.launchTemplate) ? undefined : resources.launchTemplate,
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => !isEmpty(value)),
  ) as unknown as ComputeResource;
}

/** What is wrong with the resources of a MANAGED environment, if anything. */
export function checkResources(
  resources: ComputeResource,
  catalogue: Catalogue,
  onEks = false,
): Refusal | undefined {
  const wrong = onEks ? checkEksResources(resources) : refuseEksMembers(resources);
  if (wrong) return wrong;
  if (isManagedType(resources.type))
    return checkVcpus(resources) ?? checkManagedInstances(resources, catalogue);
  return (
    checkVcpus(resources) ??
    refuseManaged(resources) ??
    (isFargateType(resources.type) ? checkFargate(resources) : checkEc2(resources, catalogue))
  );
}

/**
 * As {@link checkResources}, with what only a creation must give: an update may take the subnets of
 * EC2 away.
 */
export function checkNewResources(
  resources: ComputeResource,
  catalogue: Catalogue,
  onEks = false,
): Refusal | undefined {
  if (!isManagedType(resources.type) && isEmpty(resources.subnets))
    return invalid('computeResources.subnets must be specified.');
  return checkResources(resources, catalogue, onEks);
}

function checkVcpus({
  minvCpus = 0,
  maxvCpus = 0,
  desiredvCpus,
}: ComputeResource): Refusal | undefined {
  if (minvCpus < 0 || maxvCpus < 0)
    return invalid('computeResources: minvCpus and maxvCpus must not be negative.');
  if (minvCpus > maxvCpus)
    return invalid(
      `computeResources.minvCpus (${minvCpus}) must not be greater than maxvCpus (${maxvCpus}).`,
    );
  if (desiredvCpus !== undefined && (desiredvCpus < minvCpus || desiredvCpus > maxvCpus)) {
    return invalid(
      `computeResources.desiredvCpus (${desiredvCpus}) must be between minvCpus (${minvCpus}) and maxvCpus (${maxvCpus}).`,
    );
  }
  return undefined;
}

function checkFargate(resources: ComputeResource): Refusal | undefined {
  const foreign = notOnFargate.find((member) => !isEmpty(resources[member]));
  if (foreign !== undefined)
    return invalid(
      `computeResources.${foreign} is not applicable to Fargate compute environments.`,
    );
  return (
    checkCount('subnets', resources.subnets, 1, limit.fargateSubnets) ??
    checkCount('securityGroupIds', resources.securityGroupIds, 1, limit.interfaceSecurityGroups)
  );
}

function checkCount(
  member: string,
  list: readonly string[] | undefined,
  min: number,
  max: number,
): Refusal | undefined {
  const count = list?.length ?? 0;
  return count < min || count > max
    ? invalid(`computeResources.${member} must hold ${min} to ${max} entries; it holds ${count}.`)
    : undefined;
}

function checkEc2(resources: ComputeResource, catalogue: Catalogue): Refusal | undefined {
  const { instanceTypes = [], ec2Configuration = [], securityGroupIds = [] } = resources;
  const launchTemplate = saysNothing(resources.launchTemplate)
    ? undefined
    : resources.launchTemplate;
  if (instanceTypes.length === 0)
    return invalid(
      'computeResources.instanceTypes must be specified for EC2 and SPOT compute environments.',
    );
  const choices = choicesOf(instanceTypes, catalogue);
  if (isRefusal(choices)) return choices;
  if (isEmpty(resources.instanceRole))
    return invalid(
      'computeResources.instanceRole must be specified for EC2 and SPOT compute environments.',
    );
  if (securityGroupIds.length === 0 && launchTemplate === undefined) {
    return invalid(
      'computeResources: securityGroupIds must be specified, or a launchTemplate that names security groups.',
    );
  }
  if (ec2Configuration.length > 2)
    return invalid('computeResources.ec2Configuration must hold 1 or 2 entries.');
  return (
    checkStrategy(resources) ??
    (launchTemplate && checkLaunchTemplate(launchTemplate, choices, catalogue))
  );
}

function checkStrategy({
  type,
  allocationStrategy,
  spotIamFleetRole,
}: ComputeResource): Refusal | undefined {
  const strategy = allocationStrategy ?? 'BEST_FIT';
  if (strategy.startsWith('SPOT_') && type !== 'SPOT')
    return invalid(`Allocation strategy ${strategy} is only available for SPOT compute resources.`);
  if (strategy === 'BEST_FIT_PROGRESSIVE_ORDERED' && type !== 'EC2')
    return invalid(`Allocation strategy ${strategy} is only available for EC2 compute resources.`);
  if (strategy === 'BEST_FIT' && type === 'SPOT' && isEmpty(spotIamFleetRole)) {
    return invalid(
      'computeResources.spotIamFleetRole must be specified for SPOT compute resources with allocation strategy BEST_FIT.',
    );
  }
  return undefined;
}

function checkTemplateName(template: {
  launchTemplateId?: string | undefined;
  launchTemplateName?: string | undefined;
}): Refusal | undefined {
  return isEmpty(template.launchTemplateId) === isEmpty(template.launchTemplateName)
    ? invalid(
        'launchTemplate: exactly one of launchTemplateId and launchTemplateName must be specified.',
      )
    : undefined;
}

function checkLaunchTemplate(
  template: LaunchTemplateSpecification,
  choices: readonly Choice[],
  catalogue: Catalogue,
): Refusal | undefined {
  const named = checkTemplateName(template);
  if (named) return named;
  const overrides = template.overrides ?? [];
  if (overrides.length > limit.launchTemplateOverrides)
    return invalid(
      `launchTemplate.overrides must hold at most ${limit.launchTemplateOverrides} entries.`,
    );
  const seen = new Set<string>();
  for (const override of overrides) {
    const wrong = checkTemplateName(override);
    if (wrong) return wrong;
    for (const target of override.targetInstanceTypes ?? []) {
      if (seen.has(target))
        return invalid(`launchTemplate.overrides: instance type ${target} is targeted twice.`);
      if (!covers(choices, target, catalogue))
        return invalid(
          `launchTemplate.overrides: instance type ${target} is not one of the compute environment's own.`,
        );
      seen.add(target);
    }
  }
  return undefined;
}

// ---- updates ----

/**
 * Members that need new instances when they change; all others are scaling (user guide, chapter
 * Updating compute environments).
 */
const infrastructure = [
  'allocationStrategy',
  'instanceTypes',
  'bidPercentage',
  'type',
  'imageId',
  'ec2Configuration',
  'launchTemplate',
  'ec2KeyPair',
  'subnets',
  'securityGroupIds',
  'placementGroup',
  'instanceRole',
  'tags',
] as const satisfies readonly (keyof ComputeResource)[];

/** Which a Fargate environment may change all the same, because nothing is replaced there. */
const fargateScaling: readonly string[] = ['subnets', 'securityGroupIds'];

/** The resources as they stand after the change; an empty value clears its member. */
export function mergeResources(
  stored: ComputeResource,
  change: ComputeResourceUpdate,
  onEks = false,
): ComputeResource {
  const {
    updateToLatestImageVersion: _now,
    managedInstancesProvider,
    launchTemplate,
    ...members
  } = change;
  const merged: ComputeResource = { ...stored };
  for (const [member, value] of Object.entries(members)) {
    if (value === undefined || value === null) continue;
    // Fargate cannot be without networks: an empty list there means that nothing was said.
    if (isFargateType(stored.type) && fargateScaling.includes(member) && isEmpty(value)) continue;
    Object.assign(merged, { [member]: value });
  }
  if (managedInstancesProvider !== undefined)
    merged.managedInstancesProvider =
      stored.managedInstancesProvider === undefined
        ? (managedInstancesProvider as ComputeResource['managedInstancesProvider'])
        : mergeProvider(stored.managedInstancesProvider, managedInstancesProvider);
  if (launchTemplate !== undefined) merged.launchTemplate = mergeLaunchTemplate(launchTemplate);
  // What was last wished for stays inside bounds that were moved; only an explicit wish outside
  // them is an error.
  if (change.desiredvCpus === undefined && merged.desiredvCpus !== undefined) {
    merged.desiredvCpus = Math.min(
      Math.max(merged.desiredvCpus, merged.minvCpus ?? 0),
      merged.maxvCpus ?? 0,
    );
  }
  return withDefaults(merged, onEks);
}

function mergeLaunchTemplate(
  template: LaunchTemplateSpecification,
): LaunchTemplateSpecification | undefined {
  if (isEmpty(template.launchTemplateId) && isEmpty(template.launchTemplateName)) return undefined;
  const { overrides, ...rest } = template;
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value)));
  return overrides && overrides.length > 0 ? { ...kept, overrides } : kept;
}

/**
 * The members whose change needs new instances; a value that equals the stored one is no change.
 */
export function infrastructureChanges(
  stored: ComputeResource,
  merged: ComputeResource,
  change: ComputeResourceUpdate,
): string[] {
  const changed: string[] = infrastructure.filter(
    (member) => !same(stored[member], merged[member]),
  );
  if (change.updateToLatestImageVersion === true) changed.push('updateToLatestImageVersion');
  return isFargateType(stored.type)
    ? changed.filter((member) => !fargateScaling.includes(member))
    : changed;
}

function same(a: unknown, b: unknown): boolean {
  if (isEmpty(a) && isEmpty(b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) =>
    same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
