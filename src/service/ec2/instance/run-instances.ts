// RunInstances: instances of the caller's own, in the books. By user data that names a cluster for
// the agent they join an UNMANAGED compute environment and run its jobs.

import type { RunInstancesCommandInput, RunInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { hostId } from '../../../base/ids.ts';
import { instanceProfileArn } from '../../../core/arn.ts';
import { instanceIdOf } from '../../../core/host/host.ts';
import { imageIdForm } from '../../../core/image/image.ts';
import type { Conditions, RequestContext } from '../../../wire/operation.ts';
import { madeBefore, tokenOf } from '../client-token.ts';
import { passRole } from '../../access.ts';
import { arnOf, creation } from '../access.ts';
import { change, newId, view, type Ec2Deps, type Ec2Operation } from '../deps.ts';
import {
  imageIdMalformed,
  invalidParameter,
  invalidCombination,
  invalidUserData,
  invalidValue,
  noImage,
  noInstanceTypes,
  noKeyPair,
  notSupported,
} from '../error.ts';
import { defaultVpc, foundGroup, foundSubnet, given, refuse } from '../found.ts';
import { architectureWord, deviceOf, imagesOf } from '../image/image.ts';
import { reservationsOf } from './instance.ts';
import { knownInstances } from './known-instance.ts';
import { boot, checkInstanceLimit, isShown } from './own-instance.ts';
import { freeAddress } from '../network/private-address.ts';
import type { Ec2Draft, OwnInstance, Subnet } from '../resources.ts';
import { tagsFor } from '../tag.ts';
import { limit } from '../../../core/limit.ts';

/** What a launch names, or leaves to EC2. */
function launchedFrom(input: RunInstancesCommandInput, context: RequestContext): string[] {
  const cards = input.NetworkInterfaces ?? [];
  const subnets = [input.SubnetId, ...cards.map(({ SubnetId }) => SubnetId)];
  const groups = [input.SecurityGroupIds, ...cards.map(({ Groups }) => Groups)].flatMap(
    (ids) => ids ?? [],
  );
  const orAny = (ids: readonly (string | undefined)[]): readonly (string | undefined)[] => {
    const named = ids.filter((id) => id !== undefined);
    return named.length === 0 ? [undefined] : named;
  };
  return [
    arnOf(context, 'image', input.ImageId),
    ...orAny(subnets).map((id) => arnOf(context, 'subnet', id)),
    ...orAny(groups).map((id) => arnOf(context, 'security-group', id)),
    ...(input.KeyName === undefined ? [] : [arnOf(context, 'key-pair', input.KeyName)]),
  ];
}

/** What a launch says of its instances, in condition keys. */
function saidOf(input: RunInstancesCommandInput, { scope }: RequestContext): Conditions {
  const profile = profileOf(input);
  const said: Readonly<Record<string, string | undefined>> = {
    'ec2:ImageID': input.ImageId,
    'ec2:InstanceType': input.InstanceType,
    'ec2:KeyPairName': input.KeyName,
    'ec2:InstanceProfile': profile && instanceProfileArn(scope, profile),
    'ec2:AvailabilityZone': input.Placement?.AvailabilityZone,
    'ec2:Tenancy': input.Placement?.Tenancy,
  };
  return Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => (value ? [[key, value]] : [])),
  );
}

export const runInstances: Ec2Operation<RunInstancesCommandInput, RunInstancesCommandOutput> = {
  authorizes: (input, context) => [
    ...creation(
      'RunInstances',
      context,
      input,
      ['instance', 'network-interface', 'volume'].map((kind) => arnOf(context, kind)),
      launchedFrom(input, context),
      () => saidOf(input, context),
    ),
    ...passRole(context, ['ec2.amazonaws.com'], { profiles: [profileOf(input)] }),
  ],

  async handle(deps, input, context) {
    refuse(
      input,
      'LaunchTemplate',
      'InstanceMarketOptions',
      'SecurityGroups',
      'KernelId',
      'RamdiskId',
      'ElasticGpuSpecification',
      'ElasticInferenceAccelerators',
      'CapacityReservationSpecification',
      'HibernationOptions',
      'LicenseSpecifications',
      'EnclaveOptions',
      'Ipv6AddressCount',
      'Ipv6Addresses',
      'SecondaryInterfaces',
      'DisableApiTermination',
      'DisableApiStop',
      'PrivateDnsNameOptions',
      'MaintenanceOptions',
      'MetadataOptions',
      'CpuOptions',
      'CreditSpecification',
      'EbsOptimized',
    );
    if (input.Monitoring?.Enabled) refuse(input, 'Monitoring');
    if ((input.InstanceInitiatedShutdownBehavior ?? 'stop') !== 'stop')
      refuse(input, 'InstanceInitiatedShutdownBehavior');
    const facts = factsOf(input, context);
    const tags = tagsFor('instance', input.TagSpecifications);
    const token = tokenOf(input);
    const made = await change(deps, context, input, (draft) => {
      const before = madeBefore(draft.all('instance'), token);
      if (before !== undefined)
        return draft
          .all('instance')
          .filter(({ reservationId }) => reservationId === before.reservationId);
      checkType(deps, draft, facts);
      checkInstanceLimit(deps, draft, facts.count, context);
      const nowMs = deps.clock.now();
      // Those that nobody sees any more make room.
      for (const old of draft.all('instance'))
        if (!isShown(old, nowMs)) draft.remove('instance', old.id);
      const network = networkOf(draft, facts.network);
      const others = deps.instances.instances(context.scope, Number.POSITIVE_INFINITY);
      const reservationId = newId(deps.ids, 'r');
      return Array.from({ length: facts.count }, () => {
        const id = hostId(`0${deps.ids.random().slice(0, 31)}`);
        const { count: _count, network: asked, ...rest } = facts;
        const privateIp = freeAddress(
          draft,
          others,
          asked.privateIp,
          foundSubnet(draft, network.subnetId),
        );
        const one: OwnInstance = {
          ...rest,
          ...network,
          privateIp,
          hasPublicIp: asked.hasPublicIp,
          id: instanceIdOf({ id }),
          hostId: id,
          reservationId,
          launchedAtMs: nowMs,
          wanted: 'running',
          changedAtMs: nowMs,
          tags,
          token,
        };
        draft.put('instance', one.id, one);
        return one;
      });
    });
    const ec2 = await view(deps, context, {});
    for (const own of made) if (own.wanted === 'running') await boot(deps, ec2, own, context);
    const ids = new Set(made.map(({ id }) => id));
    const [reservation] = reservationsOf(
      (await knownInstances(deps, context, {})).filter(({ id }) => ids.has(id)),
      context,
    );
    return reservation ?? {};
  },
};

type Facts = Pick<
  OwnInstance,
  'imageId' | 'instanceType' | 'keyName' | 'userData' | 'blockDevices' | 'profile'
> & { readonly count: number; readonly network: AskedNetwork };

const profileOf = ({ IamInstanceProfile: profile }: RunInstancesCommandInput): string | undefined =>
  profile?.Arn ?? profile?.Name;

function factsOf(input: RunInstancesCommandInput, { scope }: RequestContext): Facts {
  const imageId = given(input.ImageId, 'ImageId');
  if (!imageIdForm.test(imageId)) throw imageIdMalformed(imageId);
  const { MinCount: least = 1, MaxCount: count = 1, UserData: userData } = input;
  const profile = profileOf(input);
  if (!Number.isInteger(least) || !Number.isInteger(count) || least < 1 || count < least)
    throw invalidValue(
      `Invalid value '${count}' for instance count: MaxCount is at least MinCount, and that at least 1`,
    );
  if (count > limit.ec2.instancesAtOnce)
    throw invalidValue(`At most ${limit.ec2.instancesAtOnce} instances can be launched at once`);
  if (userData !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData))
    throw invalidUserData('Invalid BASE64 encoding of user data.');
  if (userData !== undefined && Buffer.byteLength(userData, 'base64') > limit.ec2.userDataBytes)
    throw invalidUserData(`User data is limited to ${limit.ec2.userDataBytes} bytes`);
  return {
    imageId,
    instanceType: input.InstanceType ?? 'm1.small',
    keyName: input.KeyName,
    userData,
    count,
    profile: profile && instanceProfileArn(scope, profile),
    blockDevices: (input.BlockDeviceMappings ?? []).map(deviceOf),
    network: askedNetwork(input),
  };
}

function checkType(
  { instanceTypes }: Ec2Deps,
  draft: Ec2Draft,
  { imageId, instanceType, keyName }: Facts,
): void {
  const type = instanceTypes.type(instanceType);
  const image = imagesOf(draft).find(({ id }) => id === imageId);
  if (image === undefined) throw noImage(imageId);
  if (type === undefined) throw noInstanceTypes([instanceType]);
  if (type.architecture !== image.architecture) {
    const [of, has] = [architectureWord(type), architectureWord(image)];
    throw invalidValue(
      `The architecture '${of}' of the specified instance type does not match the architecture '${has}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
  }
  if (keyName !== undefined && !draft.all('key-pair').some(({ name }) => name === keyName))
    throw noKeyPair(keyName);
}

interface AskedNetwork {
  readonly subnetId?: string | undefined;
  readonly groupIds: readonly string[];
  readonly privateIp?: string | undefined;
  readonly hasPublicIp?: boolean | undefined;
  readonly zone?: string | undefined;
}

/** Said of the instance itself, or of its one network interface. */
function askedNetwork(input: RunInstancesCommandInput): AskedNetwork {
  const {
    AvailabilityZone: zone,
    GroupName: _group,
    Tenancy: tenancy = 'default',
    ...otherPlacement
  } = input.Placement ?? {};
  if (tenancy !== 'default' || input.Placement?.GroupName) throw notSupported('Placement');
  refuse(
    otherPlacement,
    'HostId',
    'HostResourceGroupArn',
    'PartitionNumber',
    'Affinity',
    'SpreadDomain',
    'GroupId',
    'AvailabilityZoneId',
  );
  const [card, ...more] = input.NetworkInterfaces ?? [];
  if (card === undefined)
    return {
      subnetId: input.SubnetId,
      groupIds: input.SecurityGroupIds ?? [],
      privateIp: input.PrivateIpAddress,
      zone,
    };
  if (more.length > 0 || (card.DeviceIndex ?? 0) !== 0)
    throw notSupported('More than one network interface');
  if (
    input.SubnetId !== undefined ||
    (input.SecurityGroupIds?.length ?? 0) > 0 ||
    input.PrivateIpAddress !== undefined
  ) {
    throw invalidCombination(
      'Network interfaces and an instance-level subnet ID, security groups or private address may not be specified on the same request',
    );
  }
  refuse(
    card,
    'NetworkInterfaceId',
    'Ipv6AddressCount',
    'Ipv6Addresses',
    'SecondaryPrivateIpAddressCount',
    'AssociateCarrierIpAddress',
    'Ipv4PrefixCount',
    'Ipv4Prefixes',
    'Ipv6PrefixCount',
    'Ipv6Prefixes',
    'NetworkCardIndex',
  );
  if (
    (card.InterfaceType ?? 'interface') !== 'interface' ||
    (card.PrivateIpAddresses?.length ?? 0) > 1
  )
    throw notSupported('This kind of network interface');
  return {
    subnetId: card.SubnetId,
    groupIds: card.Groups ?? [],
    privateIp: card.PrivateIpAddress ?? card.PrivateIpAddresses?.[0]?.PrivateIpAddress,
    hasPublicIp: card.AssociatePublicIpAddress,
    zone,
  };
}

/**
 * A subnet, or the first of the default VPC, in the zone where one is asked for; and groups, or the
 * default one of its VPC.
 */
function networkOf(
  draft: Ec2Draft,
  { subnetId, groupIds, zone }: AskedNetwork,
): Pick<OwnInstance, 'subnetId' | 'groupIds'> {
  const isThere = (subnet: Subnet): boolean => zone === undefined || subnet.zone === zone;
  const subnet =
    subnetId === undefined
      ? draft.all('subnet').find((one) => one.vpcId === defaultVpc(draft)?.id && isThere(one))
      : foundSubnet(draft, subnetId);
  if (subnet !== undefined && !isThere(subnet))
    throw invalidParameter(
      'availabilityZone',
      zone ?? '',
      `Subnet ${subnet.id} is in ${subnet.zone}.`,
    );
  if (subnet === undefined)
    throw invalidParameter('subnetId', '', 'There is no default VPC: name a subnet.');
  const groups = groupIds.map((id) => foundGroup(draft, id));
  const ofVpc =
    groups.length > 0
      ? groups
      : draft
          .all('security-group')
          .filter(({ vpcId, name }) => vpcId === subnet.vpcId && name === 'default');
  return { subnetId: subnet.id, groupIds: ofVpc.map(({ id }) => id) };
}
