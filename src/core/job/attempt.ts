// One attempt at one job: its own small union, beside the job's. An attempt that ended is never
// started again.

import {
  containerIdOf,
  type Arn,
  type AttemptId,
  type ConnectionKey,
  type ContainerId,
  type HostId,
} from '../../base/ids.ts';
import { limit } from '../limit.ts';
import { logStreamOf, type LogStream, type LogTarget } from './container.ts';
import type { ContainerRun, EndedContainer } from './container-run.ts';
import type { Needs } from './needs.ts';
import type { EndedStatus } from './status.ts';
import type { ContainerTerms, JobTerms } from './terms.ts';

/**
 * How a container ended. `outOfMemory` beside exit code 0 means that a child was killed and the job
 * succeeded.
 */
export interface Exit {
  /** 128 + signal where a signal ended it, as a shell counts. */
  readonly exitCode: number;
  readonly signal?: string | undefined;
  readonly outOfMemory: boolean;
  /** What the engine has to say beyond the code, if anything; becomes `container.reason`. */
  readonly reason?: string | undefined;
}

/** Where something runs, and how that is reached. */
interface OnHost {
  readonly hostId: HostId;
  /** Of a host that shares its engine; absent: its own, or its machine's. */
  readonly connection?: ConnectionKey | undefined;
}

/** A container and where it is: all that an engine has to be told. */
export interface ContainerOnHost extends OnHost {
  readonly containerId: ContainerId;
}

/** An attempt and where it is. */
export interface AttemptOnHost extends OnHost {
  readonly attemptId: AttemptId;
}

/** One of the attempt's containers, with where it is. */
export function containerOnHost(
  { attemptId, hostId, connection }: AttemptOnHost,
  index: number,
): ContainerOnHost {
  const containerId = containerIdOf(attemptId, index);
  return connection === undefined ? { containerId, hostId } : { containerId, hostId, connection };
}

/** Where a node of a multi-node parallel job goes. */
export interface NodeOnHost extends AttemptOnHost {
  readonly node: number;
}

/** What placement decided for an attempt; the same in each of its states. */
export interface Placement extends AttemptOnHost {
  /** Counted from 1; AWS_BATCH_JOB_ATTEMPT. */
  readonly number: number;
  /**
   * The id in EC2 of the host, or of the node that its cluster has chosen, where that is not made
   * of the host's own: it stays true when that is gone.
   */
  readonly instanceId?: string | undefined;
  readonly computeEnvironmentArn: Arn;
  /**
   * The name of the environment's ECS cluster. It stays true after the environment is gone and
   * another has its name; absent in rows of an earlier version.
   */
  readonly cluster?: string | undefined;
  /**
   * Where its output goes; absent where another log driver takes it, or where it has several
   * containers.
   */
  readonly log?: LogStream | undefined;
  /** Where its pod is, on Amazon EKS. */
  readonly pod?: PodPlacement | undefined;
  /** Its cluster chooses the node. */
  readonly anyNode?: true | undefined;
  /** … and has chosen this one; absent: none yet. */
  readonly nodeName?: string | undefined;
  /** How a node of a multi-node parallel job reaches the others. */
  readonly network?: JobNetwork | undefined;
  /** Likewise, once it runs: the private IPv4 address at which the others reach it. */
  readonly address?: string | undefined;
}

/** It stays true after the environment and the node are gone. */
export interface PodPlacement {
  readonly clusterArn: string;
  /** The environment's: what the pod's own metadata says goes before it. */
  readonly namespace: string;
  /** The name of its node, where that is not the cluster's to choose. */
  readonly node?: string | undefined;
}

/** What the nodes of one attempt at a multi-node parallel job have in common. */
export interface JobNetwork {
  /** The main node's attempt. */
  readonly id: AttemptId;
  /**
   * `private`: one engine runs all nodes, and they have a network to themselves; `host`: each uses
   * its host's.
   */
  readonly kind: 'private' | 'host';
}

/** A node's placement, kept until the main node runs. */
export interface NodePlacement extends Placement {
  readonly node: number;
}

/** What an attempt carries while it is under way. */
interface UnderWay extends Placement {
  readonly placedAtMs: number;
  /** Where each container stands; absent where it has but one. */
  readonly containers?: readonly ContainerRun[] | undefined;
  /** How it ends, once an essential container has ended while others are being stopped. */
  readonly outcome?: AttemptOutcome | undefined;
}

/** It runs when all its containers have started, as a task of ECS does. */
export type Attempt =
  | (UnderWay & { readonly state: 'starting' })
  | (UnderWay & { readonly state: 'running'; readonly startedAtMs: number })
  | EndedAttempt;

/** How an attempt ends: decided once, by the first of its essential containers to end. */
export interface AttemptOutcome {
  readonly status: EndedStatus;
  readonly atMs: number;
  /** When the container that decided began; absent: it never did. */
  readonly startedAtMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly containerReason?: string | undefined;
  readonly statusReason: string;
  readonly hostLost: boolean;
  /** It was stopped for a job that goes before it: that costs it no attempt. */
  readonly preempted?: true | undefined;
  /** There was no room for it where it was to run: that costs it no attempt. */
  readonly unplaced?: true | undefined;
  /** It failed, and not because somebody wanted it to end. */
  readonly retriable: boolean;
}

/**
 * An attempt that is over. `startedAtMs` is absent where it never ran, `exitCode` where no exit is
 * known: of several containers that of the one which decided.
 */
export interface EndedAttempt extends Placement {
  readonly state: 'ended';
  readonly placedAtMs: number;
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs: number;
  readonly exitCode?: number | undefined;
  /**
   * `container.reason`: absent on a plain exit, whatever its code (Cromwell and Nextstrain read
   * meaning into it).
   */
  readonly containerReason?: string | undefined;
  /** `attempts[].statusReason`. */
  readonly statusReason?: string | undefined;
  /** It does not count against the attempts of the job's retry strategy. */
  readonly free?: true | undefined;
  /** How each container ended; absent where it had but one. */
  readonly containers?: readonly EndedContainer[] | undefined;
  /** There was no room for it where it was to run: that costs it no attempt. */
  readonly unplaced?: true | undefined;
  /** It was preempted, which was the job's first, second … time. */
  readonly preempted?: number | undefined;
}

/** How often a job with these attempts was preempted. */
export const preemptionsOf = (attempts: readonly EndedAttempt[]): number =>
  attempts.reduce((times, { preempted = 0 }) => Math.max(times, preempted), 0);

/**
 * With one more attempt that is over; where too many were preempted, or not placed, the oldest of
 * these is gone. Each kind has its own bound: how often a job was preempted is told by the last.
 */
export function withAttempt(
  attempts: readonly EndedAttempt[],
  attempt: EndedAttempt,
): readonly EndedAttempt[] {
  const all = [...attempts, attempt];
  const preempted = all.filter((each) => each.preempted !== undefined);
  const unplaced = all.filter((each) => each.unplaced);
  const gone = new Set([
    ...preempted.slice(0, -limit.preemptedAttemptsKept),
    ...unplaced.slice(0, -limit.unplacedAttemptsKept),
  ]);
  return gone.size > 0 ? all.filter((each) => !gone.has(each)) : all;
}

export type LiveAttempt = Exclude<Attempt, EndedAttempt>;

/** What attempts of jobs are that name no containers: one, with which they end. */
const single = (needs: Needs, log: LogTarget | undefined): readonly ContainerTerms[] => [
  { name: 'default', essential: true, needs, log },
];

/** The containers of every attempt under these terms. */
export const attemptContainers = ({
  containers,
  needs,
  log,
}: JobTerms): readonly ContainerTerms[] => containers ?? single(needs, log);

/** Where the attempt's containers stand. */
export function containerRuns(attempt: LiveAttempt): readonly ContainerRun[] {
  if (attempt.containers !== undefined) return attempt.containers;
  const { placedAtMs: askedAtMs } = attempt;
  return [
    attempt.state === 'starting'
      ? { state: 'starting', askedAtMs }
      : { state: 'running', askedAtMs, startedAtMs: attempt.startedAtMs },
  ];
}

/** Where the output of an attempt's containers goes, by index. */
export const logsOf = (
  { containers }: JobTerms,
  { attemptId, log }: Pick<Placement, 'attemptId' | 'log'>,
): readonly (LogStream | undefined)[] =>
  containers?.map((each) => each.log && logStreamOf(each.log, attemptId, each.name)) ?? [log];
