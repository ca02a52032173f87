// A host of the user's own joins the cluster of an UNMANAGED environment (user guide, chapter
// Unmanaged Compute Environments). One that fails the AMI specification is kept and takes no jobs:
// its owner sees which requirement it fails.

import { refuse } from '../../../base/refusal.ts';
import {
  hasCluster,
  type ComputeEnvironment,
} from '../../compute-environment/compute-environment.ts';
import { type EngineEndpoint, type RegisteredHost, type HostFacts } from '../../host/host.ts';
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
  readonly endpoint: EngineEndpoint;
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
  const { scope, hostId, cluster, title, endpoint, facts } = command;
  const environment = environmentOfCluster(world, command);
  if (environment === undefined)
    return refuse('not-found', `Cluster ${cluster} belongs to no compute environment.`);
  if (environment.type !== 'UNMANAGED')
    return refuse(
      'invalid',
      `Compute environment ${environment.name} is MANAGED: its instances are launched, not registered.`,
    );
  for (const host of world.hostsFor(environment)) {
    if (host.kind === 'registered' && host.endpoint.url === endpoint.url) {
      return refuse(
        'conflict',
        `${endpoint.url} is registered already with compute environment ${environment.name}, as ${host.id}.`,
      );
    }
    if (host.kind === 'registered' && host.facts.architecture !== facts.architecture) {
      return refuse(
        'conflict',
        `Compute environment ${environment.name} has hosts of architecture ${host.facts.architecture}, and this one is ${facts.architecture}: an environment has one architecture. Register it with another.`,
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
    endpoint,
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
