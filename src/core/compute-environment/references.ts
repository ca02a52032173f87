// What an environment names that lives elsewhere: roles, networks, images, launch templates. The
// service tells what of it is known here, in IAM and EC2; this says what is wrong with an
// environment because of it. It looks nothing up.

import type { ComputeResource } from '@aws-sdk/client-batch';
import type { Image } from '../image/image.ts';
import { roleArnForm } from '../arn.ts';
import type { LaunchTemplateData } from '../launch-template/launch-template.ts';
import { launchedResources } from './managed-instances.ts';
import type { KnownSubnet } from './subnet.ts';

/** What of the things that environments name is known here, at the moment of a call. */
export interface KnownReferences {
  readonly images: readonly Image[];
  readonly launchTemplates: readonly KnownTemplate[];
  readonly subnets: readonly KnownSubnet[];
  /** The account's roles. Absent: nothing is known of them. */
  readonly roles?: KnownRoles | undefined;
  /**
   * With `--references strict`: what is not among these does not exist. Absent: it may exist
   * elsewhere.
   */
  readonly all?: AllReferences | undefined;
}

/** Roles of the account, by ARN. */
export interface KnownRoles {
  /** How the ARNs of its roles begin: one that begins so, and is not there, is nowhere. */
  readonly prefix: string;
  /** Those that AWS Batch may assume, those that Spot Fleet may, and those that Amazon ECS may. */
  readonly service: readonly string[];
  readonly spotFleet: readonly string[];
  readonly infrastructure?: readonly string[] | undefined;
  /** Those that may not tag what they launch. */
  readonly untagging: readonly string[];
}

export interface KnownTemplate {
  readonly id: string;
  readonly name: string;
  readonly defaultVersion: number;
  readonly latestVersion: number;
  readonly versions: readonly { readonly version: number; readonly data: LaunchTemplateData }[];
}

export interface AllReferences {
  /** ARNs of roles that AWS Batch may assume, of those that Spot Fleet and Amazon ECS may. */
  readonly serviceRoles: readonly string[];
  readonly spotFleetRoles: readonly string[];
  readonly infrastructureRoles?: readonly string[] | undefined;
  /** Names and ARNs. */
  readonly instanceProfiles: readonly string[];
  readonly securityGroups: readonly string[];
  readonly keyPairs: readonly string[];
  readonly placementGroups: readonly string[];
}

export const nothingKnown: KnownReferences = Object.freeze({
  images: [],
  launchTemplates: [],
  subnets: [],
});

export const assumeRoleProblem = 'CLIENT_ERROR - Not authorized to perform sts:AssumeRole';
const fleetRoleParameter = 'Parameter: SpotFleetRequestConfig.IamFleetRole is invalid';
export const fleetRoleProblem = `CLIENT_ERROR - ${fleetRoleParameter}`;

export const infrastructureRoleProblem = (role: string): string =>
  `CLIENT_ERROR - Amazon ECS is not authorized to assume the infrastructure role '${role}'`;

/** An instance profile by name or ARN; people give the ARN of the role in it. */
const profileForm =
  /^(arn:aws[a-z-]*:iam::\d{12}:instance-profile\/[\w+=,.@/-]+|[\w+=,.@-]{1,128})$/;

/**
 * What makes an environment INVALID, in the texts of AWS; undefined: nothing. `requestId` stands
 * where AWS names its own call.
 */
export function problemOf(
  serviceRole: string,
  resources: ComputeResource | undefined,
  { all, roles, subnets }: KnownReferences,
  requestId: string,
): string | undefined {
  const isOwn = (role: string): boolean => roles !== undefined && role.startsWith(roles.prefix);
  const isKnown = (
    role: string,
    known: readonly string[] | undefined,
    own: readonly string[] = [],
  ): boolean =>
    roleArnForm.test(role) && (known?.includes(role) ?? (!isOwn(role) || own.includes(role)));
  if (!isKnown(serviceRole, all?.serviceRoles, roles?.service)) {
    return `${assumeRoleProblem} (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: ${requestId})`;
  }
  const fleetRole = resources?.type === 'SPOT' ? resources.spotIamFleetRole : undefined;
  if (fleetRole !== undefined && !isKnown(fleetRole, all?.spotFleetRoles, roles?.spotFleet)) {
    return `${fleetRoleProblem}. (Service: AmazonEC2; Status Code: 400; Error Code: InvalidSpotFleetRequestConfig; Request ID: ${requestId}) ${fleetRoleParameter}`;
  }
  const infrastructure = resources?.managedInstancesProvider?.infrastructureRoleArn;
  if (
    infrastructure !== undefined &&
    !isKnown(infrastructure, all?.infrastructureRoles, roles?.infrastructure)
  )
    return infrastructureRoleProblem(infrastructure);
  const launched = resources && launchedResources(resources);
  const profile = launched?.instanceRole;
  if (profile !== undefined && !profileForm.test(profile))
    return `CLIENT_ERROR - Invalid IamInstanceProfile: ${profile}`;
  return all && launched && missing(launched, { ...all, subnets: subnets.map(({ id }) => id) });
}

/**
 * Whether the instances of an environment stay untagged, because its Spot Fleet role may not tag
 * them (user guide, Spot Instances Not Tagged on Creation).
 */
export const launchesUntagged = (
  resources: ComputeResource | undefined,
  { untagging = [] }: Partial<Pick<KnownRoles, 'untagging'>>,
): true | undefined =>
  (resources?.type === 'SPOT' && untagging.includes(resources.spotIamFleetRole ?? '')) || undefined;

/** What an environment names, by the member that names it. */
export function namedIn(resources: ComputeResource): readonly {
  readonly what: string;
  readonly member: keyof ComputeResource;
  readonly names: readonly string[];
}[] {
  const named: readonly [string, keyof ComputeResource, readonly (string | undefined)[]][] = [
    ['subnet ID', 'subnets', resources.subnets ?? []],
    ['security group', 'securityGroupIds', resources.securityGroupIds ?? []],
    ['instance profile', 'instanceRole', [resources.instanceRole]],
    ['key pair', 'ec2KeyPair', [resources.ec2KeyPair]],
    ['placement group', 'placementGroup', [resources.placementGroup]],
  ];
  return named.map(([what, member, names]) => ({
    what,
    member,
    names: names.filter((name): name is string => name !== undefined && name !== ''),
  }));
}

export const absentProblem = (what: string, name: string): string =>
  `CLIENT_ERROR - The ${what} '${name}' does not exist`;

function missing(
  resources: ComputeResource,
  {
    subnets,
    securityGroups,
    instanceProfiles,
    keyPairs,
    placementGroups,
  }: AllReferences & { readonly subnets: readonly string[] },
): string | undefined {
  const known = [subnets, securityGroups, instanceProfiles, keyPairs, placementGroups];
  for (const [at, { what, names }] of namedIn(resources).entries()) {
    const absent = names.find((name) => !known[at]?.includes(name));
    if (absent !== undefined) return absentProblem(what, absent);
  }
  return undefined;
}
