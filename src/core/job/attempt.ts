// One attempt at one job: its own small union, beside the job's. An attempt that ended is never
// started again.

import type { Arn, AttemptId, HostId } from '../../base/ids.ts';
import type { LogStream } from './container.ts';

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

/** An attempt and where it is: all that an engine has to be told. */
export interface AttemptOnHost {
  readonly attemptId: AttemptId;
  readonly hostId: HostId;
}

/** Where a node of a multi-node parallel job goes. */
export interface NodeOnHost extends AttemptOnHost {
  readonly node: number;
}

/** What placement decided for an attempt; the same in each of its states. */
export interface Placement extends AttemptOnHost {
  /** Counted from 1; AWS_BATCH_JOB_ATTEMPT. */
  readonly number: number;
  readonly computeEnvironmentArn: Arn;
  /**
   * The name of the environment's ECS cluster. It stays true after the environment is gone and
   * another has its name; absent in rows of an earlier version.
   */
  readonly cluster?: string | undefined;
  /** Where its output goes; absent where another log driver takes it. */
  readonly log?: LogStream | undefined;
  /** How a node of a multi-node parallel job reaches the others. */
  readonly network?: JobNetwork | undefined;
  /** Likewise, once it runs: the private IPv4 address at which the others reach it. */
  readonly address?: string | undefined;
  /** How each of several containers fares, in the order of their terms. */
  readonly containers?: readonly AttemptContainer[] | undefined;
}

/** One of several containers of an attempt. */
interface AttemptContainer {
  readonly state: 'waiting' | 'starting' | 'running' | 'ended';
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
  readonly log?: LogStream | undefined;
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

export type Attempt =
  | (Placement & { readonly state: 'starting'; readonly placedAtMs: number })
  | (Placement & {
      readonly state: 'running';
      readonly placedAtMs: number;
      readonly startedAtMs: number;
    })
  | EndedAttempt;

/**
 * An attempt that is over. `startedAtMs` is absent where the container never ran, `exitCode` where
 * no exit is known.
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
}

export type LiveAttempt = Exclude<Attempt, EndedAttempt>;
