// RunInstances: instances of the caller's own, in the books. By user data that names a cluster for the agent they join an UNMANAGED
// compute environment and run its jobs.

import type { RunInstancesCommandInput, RunInstancesCommandOutput } from '@aws-sdk/client-ec2';
import { hostId } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import { instanceIdOf } from '../../core/host.ts';
import { imageIdForm } from '../../core/image/image.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { madeBefore, tokenOf } from './client-token.ts';
import { change, newId, onAll, view, type Ec2Deps, type Ec2Operation } from './deps.ts';
import { imageIdMalformed, invalidParameter, invalidUserData, invalidValue, noImage, noInstanceTypes, noKeyPair } from './error.ts';
import { defaultVpc, foundGroup, foundSubnet, given, refuse } from './found.ts';
import { architectureWord, deviceOf, imagesOf } from './image.ts';
import { knownInstances, reservationsOf } from './instance.ts';
import { boot, checkInstanceLimit, isShown } from './own-instance.ts';
import type { Ec2Draft, OwnInstance } from './resources.ts';
import { tagsFor } from './tag.ts';

/** Of one call. */
const mostInstances = 1_000;
const mostUserDataBytes = 16_384;

export const runInstances: Ec2Operation<RunInstancesCommandInput, RunInstancesCommandOutput> = {
  authorizes: () => onAll('RunInstances'),

  async handle(deps, input, context) {
    refuse(input, 'LaunchTemplate', 'InstanceMarketOptions', 'NetworkInterfaces', 'SecurityGroups', 'Placement', 'KernelId', 'RamdiskId', 'ElasticGpuSpecification', 'ElasticInferenceAccelerators',
      'CapacityReservationSpecification', 'HibernationOptions', 'LicenseSpecifications', 'EnclaveOptions', 'PrivateIpAddress', 'Ipv6AddressCount', 'Ipv6Addresses', 'SecondaryInterfaces', 'DisableApiTermination', 'Monitoring', 'MetadataOptions', 'CpuOptions', 'CreditSpecification',
      'InstanceInitiatedShutdownBehavior', 'EbsOptimized');
    const facts = factsOf(input, context);
    const tags = tagsFor('instance', input.TagSpecifications);
    const token = tokenOf(input);
    const made = await change(deps, context, input, (draft) => {
      const before = madeBefore(draft.all('instance'), token);
      if (before !== undefined) return draft.all('instance').filter(({ reservationId }) => reservationId === before.reservationId);
      checkType(deps, draft, facts);
      checkInstanceLimit(deps, draft, facts.count, context);
      const nowMs = deps.clock.now();
      // Those that nobody sees any more make room.
      for (const old of draft.all('instance')) if (!isShown(old, nowMs)) draft.remove('instance', old.id);
      const network = networkOf(draft, input);
      const reservationId = newId(deps.ids, 'r');
      return Array.from({ length: facts.count }, () => {
        const id = hostId(`0${deps.ids.attempt().slice(0, 31)}`);
        const { count: _count, ...rest } = facts;
        const one: OwnInstance = { ...rest, ...network, id: instanceIdOf(id), hostId: id, reservationId, launchedAtMs: nowMs, wanted: 'running', changedAtMs: nowMs, tags, token };
        draft.put('instance', one.id, one);
        return one;
      });
    });
    const ec2 = await view(deps, context, {});
    for (const own of made) if (own.wanted === 'running') await boot(deps, ec2, own, context);
    const ids = new Set(made.map(({ id }) => id));
    const [reservation] = reservationsOf((await knownInstances(deps, context, {})).filter(({ id }) => ids.has(id)), context);
    return reservation ?? {};
  },
};

type Facts = Pick<OwnInstance, 'imageId' | 'instanceType' | 'keyName' | 'userData' | 'blockDevices' | 'profile'> & { readonly count: number };

function factsOf(input: RunInstancesCommandInput, { account, region }: RequestContext): Facts {
  const imageId = given(input.ImageId, 'ImageId');
  if (!imageIdForm.test(imageId)) throw imageIdMalformed(imageId);
  const { MinCount: least = 1, MaxCount: count = 1, UserData: userData, IamInstanceProfile: profile } = input;
  if (!Number.isInteger(least) || !Number.isInteger(count) || least < 1 || count < least) throw invalidValue(`Invalid value '${count}' for instance count: MaxCount is at least MinCount, and that at least 1`);
  if (count > mostInstances) throw invalidValue(`At most ${mostInstances} instances can be launched at once`);
  if (userData !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData)) throw invalidUserData('Invalid BASE64 encoding of user data.');
  if (userData !== undefined && Buffer.byteLength(userData, 'base64') > mostUserDataBytes) throw invalidUserData(`User data is limited to ${mostUserDataBytes} bytes`);
  return { imageId, instanceType: input.InstanceType ?? 'm1.small', keyName: input.KeyName, userData, count, profile: profile?.Arn ?? (profile?.Name && `arn:${partitionOf(region)}:iam::${account}:instance-profile/${profile.Name}`), blockDevices: (input.BlockDeviceMappings ?? []).map(deviceOf) };
}

function checkType({ instanceTypes }: Ec2Deps, draft: Ec2Draft, { imageId, instanceType, keyName }: Facts): void {
  const type = instanceTypes.type(instanceType);
  const image = imagesOf(draft).find(({ id }) => id === imageId);
  if (image === undefined) throw noImage(imageId);
  if (type === undefined) throw noInstanceTypes([instanceType]);
  if (type.architecture !== image.architecture) {
    const [of, has] = [architectureWord(type), architectureWord(image)];
    throw invalidValue(`The architecture '${of}' of the specified instance type does not match the architecture '${has}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`);
  }
  if (keyName !== undefined && !draft.all('key-pair').some(({ name }) => name === keyName)) throw noKeyPair(keyName);
}

/** A subnet, or the first of the default VPC; and groups, or the default one of its VPC. */
function networkOf(draft: Ec2Draft, { SubnetId: subnetId, SecurityGroupIds: groupIds = [] }: RunInstancesCommandInput): Pick<OwnInstance, 'subnetId' | 'groupIds'> {
  const subnet = subnetId === undefined ? draft.all('subnet').find(({ vpcId }) => vpcId === defaultVpc(draft)?.id) : foundSubnet(draft, subnetId);
  if (subnet === undefined) throw invalidParameter('subnetId', '', 'There is no default VPC: name a subnet.');
  const groups = groupIds.map((id) => foundGroup(draft, id));
  const ofVpc = groups.length > 0 ? groups : draft.all('security-group').filter(({ vpcId, name }) => vpcId === subnet.vpcId && name === 'default');
  return { subnetId: subnet.id, groupIds: ofVpc.map(({ id }) => id) };
}
