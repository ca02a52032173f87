// A host that runs containers, as placement sees it: this machine, or a container instance of an UNMANAGED environment that
// its owner registered (ADR 0008). It decides nothing; which may take a job is `fit`'s affair.

import type { Arn, AttemptId, HostId, JobId, Scope } from '../base/ids.ts';
import type { Needs } from './job/needs.ts';

interface HostIdentity {
  readonly id: HostId;
  /** What may run at once. */
  readonly capacity: Needs;
  /** How people call it, in reasons. */
  readonly title: string;
}

/**
 * This machine. It serves every MANAGED environment. `alone`: a job larger than it runs when nothing else does, rather than
 * never (DESIGN 4); GPUs have no such mercy.
 */
export interface Machine extends HostIdentity {
  readonly kind: 'machine';
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
  /** Attempts that were declared over and may still run there, until it is heard of them. */
  readonly oldAttempts: readonly OldAttempt[];
  /** Where its Docker engine listens. */
  readonly address: HostAddress;
  readonly facts: HostFacts;
  /** Which requirement of the AMI specification it fails; such a host takes no jobs. */
  readonly unfit?: string | undefined;
  readonly registeredAtMs: number;
}

export type Host = Machine | RegisteredHost;

export interface OldAttempt {
  readonly attemptId: AttemptId;
  readonly jobId: JobId;
}

/** `unix://…`, `tcp://…` or `ssh://…`, with the directory of ca.pem, cert.pem and key.pem where TLS is spoken. */
export interface HostAddress {
  readonly dockerHost: string;
  readonly certPath?: string | undefined;
}

/** What a host says of itself. */
export interface HostFacts {
  readonly dockerVersion: string;
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  /** `linux` or `windows`. */
  readonly osType: string;
  /** As Docker says it: `x86_64`, `aarch64`. */
  readonly architecture: string;
  readonly vcpus: number;
  /** Installed. */
  readonly memoryMib: number;
  readonly gpus: number;
  /** Containers can be given GPUs. */
  readonly gpuRuntime: boolean;
  readonly logDrivers: readonly string[];
}

/** Why a host takes no jobs, whatever its room; undefined: it does. */
export function unavailable(host: Host): string | undefined {
  if (host.kind === 'machine') return undefined;
  if (host.lost !== undefined) return `nothing is heard of ${host.title}`;
  if (host.unfit !== undefined) return `${host.title} does not meet the AMI specification: ${host.unfit}`;
  if (host.oldAttempts.length > 0) return `${host.title} is heard of again, and what ran there before is being ended`;
  return host.status === 'DRAINING' ? `${host.title} is being drained` : undefined;
}
