// Environments of Amazon ECS Managed Instances: all that their instances are launched with stands
// in `managedInstancesProvider` (user guide, Compute environments on Amazon ECS Managed Instances).
// Here it is judged, and put into the terms of EC2's environments, so that what scales and launches
// knows one kind of instances. Pure.

import type {
  ComputeResource,
  ComputeResourceUpdate,
  InstanceLaunchTemplate,
  ManagedInstancesProvider,
} from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { Catalogue } from '../instance-type/catalogue.ts';
import { choicesOf } from '../instance-type/choices.ts';
import { limit } from '../limit.ts';

export const isManagedType = (type: string | undefined): boolean =>
  type === 'ECS_MANAGED_INSTANCES';

const where = 'computeResources.managedInstancesProvider';
const invalid = (message: string): Refusal => refuse('invalid', message);

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === '' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** What stands beside the provider; all else is said in it, or of other environments. */
const beside: ReadonlySet<string> = new Set<keyof ComputeResource>([
  'type',
  'maxvCpus',
  'managedInstancesProvider',
  'capacityTags',
]);

/** What is wrong with the resources of an environment of managed instances, if anything. */
export function checkManagedInstances(
  resources: ComputeResource,
  catalogue: Catalogue,
): Refusal | undefined {
  const foreign = Object.entries(resources).find(
    ([member, value]) => !beside.has(member) && !isEmpty(value),
  );
  if (foreign !== undefined)
    return invalid(
      `computeResources.${foreign[0]} is not applicable to ECS_MANAGED_INSTANCES compute environments.`,
    );
  const { infrastructureRoleArn, instanceLaunchTemplate: template } =
    resources.managedInstancesProvider ?? {};
  if (isEmpty(infrastructureRoleArn))
    return invalid(
      `${where}.infrastructureRoleArn must be specified for ECS_MANAGED_INSTANCES compute environments.`,
    );
  if (template === undefined || isEmpty(template.ec2InstanceProfileArn))
    return invalid(
      `${where}.instanceLaunchTemplate.ec2InstanceProfileArn must be specified for ECS_MANAGED_INSTANCES compute environments.`,
    );
  const { subnets = [], securityGroups = [] } = template.networkConfiguration ?? {};
  if (subnets.length === 0 || securityGroups.length === 0)
    return invalid(
      `${where}.instanceLaunchTemplate.networkConfiguration must specify subnets and securityGroups.`,
    );
  if (subnets.length > limit.fargateSubnets)
    return invalid(
      `${where}.instanceLaunchTemplate.networkConfiguration.subnets must hold 1 to ${limit.fargateSubnets} entries; it holds ${subnets.length}.`,
    );
  const choices = choicesOf(allowedTypes(template), catalogue);
  return isRefusal(choices) ? choices : undefined;
}

/** That an environment of another type has none of it. */
export function refuseManaged(resources: ComputeResource): Refusal | undefined {
  const given = (['managedInstancesProvider', 'capacityTags'] as const).find(
    (member) => !isEmpty(resources[member]),
  );
  return given === undefined
    ? undefined
    : invalid(
        `computeResources.${given} is only applicable to ECS_MANAGED_INSTANCES compute environments.`,
      );
}

/** Amazon chooses among general-purpose types where nobody says which; here by Batch's bundle. */
const anyType: readonly string[] = ['default_x86_64'];

const allowedTypes = ({ instanceRequirements }: InstanceLaunchTemplate): readonly string[] => {
  const allowed = instanceRequirements?.allowedInstanceTypes ?? [];
  return allowed.length === 0 ? anyType : allowed;
};

const known = new WeakMap<ComputeResource, ComputeResource>();

/**
 * The resources in the terms of EC2's environments; of other types as they are. Instances cost as
 * little as they can, and no number of them is too many: `maxvCpus` bounds what jobs ask for.
 */
export function launchedResources(resources: ComputeResource): ComputeResource {
  if (!isManagedType(resources.type)) return resources;
  const before = known.get(resources);
  if (before !== undefined) return before;
  const { instanceLaunchTemplate: template, propagateTags } =
    resources.managedInstancesProvider ?? ({} as Partial<ManagedInstancesProvider>);
  const network = template?.networkConfiguration;
  const launched: ComputeResource = {
    type: isSpot(resources) ? 'SPOT' : 'EC2',
    allocationStrategy: 'BEST_FIT_PROGRESSIVE',
    minvCpus: 0,
    maxvCpus: Number.MAX_SAFE_INTEGER,
    instanceTypes: [...(template === undefined ? anyType : allowedTypes(template))],
    subnets: network?.subnets,
    securityGroupIds: network?.securityGroups,
    instanceRole: template?.ec2InstanceProfileArn,
    ec2Configuration: [{ imageType: 'ECS_AL2023' }],
    tags: propagateTags === 'CAPACITY_PROVIDER' ? resources.capacityTags : undefined,
  };
  known.set(resources, launched);
  return launched;
}

/** By what the provider says; of other environments by their type. */
export const isSpot = ({ type, managedInstancesProvider }: ComputeResource): boolean =>
  isManagedType(type)
    ? managedInstancesProvider?.instanceLaunchTemplate?.capacityOptionType === 'SPOT'
    : type === 'SPOT';

/** Seconds: Amazon ECS's own, where nobody says. */
const defaultScaleInAfter = 300;

/** How long an idle instance stays; without end where scale-in is off. */
export function scaleInDelayMs({ managedInstancesProvider }: ComputeResource): number {
  const seconds =
    managedInstancesProvider?.infrastructureOptimization?.scaleInAfter ?? defaultScaleInAfter;
  return seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1000;
}

/** What is taken and has no effect here, for the environment's `statusReason`. */
export function managedNotes({ managedInstancesProvider }: ComputeResource): string[] {
  const template = managedInstancesProvider?.instanceLaunchTemplate;
  const idle: readonly [string, boolean][] = [
    ['monitoring', template?.monitoring === 'DETAILED'],
    ['storageConfiguration', !isEmpty(template?.storageConfiguration)],
    ['localStorageConfiguration', template?.localStorageConfiguration?.useLocalStorage === true],
    ['instanceMetadataTagsPropagation', template?.instanceMetadataTagsPropagation === true],
    ['capacityReservations', !isEmpty(template?.capacityReservations)],
  ];
  const names = idle.flatMap(([name, given]) => (given ? [name] : []));
  return names.length === 0
    ? []
    : [`Of managedInstancesProvider, ${names.join(', ')} have no effect here.`];
}

/**
 * The provider as it stands after the change. What an instance is launched with is replaced member
 * by member; how it is bought stays (the model's documentation of
 * UpdateManagedInstancesProviderConfiguration).
 */
export function mergeProvider(
  stored: ManagedInstancesProvider,
  change: NonNullable<ComputeResourceUpdate['managedInstancesProvider']>,
): ManagedInstancesProvider {
  const { instanceLaunchTemplate, ...members } = withoutAbsent(change);
  return {
    ...stored,
    ...members,
    instanceLaunchTemplate: {
      ...(stored.instanceLaunchTemplate as InstanceLaunchTemplate),
      ...(instanceLaunchTemplate && withoutAbsent(instanceLaunchTemplate)),
    },
  };
}

const withoutAbsent = <T extends object>(value: T): T =>
  Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && member !== null),
  ) as T;
