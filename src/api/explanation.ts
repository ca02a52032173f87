// What `GET /_longshore/jobs/JOB/explanation` answers: why a job is where it is. Plain data for programs, with its sentences for
// people. Imports nothing, so that the command line and the console may use it. Times are milliseconds since the epoch.

export interface Explanation {
  readonly jobId: string;
  readonly jobName: string;
  readonly jobArn: string;
  readonly jobQueue: string;
  readonly jobDefinition: string;
  readonly status: string;
  /** Why it waits or how it ended, as `statusReason` shows it; absent where there is nothing to say. */
  readonly reason?: string | undefined;
  readonly createdAt: number;
  readonly startedAt?: number | undefined;
  readonly stoppedAt?: number | undefined;
  /** Of an array's parent: children by status. */
  readonly children?: Readonly<Record<string, number>> | undefined;
  /** What it waits for among other jobs, also what has come. */
  readonly dependencies: readonly ExplainedDependency[];
  /** Of what is RUNNABLE; of an array's parent, its first child that is. */
  readonly place?: ExplainedPlace | undefined;
  /** Of what starts or runs: the host that it is on. */
  readonly host?: ExplainedHost | undefined;
  /** What would let it start, the likeliest first. */
  readonly remedies: readonly string[];
  /** Those that are over, in order. */
  readonly attempts: readonly ExplainedAttempt[];
  /** Of a job that failed: why it was not tried again. */
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
}

export interface ExplainedPlace {
  /** Jobs of its queue, or of its share of it, that go before it; children of arrays count one by one. */
  readonly ahead: number;
  readonly shareIdentifier?: string | undefined;
  /** Since when it stands there, as far as is known. */
  readonly since: number;
  /** Jobs that go before it in other queues and may use the same compute environments. */
  readonly aheadInOtherQueues: readonly { readonly jobQueue: string; readonly priority: number; readonly jobs: number }[];
}

export interface ExplainedHost {
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

/** What any operation of our own answers where it refuses: an AWS exception's name and what is wrong. */
export interface OwnError {
  readonly code: string;
  readonly message: string;
}
