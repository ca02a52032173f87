// Forms, enums and ranges of single members of `computeResources`, on creation and update. How they
// stand together is core's question (core/compute-environment/resources.ts).

import type {
  ComputeResource,
  ComputeResourceUpdate,
  Ec2Configuration,
} from '@aws-sdk/client-batch';
import {
  CRAllocationStrategy,
  CRType,
  CRUpdateAllocationStrategy,
  UserdataType,
} from '@aws-sdk/client-batch';
import { integerIn, lengthIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkEnvironmentRole } from './name.ts';

const where = 'computeResources';
const maxVcpus = 2 ** 31 - 1;
/** Ids of whatever length: people who have no network to name make one up. */
const idForms = { subnets: /^subnet-[0-9a-f]+$/, securityGroupIds: /^sg-[0-9a-f]+$/ } as const;

const templateVersion = /^(\d{1,9}|\$Default|\$Latest)$/;

/** The form of a type, a family or a bundle; whether there is such a one is core's question. */
export const instanceTypeForm = /^[a-z][a-z0-9_-]*(\.[a-z0-9-]+)?$/;

export function checkNewResourceMembers(resources: ComputeResource): void {
  oneOf(CRAllocationStrategy, resources.allocationStrategy, `${where}.allocationStrategy`);
  checkEnvironmentRole(resources.spotIamFleetRole, `${where}.spotIamFleetRole`);
  checkMembers(resources);
  if ((resources.type === 'EC2' || resources.type === 'SPOT') && resources.minvCpus === undefined)
    throw invalid('Resource minvCpus is required.');
}

export function checkChangedResourceMembers(change: ComputeResourceUpdate): void {
  // BEST_FIT cannot be set by an update.
  oneOf(CRUpdateAllocationStrategy, change.allocationStrategy, `${where}.allocationStrategy`);
  checkMembers(change);
}

function checkMembers(resources: ComputeResource | ComputeResourceUpdate): void {
  oneOf(CRType, resources.type, `${where}.type`);
  for (const member of ['minvCpus', 'maxvCpus', 'desiredvCpus'] as const)
    integerIn(resources[member], 0, maxVcpus, `${where}.${member}`);
  for (const type of resources.instanceTypes ?? [])
    matches(
      type,
      instanceTypeForm,
      `${where}.instanceTypes`,
      'an EC2 instance type, a family, optimal, default_x86_64 or default_arm64',
    );
  for (const member of ['subnets', 'securityGroupIds'] as const)
    checkNetworks(resources[member], `${where}.${member}`, member);
  checkImageId(resources.imageId, `${where}.imageId`);
  integerIn(resources.bidPercentage, 0, 100, `${where}.bidPercentage`);
  lengthIn(resources.ec2Configuration, 0, 2, `${where}.ec2Configuration`);
  for (const configuration of resources.ec2Configuration ?? []) checkImage(configuration);
  oneOf(
    UserdataType,
    resources.launchTemplate?.userdataType,
    `${where}.launchTemplate.userdataType`,
  );
  for (const { version } of [
    resources.launchTemplate ?? {},
    ...(resources.launchTemplate?.overrides ?? []),
  ]) {
    if (version && !templateVersion.test(version))
      throw invalid(
        `${where}.launchTemplate: LaunchTemplateVersion must be either empty or a number or $Default or $Latest; it is '${version.slice(0, 64)}'`,
      );
  }
  const delay = resources.scalingPolicy?.minScaleDownDelayMinutes;
  if (delay !== undefined && delay !== 0)
    integerIn(
      delay,
      20,
      10_080,
      `${where}.scalingPolicy.minScaleDownDelayMinutes (0 turns it off)`,
    );
}

/** `member`: how they are called. */
export function checkNetworks(
  ids: readonly string[] | undefined,
  member: string,
  kind: keyof typeof idForms,
): void {
  for (const id of ids ?? [])
    matches(
      id,
      idForms[kind],
      member,
      kind === 'subnets'
        ? 'the ID of a subnet, such as subnet-0a1b2c3d'
        : 'the ID of a security group, such as sg-0a1b2c3d',
    );
}

/** Empty is "none". */
function checkImageId(id: string | undefined, member: string): void {
  if (id !== '')
    matches(id, /^ami-[0-9a-f]+$/, member, 'the ID of an image, such as ami-0a1b2c3d4e5f60718');
}

function checkImage({
  imageType,
  imageIdOverride,
  imageKubernetesVersion,
}: Ec2Configuration): void {
  lengthIn(imageType, 1, 256, `${where}.ec2Configuration.imageType`);
  checkImageId(imageIdOverride, `${where}.ec2Configuration.imageIdOverride`);
  matches(
    imageKubernetesVersion || undefined,
    /^\d{1,3}\.\d{1,3}$/,
    `${where}.ec2Configuration.imageKubernetesVersion`,
    'a version of Kubernetes, such as 1.34',
  );
}
