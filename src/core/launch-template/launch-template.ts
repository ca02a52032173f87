// A launch template and what becomes of it in a compute environment (user guide, Launch Template
// Support): which version, which override, and which parameters count, are merged, or are ignored.
// Pure rules; templates are stored elsewhere.

import type { LaunchTemplateSpecification } from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { Catalogue } from '../instance-type/catalogue.ts';
import { choicesOf, covers } from '../instance-type/choices.ts';
import type { InstanceType } from '../instance-type/instance-type.ts';
import { mergeBlockDevices, type BlockDevice } from './block-devices.ts';

/**
 * The members of EC2's LaunchTemplateData that a compute environment looks at; those that it only
 * passes on are `rest`.
 */
export interface LaunchTemplateData {
  readonly imageId?: string | undefined;
  readonly keyName?: string | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
  readonly networkInterfaces?: readonly NetworkInterface[] | undefined;
  /** Tags that `TagSpecifications` has for the resource type `instance`. */
  readonly instanceTags?: Readonly<Record<string, string>> | undefined;
  readonly blockDevices?: readonly BlockDevice[] | undefined;
  readonly userData?: string | undefined;
  readonly placementGroup?: string | undefined;
  readonly instanceType?: string | undefined;
  readonly instanceProfile?: string | undefined;
  readonly instanceMarketOptions?: unknown;
  readonly disableApiTermination?: boolean | undefined;
}

interface NetworkInterface {
  readonly deviceIndex?: number | undefined;
  readonly subnetId?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly associatePublicIp?: boolean | undefined;
}

/** What the environment itself says. */
interface EnvironmentParameters {
  readonly ec2KeyPair?: string | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly instanceRole?: string | undefined;
  readonly placementGroup?: string | undefined;
}

/** How instances are launched, when environment and template are put together. */
export interface LaunchParameters {
  readonly keyName?: string | undefined;
  readonly securityGroupIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly instanceProfile?: string | undefined;
  readonly placementGroup?: string | undefined;
  /** Whether instances have a public address; absent: as their subnet says. */
  readonly publicIp?: boolean | undefined;
  /** The image's, changed by the template. */
  readonly blockDevices: readonly BlockDevice[];
  /** Parameters of the template that have no effect, by EC2's names. */
  readonly ignored: readonly string[];
}

/**
 * The environment's key pair, security groups and placement group take precedence; tags are merged,
 * and the environment's win; instance type, role, subnets, market options and termination
 * protection of the template are ignored. The image has rules of its own (image/image-choice.ts).
 */
export function launchParameters(
  environment: EnvironmentParameters,
  template: LaunchTemplateData,
  imageDevices: readonly BlockDevice[],
): LaunchParameters {
  const groups = environment.securityGroupIds ?? [];
  return {
    keyName: environment.ec2KeyPair || template.keyName,
    securityGroupIds: groups.length > 0 ? groups : securityGroupsOf(template),
    tags: { ...template.instanceTags, ...environment.tags },
    instanceProfile: environment.instanceRole,
    placementGroup: environment.placementGroup || template.placementGroup,
    publicIp: template.networkInterfaces?.find(({ deviceIndex = 0 }) => deviceIndex === 0)
      ?.associatePublicIp,
    blockDevices: mergeBlockDevices(imageDevices, template.blockDevices ?? []),
    ignored: ignoredOf(template),
  };
}

/**
 * Those of the template itself, or of its network interfaces: EC2 allows them in one place only.
 */
const securityGroupsOf = (template: LaunchTemplateData): readonly string[] =>
  template.securityGroupIds ?? [
    ...new Set((template.networkInterfaces ?? []).flatMap((one) => one.groups ?? [])),
  ];

function ignoredOf(template: LaunchTemplateData): string[] {
  const given: readonly [string, boolean][] = [
    ['InstanceType', template.instanceType !== undefined],
    ['IamInstanceProfile', template.instanceProfile !== undefined],
    [
      'NetworkInterfaces.SubnetId',
      (template.networkInterfaces ?? []).some((one) => one.subnetId !== undefined),
    ],
    ['InstanceMarketOptions', template.instanceMarketOptions !== undefined],
    ['DisableApiTermination', template.disableApiTermination !== undefined],
  ];
  return given.filter(([, is]) => is).map(([name]) => name);
}

/** One of the templates that an environment names: its own, or one of its overrides. */
export interface TemplateReference {
  readonly launchTemplateId?: string | undefined;
  readonly launchTemplateName?: string | undefined;
  readonly version?: string | undefined;
}

/**
 * The template for instances of the type: the override that targets it, an exact name before a
 * family or a bundle, or else the environment's own (doc/compute-environments.md, the launch
 * template).
 */
export function templateFor(
  specification: LaunchTemplateSpecification | undefined,
  type: InstanceType,
  catalogue: Catalogue,
): TemplateReference | undefined {
  const overrides = specification?.overrides ?? [];
  const exact = overrides.find((override) => override.targetInstanceTypes?.includes(type.name));
  return (
    exact ??
    overrides.find((override) =>
      override.targetInstanceTypes?.some((target) => standsFor(target, type, catalogue)),
    ) ??
    specification
  );
}

function standsFor(target: string, type: InstanceType, catalogue: Catalogue): boolean {
  const choices = choicesOf([target], catalogue);
  return !isRefusal(choices) && covers(choices, type.name, catalogue);
}

/** The versions that a template has. */
interface TemplateVersions {
  readonly defaultVersion: number;
  readonly latestVersion: number;
  has(version: number): boolean;
}

/**
 * `$Default` where nothing is said, `$Latest`, or a number; the first two are looked up whenever
 * new instances are set up.
 */
export function versionOf(
  version: string | undefined,
  template: TemplateVersions,
): number | Refusal {
  if (version === undefined || version === '' || version === '$Default')
    return template.defaultVersion;
  if (version === '$Latest') return template.latestVersion;
  if (!/^\d{1,15}$/.test(version))
    return refuse(
      'invalid',
      `launchTemplate.version must be $Default, $Latest or a number; it is ${version}.`,
    );
  return template.has(Number(version))
    ? Number(version)
    : refuse('invalid', `The launch template has no version ${version}.`);
}
