// What `GET /_longshore/jobs/JOB/explanation` answers: why a job is where it is. Plain data for
// programs, with its sentences for people. Imports nothing, so that the command line and the
// console may use it. Times are milliseconds since the epoch.

export interface Explanation {
  readonly jobId: string;
  readonly jobName: string;
  readonly jobArn: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  readonly status: string;
  /**
   * Why it waits or how it ended, as `statusReason` shows it; absent where there is nothing to say.
   */
  readonly reason?: string | undefined;
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  /** Somebody or something has asked for its end, and it has not ended yet. */
  readonly stopping?: ExplainedStop | undefined;
  /** Children by status; only an array's parent has it. */
  readonly children?: Readonly<Record<string, number>> | undefined;
  /** Why children of an array failed, the most frequent cause first. */
  readonly failures?: readonly ExplainedFailure[] | undefined;
  /** Children that failed for other causes than those. */
  readonly otherFailures?: number | undefined;
  /** What it waits for among other jobs, also what has come; or what it failed by. */
  readonly dependencies: readonly ExplainedDependency[];
  /** The job at the root, where this one failed by others. */
  readonly rootCause?: ExplainedCause | undefined;
  /** Between two attempts: when the next may begin (tag longshore:retry-delay). */
  readonly notBefore?: number | undefined;
  /** Where a RUNNABLE job stands; for an array's parent, its first child that is RUNNABLE. */
  readonly place?: ExplainedPlace | undefined;
  /**
   * Why each compute environment of the queue has no place for it, like reasons together; absent
   * where the queue has only one.
   */
  readonly environments?: readonly ExplainedEnvironments[] | undefined;
  /** Who holds the room that it waits for. */
  readonly holders?: ExplainedHolders | undefined;
  /** What else is worth knowing. */
  readonly notes?: readonly string[] | undefined;
  /** The host that it starts or runs on. */
  readonly host?: ExplainedHost | undefined;
  /** What would let it start, or succeed next time; the likeliest first. */
  readonly remedies: readonly string[];
  /** Those that are over, in order. */
  readonly attempts: readonly ExplainedAttempt[];
  /** Why a job that failed was not tried again. */
  readonly notRetried?: string | undefined;
  /** Where its output is, once there is any. */
  readonly log?: { readonly group: string; readonly stream: string } | undefined;
}

export interface ExplainedDependency {
  readonly jobId: string;
  readonly type: 'JOB' | 'N_TO_N' | 'SEQUENTIAL';
  /** Absent where nothing is known of the job any more. */
  readonly jobName?: string | undefined;
  readonly status?: string | undefined;
  readonly isMet: boolean;
  /** Why it waits, or how it ended. */
  readonly reason?: string | undefined;
  readonly exitCode?: number | undefined;
  /** The container's. */
  readonly containerReason?: string | undefined;
  readonly startedAt?: number | undefined;
  /** What it waits for itself, or failed by, down to the root. */
  readonly dependencies?: readonly ExplainedDependency[] | undefined;
  /** So many more of them are not shown. */
  readonly leftOff?: number | undefined;
}

export interface ExplainedCause {
  readonly jobId: string;
  readonly jobName?: string | undefined;
  readonly reason?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly containerReason?: string | undefined;
}

export interface ExplainedStop {
  /**
   * `host`: its instance ends; `preempt`: for a job that goes before it; `unplaced`: there was no
   * room for one of its nodes; `main-node`: of another node, for the main one has ended.
   */
  readonly by: 'cancel' | 'terminate' | 'timeout' | 'host' | 'preempt' | 'unplaced' | 'main-node';
  readonly reason: string;
  readonly since: number;
  /** When its container is killed if it has not ended by itself. */
  readonly killedAt: number;
}

export interface ExplainedFailure {
  readonly count: number;
  /** `exit code 1`, `OutOfMemoryError`, or why it never ran. */
  readonly reason: string;
  readonly exitCode?: number | undefined;
  /** The id of the first child that failed so. */
  readonly first: string;
}

export interface ExplainedEnvironments {
  readonly computeEnvironments: readonly string[];
  /** How many stand in the queue. */
  readonly of: number;
  readonly reason: string;
}

export interface ExplainedHolders {
  /** What is held: `this machine`, `compute environment small`. */
  readonly of: string;
  /** Those that hold most. */
  readonly jobs: readonly ExplainedHolder[];
  /** What all others hold together. */
  readonly others?: Omit<ExplainedHolder, 'jobId' | 'jobName'> | undefined;
}

export interface ExplainedHolder {
  readonly jobId: string;
  readonly jobName?: string | undefined;
  /** Jobs, children or nodes of it that run. */
  readonly running: number;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** How much of the consumable resource, where that is what is waited for. */
  readonly quantity?: number | undefined;
}

export interface ExplainedPlace {
  /**
   * Jobs of its queue, or of its share of it, that go before it and could start; children of arrays
   * count one by one.
   */
  readonly ahead: number;
  /** Beside those: jobs before it that cannot start until somebody changes something. */
  readonly stuck?: number | undefined;
  readonly shareIdentifier?: string | undefined;
  /** Since when it stands there, as far as is known. */
  readonly since: number;
  /** Jobs that go before it in other queues and may use the same compute environments. */
  readonly aheadInOtherQueues: readonly {
    readonly jobQueue: string;
    readonly priority: number;
    readonly jobs: number;
  }[];
}

interface ExplainedHost {
  /** `instance i-… (m5.large)`, `this machine`, or a registered host. */
  readonly name: string;
  readonly computeEnvironment: string;
}

export interface ExplainedAttempt {
  readonly startedAt?: number | undefined;
  readonly stoppedAt: number;
  readonly exitCode?: number | undefined;
  /** The container's. */
  readonly reason?: string | undefined;
  readonly statusReason?: string | undefined;
  /** The rule of `evaluateOnExit` that decided what came after it, as it was given. */
  readonly decidedBy?: string | undefined;
}

/**
 * What any operation of our own answers where it refuses: an AWS exception's name and what is
 * wrong.
 */
export interface LongshoreError {
  readonly code: string;
  readonly message: string;
}
