// Launch templates: how they are named, how their versions are named, and how both look outside.
// What a template says is kept as it was sent: compute environments judge it when they use it
// (core/launch-template).

import type {
  LaunchTemplate as TemplateShape,
  LaunchTemplateVersion as VersionShape,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { on, saidAs } from '../access.ts';
import {
  launchTemplateExists,
  invalidCombination,
  invalidParameter,
  invalidUserData,
  malformedTemplateId,
  malformedTemplateName,
  missing,
  noTemplateId,
  noTemplateName,
  noTemplateVersion,
} from '../error.ts';
import type { Ec2View, LaunchTemplate, LaunchTemplateVersion } from '../resources.ts';
import { tagList } from '../tag.ts';
import { limit } from '../../../core/limit.ts';

const idForm = /^lt-([0-9a-f]{8}|[0-9a-f]{17})$/;
const nameForm = /^[a-zA-Z0-9().\-/_]{3,128}$/;

interface Reference {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** What an operation on a template asks leave for. */
export const onTemplate = (
  action: string,
  { LaunchTemplateId: id, LaunchTemplateName: name }: Reference,
  context: RequestContext,
): Access[] => on(action, context, 'launch-template', id ?? saidAs(name));

/** The template that an id or a name finds, and exactly one of them is given. */
export function referred(
  ec2: Ec2View,
  { LaunchTemplateId: id, LaunchTemplateName: name }: Reference,
): LaunchTemplate {
  if (id !== undefined && name !== undefined)
    throw invalidCombination('Only one of LaunchTemplateId and LaunchTemplateName may be given.');
  if (id === undefined && name === undefined) throw missing('LaunchTemplateId');
  return id === undefined ? templateNamed(ec2, name ?? '') : templateOf(ec2, id);
}

export function templateOf(ec2: Ec2View, id: string): LaunchTemplate {
  if (!idForm.test(id)) throw malformedTemplateId(id);
  const template = ec2.get('launch-template', id);
  if (template === undefined) throw noTemplateId(id);
  return template;
}

export function templateNamed(ec2: Ec2View, name: string): LaunchTemplate {
  const template = ec2.all('launch-template').find((one) => one.name === name);
  if (template === undefined) throw noTemplateName(name);
  return template;
}

/** A name for a new template. */
export function freeName(ec2: Ec2View, name: string | undefined): string {
  if (name === undefined) throw missing('LaunchTemplateName');
  if (!nameForm.test(name)) throw malformedTemplateName(name);
  if (ec2.all('launch-template').some((one) => one.name === name)) throw launchTemplateExists();
  return name;
}

/** Versions have rows of their own, which ascend as they were made. */
export const versionKey = (templateId: string, version: number): string =>
  `${templateId}.${String(version).padStart(10, '0')}`;

export const versionsOf = (
  ec2: Ec2View,
  { id }: LaunchTemplate,
): readonly LaunchTemplateVersion[] =>
  ec2.all('launch-template-version').filter(({ templateId }) => templateId === id);

/** `$Default`, `$Latest` or a number. */
export function versionReferred(
  ec2: Ec2View,
  template: LaunchTemplate,
  text: string,
): LaunchTemplateVersion {
  const number =
    text === '$Default'
      ? template.defaultVersion
      : text === '$Latest'
        ? template.latestVersion
        : numberOf(text);
  const version = ec2.get('launch-template-version', versionKey(template.id, number));
  if (version === undefined) throw noTemplateVersion(text, template.id);
  return version;
}

export function numberOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw invalidParameter(
      'LaunchTemplateVersion',
      text.slice(0, 64),
      'A version is a number, $Default or $Latest.',
    );
  return Number(text);
}

/** What can be checked of a template before anybody uses it. */
export function checkedData(
  data: RequestLaunchTemplateData | undefined,
): RequestLaunchTemplateData {
  if (data === undefined || Object.keys(data).length === 0) throw missing('LaunchTemplateData');
  const { UserData: userData } = data;
  if (userData !== undefined) {
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData))
      throw invalidUserData('Invalid BASE64 encoding of user data.');
    if (Buffer.byteLength(userData, 'base64') > limit.ec2.userDataBytes)
      throw invalidUserData(`User data is limited to ${limit.ec2.userDataBytes} bytes`);
  }
  return data;
}

export function checkedDescription(description: string | undefined): string | undefined {
  if (description !== undefined && description.length > limit.ec2.versionDescription)
    throw invalidParameter(
      'VersionDescription',
      `${description.slice(0, 64)}…`,
      `At most ${limit.ec2.versionDescription} characters.`,
    );
  return description;
}

export const shownTemplate = (template: LaunchTemplate): TemplateShape => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  CreateTime: new Date(template.createdAtMs),
  CreatedBy: template.createdBy,
  DefaultVersionNumber: template.defaultVersion,
  LatestVersionNumber: template.latestVersion,
  Tags: tagList(template.tags),
});

export const shownVersion = (
  template: LaunchTemplate,
  version: LaunchTemplateVersion,
): VersionShape => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  VersionNumber: version.version,
  VersionDescription: version.description,
  CreateTime: new Date(version.createdAtMs),
  CreatedBy: version.createdBy,
  DefaultVersion: version.version === template.defaultVersion,
  LaunchTemplateData: shownData(version.data),
});

/** Every member of the one shape is a member of the other; JSON has kept the one time as text. */
function shownData(data: RequestLaunchTemplateData): ResponseLaunchTemplateData {
  const options = data.InstanceMarketOptions;
  const until = options?.SpotOptions?.ValidUntil;
  if (until === undefined) return data;
  return {
    ...data,
    InstanceMarketOptions: {
      ...options,
      SpotOptions: { ...options?.SpotOptions, ValidUntil: new Date(until) },
    },
  };
}
