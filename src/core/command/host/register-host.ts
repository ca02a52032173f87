// A host of the user's own joins the cluster of an UNMANAGED environment (user guide, chapter
// Unmanaged Compute Environments). One that fails the AMI specification is kept and takes no jobs:
// its owner sees which requirement it fails.

import { refuse } from '../../../base/refusal.ts';
import {
  hasCluster,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import {
  architectureOf,
  type RegisteredHost,
  type HostAddress,
  type HostFacts,
} from '../../host/host.ts';
import { checkHost } from '../../image/specification.ts';
import { limit } from '../../limit.ts';
import type { World } from '../../world/world.ts';
import type { Decided } from '../decision.ts';
import type { HostId, Scope } from '../../../base/ids.ts';

/** A host of the user's own, which has answered with its facts. */
interface RegisterHost {
  readonly type: 'register-host';
  readonly scope: Scope;
  readonly hostId: HostId;
  /** The ECS cluster of an UNMANAGED environment: its ARN, or its name. */
  readonly cluster: string;
  readonly title: string;
  readonly address: HostAddress;
  readonly facts: HostFacts;
}

interface RegisterHostReply {
  readonly hostId: HostId;
}

export function decideRegisterHost(
  world: World,
  command: RegisterHost,
  nowMs: number,
): Decided<RegisterHostReply> {
  const { scope, hostId, cluster, title, address, facts } = command;
  const environment = environmentOfCluster(world, command);
  if (environment === undefined)
    return refuse('not-found', `Cluster ${cluster} belongs to no compute environment.`);
  if (environment.type !== 'UNMANAGED')
    return refuse(
      'invalid',
      `Compute environment ${environment.name} is MANAGED: its instances are launched, not registered.`,
    );
  for (const host of world.hostsFor(environment)) {
    if (host.kind === 'registered' && host.address.dockerHost === address.dockerHost) {
      return refuse(
        'conflict',
        `${address.dockerHost} is registered already with compute environment ${environment.name}, as ${host.id}.`,
      );
    }
    if (host.kind === 'registered' && architectureOf(host.facts) !== architectureOf(facts)) {
      return refuse(
        'conflict',
        `Compute environment ${environment.name} has hosts of architecture ${architectureOf(host.facts)}, and this one is ${architectureOf(facts)}: an environment has one architecture. Register it with another.`,
      );
    }
  }
  const host: RegisteredHost = {
    kind: 'registered',
    id: hostId,
    scope,
    title,
    computeEnvironmentArn: environment.arn,
    capacity: {
      milliVcpu: facts.vcpus * 1000,
      memoryMib: facts.memoryMib - limit.ecsReservedMemoryMib,
      gpus: facts.gpus,
    },
    status: 'ACTIVE',
    oldContainers: [],
    address,
    facts,
    unfit:
      checkHost(facts)
        .map((failure) => failure.text)
        .join('; ') || undefined,
    registeredAtMs: nowMs,
  };
  return {
    events: [{ type: 'host-stored', host }],
    effects: [{ type: 'link-host', hostId }],
    reply: { hostId },
  };
}

/** By the cluster's ARN or its name. */
export function environmentOfCluster(
  world: World,
  { scope, cluster }: Pick<RegisterHost, 'scope' | 'cluster'>,
): ComputeEnvironment | undefined {
  for (const environment of world.computeEnvironments.values()) {
    if (environment.scope === scope && hasCluster(environment, cluster)) return environment;
  }
  return undefined;
}
