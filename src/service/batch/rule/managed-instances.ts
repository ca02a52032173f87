// Forms, enums and ranges of single members of `managedInstancesProvider`, on creation and update,
// and what of it Longshore refuses by name (the model's documentation of ManagedInstancesProvider
// and its members). How they stand together is core's question
// (core/compute-environment/managed-instances.ts).

import type {
  ComputeResource,
  ComputeResourceUpdate,
  InstanceLaunchTemplate,
} from '@aws-sdk/client-batch';
import { integerIn, lengthIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { instanceTypeForm, checkNetworks } from './compute-resources.ts';
import { checkEnvironmentRole } from './name.ts';
import { checkTags } from './tags.ts';

const where = 'computeResources.managedInstancesProvider';
const at = `${where}.instanceLaunchTemplate`;

const wordsOf = <T extends string>(...words: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(words.map((word) => [word, word]));

const propagation = wordsOf('CAPACITY_PROVIDER', 'NONE');
const options = wordsOf('ON_DEMAND', 'SPOT');
const monitoring = wordsOf('BASIC', 'DETAILED');
const preferences = wordsOf('RESERVATIONS_ONLY', 'RESERVATIONS_FIRST', 'RESERVATIONS_EXCLUDED');

export function checkManagedMembers(
  { managedInstancesProvider: provider, capacityTags }: ComputeResource | ComputeResourceUpdate,
  limits: Parameters<typeof checkTags>[1],
): void {
  checkTags(capacityTags, limits);
  if (provider === undefined) return;
  checkEnvironmentRole(provider.infrastructureRoleArn, `${where}.infrastructureRoleArn`);
  oneOf(propagation, provider.propagateTags || undefined, `${where}.propagateTags`);
  const seconds = provider.infrastructureOptimization?.scaleInAfter;
  integerIn(seconds, -1, 3600, `${where}.infrastructureOptimization.scaleInAfter`);
  if (provider.instanceLaunchTemplate !== undefined) checkTemplate(provider.instanceLaunchTemplate);
}

function checkTemplate(template: Partial<InstanceLaunchTemplate>): void {
  checkEnvironmentRole(template.ec2InstanceProfileArn, `${at}.ec2InstanceProfileArn`);
  const { subnets, securityGroups } = template.networkConfiguration ?? {};
  checkNetworks(subnets, `${at}.networkConfiguration.subnets`, 'subnets');
  checkNetworks(securityGroups, `${at}.networkConfiguration.securityGroups`, 'securityGroupIds');
  const allowed = template.instanceRequirements?.allowedInstanceTypes;
  lengthIn(allowed, 0, 400, `${at}.instanceRequirements.allowedInstanceTypes`);
  for (const type of allowed ?? [])
    matches(
      type,
      instanceTypeForm,
      `${at}.instanceRequirements.allowedInstanceTypes`,
      'an EC2 instance type or a family',
    );
  oneOf(options, template.capacityOptionType || undefined, `${at}.capacityOptionType`);
  oneOf(monitoring, template.monitoring || undefined, `${at}.monitoring`);
  integerIn(
    template.storageConfiguration?.storageSizeGiB,
    1,
    65_536,
    `${at}.storageConfiguration.storageSizeGiB`,
  );
  const preference = oneOf(
    preferences,
    template.capacityReservations?.reservationPreference || undefined,
    `${at}.capacityReservations.reservationPreference`,
  );
  if (preference === 'RESERVATIONS_ONLY')
    throw invalid(
      `${at}.capacityReservations.reservationPreference RESERVATIONS_ONLY is not supported by Longshore: it has no capacity reservations, so that nothing would ever be launched`,
    );
  if (template.fipsEnabled === true)
    throw invalid(
      `${at}.fipsEnabled is not supported by Longshore: the cryptographic modules of hosts are not its own`,
    );
}
