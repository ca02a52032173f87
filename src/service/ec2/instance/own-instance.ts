// Instances of the caller's own (RunInstances). One whose user data tells its agent of a cluster is
// a host of that UNMANAGED environment while it runs; any other is a record that runs nothing. The
// record says what is wanted of it, and its host, where it is one, how far that has come.

import type { InstanceStateName } from '@aws-sdk/client-ec2';
import { isRefusal } from '../../../base/refusal.ts';
import { lackOf } from '../../../core/compute-environment/subnet.ts';
import { imageFailures } from '../../../core/image/specification.ts';
import { schedulableGpus } from '../../../core/instance-type/instance-type.ts';
import {
  agentSettingsOf,
  type AgentSettings,
} from '../../../core/launch-template/agent-settings.ts';
import { readArchive, type UserDataPart } from '../../../core/launch-template/user-data.ts';
import { limit } from '../../../core/limit.ts';
import type { InstanceView } from '../../../port/instance-reader.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import type { Ec2Deps } from '../deps.ts';
import { fromRefusal, instanceLimitExceeded } from '../error.ts';
import { imagesOf } from '../image/image.ts';
import { knownSubnets } from '../network/network.ts';
import type { Ec2View, OwnInstance } from '../resources.ts';

/** What EC2 shows of it; `host`: as which it stands in a cluster. */
export function ownState(
  { wanted }: OwnInstance,
  host: InstanceView | undefined,
): InstanceStateName {
  const ends = host?.instance.state === 'SHUTTING_DOWN';
  if (wanted === 'running') return host?.instance.state === 'PENDING' ? 'pending' : 'running';
  if (wanted === 'stopped') return ends ? 'stopping' : 'stopped';
  return ends ? 'shutting-down' : 'terminated';
}

/** Throws where so many more would be beyond the limit. A stopped one counts no more. */
export function checkInstanceLimit(
  { instances, instanceLimit }: Ec2Deps,
  ec2: Ec2View,
  more: number,
  { scope }: RequestContext,
): void {
  const managed = instances
    .instances(scope, Number.POSITIVE_INFINITY)
    .filter(({ instance }) => instance.own === undefined).length;
  const wanted =
    managed + ec2.all('instance').filter((own) => own.wanted === 'running').length + more;
  if (wanted > instanceLimit) throw instanceLimitExceeded(wanted, instanceLimit);
}

/** Terminated ones are shown for an hour. */
export const isShown = ({ wanted, changedAtMs }: OwnInstance, nowMs: number): boolean =>
  wanted !== 'terminated' || changedAtMs > nowMs - limit.endedInstanceMs;

/**
 * What its user data tells the agent; cloud-init takes a script as it is, or an archive of parts.
 * What is neither tells nothing.
 */
export function agentOf(userData: string | undefined): AgentSettings {
  const text = Buffer.from(userData ?? '', 'base64').toString();
  const archive = readArchive(text);
  const parts: readonly UserDataPart[] = isRefusal(archive)
    ? [{ contentType: 'text/plain', content: text }]
    : archive;
  return agentSettingsOf(parts);
}

/**
 * It boots: with an agent that knows a cluster, and reaches it from its subnet, it joins that. A
 * cluster that is not there, or takes none, is the agent's trouble and not EC2's.
 */
export async function boot(
  deps: Ec2Deps,
  ec2: Ec2View,
  own: OwnInstance,
  context: RequestContext,
): Promise<void> {
  const agent = agentOf(own.userData);
  const type = deps.instanceTypes.type(own.instanceType);
  const image = imagesOf(ec2).find(({ id }) => id === own.imageId);
  if (agent.cluster === undefined || type === undefined || image?.software.agent === undefined)
    return;
  const subnet = knownSubnets(ec2).find(({ id }) => id === own.subnetId);
  if (subnet !== undefined && lackOf(subnet, own.hasPublicIp ?? subnet.mapPublicIp) !== undefined)
    return;
  const reply = await deps.bus.submit(
    {
      type: 'start-instance',
      scope: context.scope,
      hostId: own.hostId,
      cluster: agent.cluster,
      instanceType: own.instanceType,
      imageId: own.imageId,
      reservedMemoryMib: agent.reservedMemoryMib,
      ...imageFailures(image, {
        architecture: type.architecture,
        gpus: schedulableGpus(type) > 0,
        loggingDrivers: agent.loggingDrivers,
      }),
      launch: {
        subnetId: own.subnetId,
        securityGroupIds: own.groupIds,
        keyName: own.keyName,
        tags: {},
      },
    },
    context,
  );
  if (isRefusal(reply) && reply.refusal === 'busy') throw fromRefusal(reply);
}
