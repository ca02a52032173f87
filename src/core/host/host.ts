// A host that runs containers, as placement sees it: this machine, an instance of a managed
// environment, or a container instance of an UNMANAGED one that its owner registered (ADR 0008). It
// decides nothing; which may take a job is `fit`'s affair.

import { never } from '../../base/assert.ts';
import type { Arn, ConnectionKey, ContainerId, HostId, JobId, Scope } from '../../base/ids.ts';
import type { Needs } from '../job/needs.ts';
import type { BlockDevice } from '../launch-template/block-devices.ts';

interface HostIdentity {
  readonly id: HostId;
  /** What may run at once. */
  readonly capacity: Needs;
  /** How people call it, in reasons. */
  readonly title: string;
}

/**
 * This machine. Fargate's jobs take of it directly, instances are slices of it. `alone`: a job
 * larger than it runs when nothing else does, rather than never; GPUs have no such mercy.
 */
export interface Machine extends HostIdentity {
  readonly kind: 'machine';
  /** Its private IPv4 address, where it has one that others reach. */
  readonly address?: string | undefined;
  /**
   * `x86_64` or `arm64`: what containers run as, whatever instance type they are said to run on.
   */
  readonly architecture?: string | undefined;
  /** What its engine says of itself; known when it is open. */
  readonly engine?:
    | {
        readonly runtime?: HostFacts['runtime'] | undefined;
        readonly logDrivers: readonly string[];
      }
    | undefined;
}

/** A host of the user's own; it serves one environment. */
export interface RegisteredHost extends HostIdentity {
  readonly kind: 'registered';
  readonly scope: Scope;
  readonly computeEnvironmentArn: Arn;
  /** ECS's words: a DRAINING one takes no more jobs and finishes those it has. */
  readonly status: 'ACTIVE' | 'DRAINING';
  /** Present while nothing is heard of it; its attempts were declared over then. */
  readonly lost?: { readonly sinceMs: number } | undefined;
  /** Containers that were declared over and may still run there, until it is heard of them. */
  readonly oldContainers: readonly OldContainer[];
  /** Where its engine listens. */
  readonly endpoint: EngineEndpoint;
  readonly facts: HostFacts;
  /** Which requirement of the AMI specification it fails; such a host takes no jobs. */
  readonly unfit?: string | undefined;
  readonly registeredAtMs: number;
}

/**
 * An instance of an environment: it has its type's resources in the books, and where it is a slice
 * of a machine, that bounds what really runs at once (doc/instances.md). One that has ended is no
 * host any more.
 */
export interface Instance extends HostIdentity {
  readonly kind: 'instance';
  readonly scope: Scope;
  readonly computeEnvironmentArn: Arn;
  /**
   * Launched by its owner (EC2 RunInstances) into an UNMANAGED environment: it stays when it is
   * idle.
   */
  readonly own?: true | undefined;
  /**
   * The machine that it is a slice of, where its containers run; absent: it is a machine of its
   * own, and its books alone say what fits.
   */
  readonly machineId?: HostId | undefined;
  /** Of a machine of its own that says so: what its containers run as, in EC2's word. */
  readonly architecture?: string | undefined;
  /** Of a node that others use as well: what it could have for jobs if they did not. */
  readonly atMost?: Needs | undefined;
  /** … and where those on its network are reached. */
  readonly address?: string | undefined;
  /** Which engine runs its containers, where hosts share it; absent: its machine's. */
  readonly connection?: ConnectionKey | undefined;
  /** What that engine calls it: a node's name. */
  readonly reference?: string | undefined;
  /** By which it is told from another that has its name later. */
  readonly uid?: string | undefined;
  /** Its id in EC2, where that is not made of the host's: a node of a cluster may have one. */
  readonly instanceId?: string | undefined;
  /** It is no machine at all: it stands for a cluster that chooses the node of each job. */
  readonly isCluster?: true | undefined;
  /** … of which nothing is heard just now: it takes no jobs meanwhile. */
  readonly unheard?: true | undefined;
  /** Its name in the catalogue. */
  readonly instanceType: string;
  readonly spot: boolean;
  /**
   * The environment's revision when it was launched: one of an older revision is being replaced.
   */
  readonly revision: number;
  readonly imageId?: string | undefined;
  /**
   * DRAINING takes no more jobs and ends with its last one; SHUTTING_DOWN waits only until what ran
   * there has stopped.
   */
  readonly state: 'PENDING' | 'RUNNING' | 'DRAINING' | 'SHUTTING_DOWN';
  /** Which requirement of the AMI specification its image fails; such an instance takes no jobs. */
  readonly unfit?: string | undefined;
  /**
   * Which it fails that only nodes of multi-node parallel jobs need; such an instance takes no
   * nodes.
   */
  readonly unfitForNodes?: string | undefined;
  readonly launchedAtMs: number;
  /** When it was last left idle; absent where no job ever ran on it. */
  readonly lastJobEndedAtMs?: number | undefined;
  /** While DRAINING: when its jobs are ended though they still run. */
  readonly drainUntilMs?: number | undefined;
  /** While SHUTTING_DOWN. */
  readonly ending?:
    | {
        readonly cause: EndCause;
        readonly sinceMs: number;
        /** Of its owner's: what EC2 was asked for; absent: it leaves its cluster and runs on. */
        readonly becomes?: 'stopped' | 'terminated' | undefined;
      }
    | undefined;
  /** Absent where nobody asked for any. */
  readonly launch?: LaunchFacts | undefined;
}

/** What an instance was launched with, for EC2 to show; nothing rests on it. */
export interface LaunchFacts {
  readonly subnetId?: string | undefined;
  /**
   * No other instance of the account and region has it meanwhile; EC2 makes an address in the
   * subnet of it. Absent in rows of an earlier version.
   */
  readonly addressNumber?: number | undefined;
  readonly securityGroupIds: readonly string[];
  readonly keyName?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** By name or ARN. */
  readonly instanceProfile?: string | undefined;
  readonly placementGroup?: string | undefined;
  readonly blockDevices?: readonly BlockDevice[] | undefined;
}

/** Who wants an instance to end. `provider`: it could not be launched, or is gone. */
export type EndCause = 'scaling' | 'user' | 'interruption' | 'provider';

/** One that is gone: EC2 shows it for a while. */
export interface EndedInstance {
  readonly instance: Instance;
  readonly endedAtMs: number;
}

/**
 * A host whose containers run somewhere of its own or on a machine, and which belongs to one
 * environment.
 */
export type EnvironmentHost = RegisteredHost | Instance;

export type Host = Machine | EnvironmentHost;

/**
 * The host's id in EC2: its own, or one made of the host's: stable, and of the form that clients
 * match.
 */
export const instanceIdOf = ({
  id,
  instanceId,
}: {
  readonly id: HostId;
  readonly instanceId?: string | undefined;
}): string => instanceId ?? `i-${id.slice(0, 17)}`;

export interface OldContainer {
  readonly containerId: ContainerId;
  readonly jobId: JobId;
}

/**
 * How the engine of a host is reached: its connector alone reads it. Equal URLs are one engine.
 * `certPath`: the directory of ca.pem, cert.pem and key.pem where TLS is spoken.
 */
export interface EngineEndpoint {
  readonly url: string;
  readonly certPath?: string | undefined;
}

/** What a host says of itself. */
export interface HostFacts {
  /** What runs its containers: `Docker`, `containerd`. */
  readonly runtime: { readonly name: string; readonly version: string };
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  /** `linux` or `windows`. */
  readonly osType: string;
  /** EC2's word, where there is one: `x86_64`, `arm64`. */
  readonly architecture: string;
  readonly vcpus: number;
  /** Installed. */
  readonly memoryMib: number;
  readonly gpus: number;
  /** Containers can be given GPUs. */
  readonly canGiveGpus: boolean;
  readonly logDrivers: readonly string[];
  /**
   * Where containers on its own network are reached; absent: where this machine's are.
   */
  readonly networkName?: string | undefined;
}

/**
 * What containers run as on a host whose engine is its own: EC2's word; undefined where nobody
 * says.
 */
export function runsAs(host: Machine | RegisteredHost): string | undefined {
  return host.kind === 'machine' ? host.architecture : host.facts.architecture;
}

/** Why a host takes no jobs, whatever its room; undefined: it does. */
export function unavailable(host: Host): string | undefined {
  if (host.kind === 'machine') return undefined;
  if (host.kind === 'instance') return instanceUnavailable(host);
  if (host.lost !== undefined) return `nothing is heard of ${host.title}`;
  if (host.unfit !== undefined)
    return `${host.title} does not meet the AMI specification: ${host.unfit}`;
  if (host.oldContainers.length > 0)
    return `${host.title} is heard of again, and what ran there before is being ended`;
  return host.status === 'DRAINING' ? `${host.title} is being drained` : undefined;
}

function instanceUnavailable({ title, state, unfit, unheard }: Instance): string | undefined {
  if (unheard) return `nothing is heard of ${title}`;
  if (unfit !== undefined) return `${title} does not meet the AMI specification: ${unfit}`;
  switch (state) {
    case 'PENDING':
      return `${title} is starting`;
    case 'RUNNING':
      return undefined;
    case 'DRAINING':
      return `${title} is being drained`;
    case 'SHUTTING_DOWN':
      return `${title} is shutting down`;
    default:
      return never(state);
  }
}
