// What the instances of an environment are launched from: image, launch template and agent
// settings, worked out when the environment is made and when an infrastructure update asks, and
// kept in between (doc/compute-environments.md, what instances are launched from).

import type { ComputeResource } from '@aws-sdk/client-batch';
import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import { defaultImages } from '../image/default-images.ts';
import { chooseImage, type ImageChoice } from '../image/image-choice.ts';
import { imageFailures } from '../image/specification.ts';
import type { Catalogue } from '../instance-type/catalogue.ts';
import { choicesOf } from '../instance-type/choices.ts';
import { schedulableGpus, type InstanceType } from '../instance-type/instance-type.ts';
import { agentSettingsOf } from '../launch-template/agent-settings.ts';
import { notRun } from '../launch-template/not-run.ts';
import {
  launchParameters,
  templateFor,
  versionOf,
  type LaunchParameters,
  type LaunchTemplateData,
  type TemplateReference,
} from '../launch-template/launch-template.ts';
import { readUserData } from '../launch-template/user-data.ts';
import type { KnownReferences, KnownTemplate } from './references.ts';

/** How instances of some types are launched. */
export interface LaunchSource {
  readonly instanceTypes: readonly string[];
  readonly imageId: string;
  readonly imageSource: Exclude<ImageChoice['source'], 'none'>;
  /** The type of a default image; absent where somebody named the image. */
  readonly imageType?: string | undefined;
  readonly template?: { readonly id: string; readonly version: number } | undefined;
  /** ECS_RESERVED_MEMORY, where user data sets it. */
  readonly reservedMemoryMib?: number | undefined;
  /** Which requirements of the AMI specification an instance fails; it takes no jobs. */
  readonly unfit?: string | undefined;
  /** Which it fails that only nodes of multi-node parallel jobs need; it takes no nodes. */
  readonly unfitForNodes?: string | undefined;
  /**
   * What is taken on trust, and what has no effect: sentences for the environment's `statusReason`.
   */
  readonly notes?: readonly string[] | undefined;
  readonly parameters: LaunchParameters;
}

export interface Launch {
  readonly sources: readonly LaunchSource[];
}

/** What an update asks of it. */
interface LaunchUpdate {
  readonly previous: Launch | undefined;
  /** `updateToLatestImageVersion`: the newest default image, and `$Latest` and `$Default` anew. */
  readonly toLatest: boolean;
  readonly templateChanged: boolean;
}

export const launchOf = ({ sources }: Launch, instanceType: string): LaunchSource | undefined =>
  sources.find(({ instanceTypes }) => instanceTypes.includes(instanceType));

/**
 * The most that any of its instances keeps back: the books never promise more than an instance
 * registers with. Absent: what the agent keeps by itself.
 */
export function reservedMemoryMib(launch: Launch | undefined): number | undefined {
  const set = (launch?.sources ?? []).flatMap((source) => source.reservedMemoryMib ?? []);
  return set.length === 0 ? undefined : Math.max(...set);
}

/**
 * Refused where a template or an image that is named cannot be used; the message is for the
 * environment's `statusReason`.
 */
export function resolveLaunch(
  resources: ComputeResource,
  known: KnownReferences,
  catalogue: Catalogue,
  update?: LaunchUpdate,
): Launch | Refusal {
  const choices = choicesOf(resources.instanceTypes ?? [], catalogue);
  if (isRefusal(choices)) return choices;
  const sources = new Map<string, LaunchSource & { instanceTypes: string[] }>();
  for (const type of choices.flatMap(({ types }) => types)) {
    const before = update?.previous && launchOf(update.previous, type.name);
    const source = sourceFor(resources, type, known, catalogue, update, before);
    if (isRefusal(source)) return source;
    const key = JSON.stringify(source);
    const alike = sources.get(key);
    if (alike === undefined) sources.set(key, { ...source, instanceTypes: [type.name] });
    else alike.instanceTypes.push(type.name);
  }
  return { sources: [...sources.values()] };
}

/** As the environment's `statusReason` says it. */
export const launchProblem = (launch: Launch | Refusal | undefined): string | undefined =>
  isRefusal(launch) ? `CLIENT_ERROR - ${launch.message}` : undefined;

/**
 * Windows images never become compute resources (user guide, Compute Resource AMI Specification):
 * the call is refused.
 */
export function refuseWindows(
  launch: Launch | Refusal | undefined,
  { images }: KnownReferences,
): Refusal | undefined {
  if (launch === undefined || isRefusal(launch)) return undefined;
  const windows = images.find(
    ({ id, software }) =>
      software.operatingSystem === 'windows' &&
      launch.sources.some(({ imageId }) => imageId === id),
  );
  return (
    windows && refuse('invalid', `${windows.id} is a Windows image; compute resources run Linux.`)
  );
}

/**
 * Settings of the container agent that instances go by; of the others none has anything to act on.
 */
const honoured = ['ECS_RESERVED_MEMORY', 'ECS_AVAILABLE_LOGGING_DRIVERS'];

type Source = Omit<LaunchSource, 'instanceTypes'>;

function sourceFor(
  resources: ComputeResource,
  type: InstanceType,
  known: KnownReferences,
  catalogue: Catalogue,
  update: LaunchUpdate | undefined,
  before: LaunchSource | undefined,
): Source | Refusal {
  const reference = templateFor(resources.launchTemplate, type, catalogue);
  const template = templateOf(reference, known, update, before);
  if (isRefusal(template)) return template;
  const data = template?.data ?? {};
  const parts = readUserData(data.userData);
  if (isRefusal(parts)) return parts;
  const agent = agentSettingsOf(parts);
  const chosen = chooseImage(
    {
      launchTemplateImageId: data.imageId,
      imageId: resources.imageId,
      ec2Configuration: resources.ec2Configuration,
    },
    type,
  );
  const choice =
    update !== undefined &&
    !update.toLatest &&
    chosen.source === 'default' &&
    before?.imageSource === 'default' &&
    before.imageType === chosen.imageType
      ? { ...chosen, imageId: before.imageId }
      : chosen;
  if (choice.source === 'none')
    return refuse(
      'invalid',
      `There is no default image of image type ${choice.imageType} for instance type ${type.name}.`,
    );
  const image = [...defaultImages, ...known.images].find(({ id }) => id === choice.imageId);
  if (image === undefined && known.all !== undefined)
    return refuse('invalid', `The image id '[${choice.imageId}]' does not exist`);
  const parameters = launchParameters(resources, data, image?.blockDevices ?? []);
  const unknown = template === undefined ? reference : undefined;
  return {
    imageId: choice.imageId,
    imageSource: choice.source,
    imageType: choice.source === 'default' ? choice.imageType : undefined,
    template: template && { id: template.id, version: template.version },
    reservedMemoryMib: agent.reservedMemoryMib,
    ...(image &&
      imageFailures(image, {
        architecture: type.architecture,
        gpus: schedulableGpus(type) > 0,
        loggingDrivers: agent.loggingDrivers,
      })),
    notes: [
      ...(unknown
        ? [
            `Launch template ${unknown.launchTemplateId || unknown.launchTemplateName} is not known here and has no effect.`,
          ]
        : []),
      ...(image
        ? []
        : [
            `Image ${choice.imageId} is not known here and is taken to meet the AMI specification.`,
          ]),
      ...(parameters.ignored.length > 0
        ? [
            `Of the launch template, ${parameters.ignored.join(', ')} have no effect in a compute environment.`,
          ]
        : []),
      ...notRun(parts).map((note) => `User data: ${note}`),
      ...agent.problems.map((problem) => `User data: ${problem}`),
      ...[...agent.all.keys()]
        .filter((setting) => !honoured.includes(setting))
        .map((setting) => `User data: ${setting} has no effect here.`),
    ],
    parameters,
  };
}

interface Template {
  readonly id: string;
  readonly version: number;
  readonly data: LaunchTemplateData;
}

/**
 * The version that counts; one that was looked up before stays until an update asks for another.
 */
function templateOf(
  reference: TemplateReference | undefined,
  known: KnownReferences,
  update: LaunchUpdate | undefined,
  before: LaunchSource | undefined,
): Template | Refusal | undefined {
  if (reference === undefined) return undefined;
  const { launchTemplateId: id, launchTemplateName: name } = reference;
  const template = known.launchTemplates.find((one) => (id ? one.id === id : one.name === name));
  if (template === undefined)
    return known.all === undefined
      ? undefined
      : refuse(
          'invalid',
          `The specified launch template, with template ${id ? 'ID' : 'name'} ${id || name}, does not exist.`,
        );
  const stays =
    update !== undefined &&
    !update.toLatest &&
    !update.templateChanged &&
    before?.template?.id === template.id
      ? before.template.version
      : undefined;
  const version = stays ?? versionOf(reference.version, versionsOf(template));
  if (isRefusal(version)) return version;
  const found = template.versions.find((one) => one.version === version);
  return found === undefined
    ? refuse(
        'invalid',
        `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
      )
    : { id: template.id, version, data: found.data };
}

const versionsOf = ({ defaultVersion, latestVersion, versions }: KnownTemplate) => ({
  defaultVersion,
  latestVersion,
  has: (version: number) => versions.some((one) => one.version === version),
});
