// What of the things that compute environments name is known to our own IAM and EC2: looked up for
// a call that makes or changes an environment. It judges nothing.

import type { ComputeResource, ComputeResourceUpdate } from '@aws-sdk/client-batch';
import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import {
  nothingKnown,
  type AllReferences,
  type KnownReferences,
  type KnownRoles,
} from '../../core/compute-environment/references.ts';
import type { LaunchTemplateData } from '../../core/launch-template/launch-template.ts';
import type { Settings } from '../../core/settings.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { deviceOf, imagesOf } from '../ec2/image/image.ts';
import { versionsOf } from '../ec2/launch-template/launch-template.ts';
import { knownSubnets } from '../ec2/network/network.ts';
import type { Ec2Kinds, Ec2View } from '../ec2/resources.ts';
import { iamScope } from '../iam/deps.ts';
import type { IamKinds, IamView } from '../iam/resources.ts';
import { knownRoles } from '../iam/known-roles.ts';
import { profileArn } from '../iam/show.ts';
import type { ResourceSpace } from '../resource-space.ts';

/** The resources of an environment as they are, and as they are to be. */
export type NamedResources = readonly (ComputeResource | ComputeResourceUpdate | undefined)[];

interface ReferenceSpaces {
  readonly ec2: ResourceSpace<Ec2Kinds>;
  readonly iam: ResourceSpace<IamKinds>;
  readonly settings: Pick<Settings, 'references'>;
}

export const knownReferences =
  ({ ec2, iam, settings }: ReferenceSpaces) =>
  async (context: RequestContext, named: NamedResources): Promise<KnownReferences> => {
    const isStrict = settings.references === 'strict';
    const iamView = await iam.view(iamScope(context));
    const roles = knownRoles(iamView, context, isStrict);
    if (!isStrict && !named.some(namesEc2)) return { ...nothingKnown, roles };
    const view = await ec2.view(context.scope);
    const subnets = knownSubnets(view);
    const images = imagesOf(view).filter(({ isPublic }) => !isPublic);
    return {
      images,
      launchTemplates: templatesOf(view),
      subnets,
      roles,
      all: isStrict ? allReferences(view, iamView, roles, context) : undefined,
    };
  };

const namesEc2 = (resources: NamedResources[number]): boolean =>
  Boolean(
    resources?.subnets?.length ||
    resources?.managedInstancesProvider?.instanceLaunchTemplate?.networkConfiguration?.subnets
      ?.length ||
    resources?.imageId ||
    resources?.launchTemplate ||
    resources?.ec2Configuration?.some(({ imageIdOverride }) => imageIdOverride),
  );

const templatesOf = (ec2: Ec2View): KnownReferences['launchTemplates'] =>
  ec2.all('launch-template').map((template) => ({
    id: template.id,
    name: template.name,
    defaultVersion: template.defaultVersion,
    latestVersion: template.latestVersion,
    versions: versionsOf(ec2, template).map(({ version, data }) => ({
      version,
      data: templateData(data),
    })),
  }));

/** The members that environments look at. */
function templateData(data: RequestLaunchTemplateData): LaunchTemplateData {
  const tags = (data.TagSpecifications ?? [])
    .filter(({ ResourceType: type }) => type === 'instance')
    .flatMap(({ Tags }) => Tags ?? []);
  return {
    imageId: data.ImageId,
    keyName: data.KeyName,
    securityGroupIds: data.SecurityGroupIds,
    networkInterfaces: data.NetworkInterfaces?.map((one) => ({
      deviceIndex: one.DeviceIndex,
      subnetId: one.SubnetId,
      groups: one.Groups,
      associatePublicIp: one.AssociatePublicIpAddress,
    })),
    instanceTags:
      tags.length === 0
        ? undefined
        : Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    blockDevices: data.BlockDeviceMappings?.map(deviceOf),
    userData: data.UserData,
    placementGroup: data.Placement?.GroupName,
    instanceType: data.InstanceType,
    instanceProfile: data.IamInstanceProfile?.Arn ?? data.IamInstanceProfile?.Name,
    instanceMarketOptions: data.InstanceMarketOptions,
    disableApiTermination: data.DisableApiTermination,
  };
}

function allReferences(
  ec2: Ec2View,
  iam: IamView,
  roles: KnownRoles,
  context: RequestContext,
): AllReferences {
  return {
    serviceRoles: roles.service,
    spotFleetRoles: roles.spotFleet,
    infrastructureRoles: roles.infrastructure,
    instanceProfiles: iam
      .all('instance-profile')
      .flatMap((profile) => [profile.name, profileArn(context, profile)]),
    securityGroups: ec2.all('security-group').map(({ id }) => id),
    keyPairs: ec2.all('key-pair').map(({ name }) => name),
    placementGroups: ec2.all('placement-group').map(({ name }) => name),
  };
}
