// The oracle: what each job may end as, from what was asked for and what its containers really did.
// Written without a line of product code, from the user guide and the API's rules, so that the two
// can disagree.

/** What a container does when nobody interferes. */
export interface RunPlan {
  readonly durationMs: number;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly startFails: boolean;
  readonly ignoresStop: boolean;
  readonly lines: readonly string[];
}

/** A rule of `evaluateOnExit`. */
export interface ExitRule {
  readonly onExitCode?: string;
  readonly onReason?: string;
  readonly onStatusReason?: string;
  readonly action: 'RETRY' | 'EXIT' | 'retry' | 'exit';
}

/** On what a job depends, as it was asked for. */
export interface Dependence {
  readonly jobId?: string;
  readonly type?: 'N_TO_N' | 'SEQUENTIAL';
}

/** … in seconds, and in jobs. */
export interface OwnWishes {
  /** It goes on whatever becomes of what it depends on. */
  readonly afterAny?: boolean | undefined;
  readonly delay?: { readonly least: number; readonly most: number } | undefined;
  /** Of its own children, where no group is named. */
  readonly atMost?: { readonly atOnce: number; readonly group?: string | undefined } | undefined;
}

/** One submission, as its client means it. */
export interface Plan {
  readonly arraySize: number | undefined;
  readonly dependsOn: readonly Dependence[];
  /** All in all. */
  readonly attempts: number;
  readonly rules: readonly ExitRule[];
  readonly timeoutSeconds: number | undefined;
  /** How often it waits again after it was preempted; absent: each time. */
  readonly preemptionRetries?: number | undefined;
  /** What its tags ask for that AWS does not know. */
  readonly own?: OwnWishes | undefined;
  /** Taken in turn: attempt `n` of child `i` does what stands at `i + n - 1`. */
  readonly runs: readonly RunPlan[];
  /**
   * Only a multi-node job has it: its own runs are its main node's; the other nodes' are taken in
   * turn likewise.
   */
  readonly nodes?: {
    readonly numNodes: number;
    readonly mainNode: number;
    readonly runs: readonly RunPlan[];
  };
  /** Only a service job has it: how long an attempt may take, by Batch and by its payload. */
  readonly service?: {
    readonly timeoutSeconds: number | undefined;
    readonly maxRuntimeSeconds: number;
  };
  /** Only a job of several containers has it: what each does; it has no other runs. */
  readonly task?: readonly PlannedContainer[] | undefined;
  /** … and they are those of a pod of Amazon EKS: the first of them that fails ends it. */
  readonly isPod?: true | undefined;
}

/** One of several containers of a job. */
export interface PlannedContainer {
  readonly name: string;
  readonly essential: boolean;
  readonly dependsOn: readonly {
    readonly on: string;
    readonly condition: 'START' | 'COMPLETE' | 'SUCCESS';
  }[];
  /** Taken in turn, as those of a plan. */
  readonly runs: readonly RunPlan[];
}

/** One attempt that is over, as the API shows it. */
interface ShownAttempt {
  readonly number: number;
  readonly exitCode?: number | undefined;
  readonly containerReason?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs: number;
}

/** A job that has ended, as the API shows it. */
interface ShownEnd {
  readonly status: string;
  readonly statusReason?: string | undefined;
  readonly attempts: readonly ShownAttempt[];
  readonly stop?: { readonly by: string; readonly reason: string } | undefined;
  /**
   * The array of this child was stopped, or it was cancelled after its start: nothing is tried
   * again then.
   */
  readonly neverRetried: boolean;
  /**
   * The stop came when the main node of this multi-node job had ended, and prevented a next attempt
   * at most.
   */
  readonly stoppedLate?: boolean;
}

/** What became of an attempt's container, by the engine's own account. */
interface Truth {
  readonly exitCode: number | undefined;
  /** A fault of the run took it, or made it seem so. */
  readonly lost: boolean;
  /**
   * The clock on the wall was set while it ran, or before its end was told: its times prove
   * nothing.
   */
  readonly clockSet: boolean;
  /**
   * It was to stop with its host, and the clock on the wall has been set since: its end may seem to
   * have come before.
   */
  readonly maybeHostEnded: boolean;
  /** There was no room for it on its cluster. */
  readonly unplaced: boolean;
}

export const startFailure = 'CannotPullContainerError: no such image';
const startFailedText = 'Task failed to start';
const exitedText = 'Essential container in task exited';
const fromService = 'Received status from SageMaker: ';
/** In Batch's words, and in those of a service job's service. */
const hostLostText =
  /^(?:Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.|Received status from SageMaker: InternalServerError: We encountered an internal error\. Please try again\.)$/;
const preemptedText = /^Preempted: /;
/** As the cluster's scheduler says it. */
const unplacedText = /^0\/\d+ nodes are available: /;
const isUnplaced = ({ statusReason = '' }: Pick<ShownAttempt, 'statusReason'>): boolean =>
  unplacedText.test(statusReason);
/** Whatever became of its container, the attempt has not succeeded, and not by itself. */
const isCutShort = ({ statusReason = '' }: Pick<ShownAttempt, 'statusReason'>): boolean =>
  hostLostText.test(statusReason) ||
  preemptedText.test(statusReason) ||
  unplacedText.test(statusReason);
const isPreempted = ({ statusReason = '' }: Pick<ShownAttempt, 'statusReason'>): boolean =>
  preemptedText.test(statusReason);
/** As many of each kind are kept of a job: there is no end to them. */
export const freeKept = 20;
/** Whether those between two attempts may be gone: they were older than all that are kept. */
const areForgotten = (attempts: readonly ShownAttempt[], before: number, after: number): boolean =>
  before < after &&
  [isPreempted, isUnplaced].some((isOfKind) => {
    const kept = attempts.filter(isOfKind);
    return kept.length === freeKept && kept.every(({ number }) => number >= after);
  });
const outOfMemoryText = 'OutOfMemoryError: Container killed due to memory usage';
const timeoutText = 'Job attempt duration exceeded timeout';
const runtimeText = `${fromService}Training job runtime exceeded MaxRuntimeInSeconds provided`;
const dependentText = 'Dependent Job failed';
const mainNodeText = 'The main node has ended';

/** Of a service job an asterisk may stand anywhere. */
function matchesAnywhere(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

const matches = (pattern: string | undefined, text: string | undefined): boolean => {
  if (pattern === undefined) return true;
  const value = text ?? '';
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
};

export class Expectation {
  readonly plan: Plan;
  /** The host's loss costs no attempt. */
  readonly lossIsFree: boolean;
  /**
   * Whether the client heard of success; where the answer was lost in a crash, the job may be there
   * or not.
   */
  accepted = false;
  /** It stands in a queue with quota shares: it may be stopped for others, and waits again. */
  mayBePreempted = false;
  /** Reasons of the stops that were asked for, of it, of a child, or of its queue. */
  readonly stops = new Set<string>();

  constructor(plan: Plan, lossIsFree: boolean) {
    this.plan = plan;
    this.lossIsFree = lossIsFree;
  }

  run(index: number | undefined, number: number): RunPlan {
    const { runs } = this.plan;
    return runs[((index ?? 0) + number - 1) % runs.length] as RunPlan;
  }

  /** What one of several containers does. */
  containerRun(container: number, index: number | undefined, number: number): RunPlan {
    const runs = this.plan.task?.[container]?.runs ?? [];
    return runs[((index ?? 0) + number - 1) % runs.length] as RunPlan;
  }

  /** What a node does that is not the main one. */
  nodeRun(node: number, number: number): RunPlan {
    const runs = this.plan.nodes?.runs ?? [];
    return runs[(node + number - 1) % runs.length] as RunPlan;
  }

  /**
   * Whether a failed attempt, the last of these, is followed by another, if nobody stops the job.
   */
  isRetried(attempts: readonly ShownAttempt[]): boolean {
    const last = attempts.at(-1);
    if (last !== undefined && isUnplaced(last)) return true;
    if (last !== undefined && isPreempted(last)) {
      const { preemptionRetries = Infinity } = this.plan;
      return this.mayBePreempted && attempts.filter(isPreempted).length <= preemptionRetries;
    }
    const counted = attempts.filter(
      (attempt) =>
        !isPreempted(attempt) &&
        !isUnplaced(attempt) &&
        !(this.lossIsFree && hostLostText.test(attempt.statusReason ?? '')),
    );
    if (counted.length >= this.plan.attempts) return false;
    if (last === undefined || this.plan.attempts === 1) return true;
    // What became of a container after its host had been declared lost is told later, and decides
    // nothing.
    const exitCode = hostLostText.test(last.statusReason ?? '') ? undefined : last.exitCode;
    const rule = this.plan.rules.find(
      ({ onExitCode, onReason, onStatusReason }) =>
        (onExitCode === undefined ||
          (exitCode !== undefined && matches(onExitCode, String(exitCode)))) &&
        matches(onReason, last.containerReason) &&
        (this.plan.service === undefined
          ? matches(onStatusReason, last.statusReason)
          : matchesAnywhere(onStatusReason ?? '*', last.statusReason ?? '')),
    );
    return rule?.action.toUpperCase() !== 'EXIT';
  }

  /**
   * What is wrong with how a job, or a child, ended; undefined: nothing. `truths` are of its
   * attempts.
   */
  judge(index: number | undefined, end: ShownEnd, truths: readonly Truth[]): string | undefined {
    if (this.plan.task !== undefined) return this.#judgeTask(end);
    const last = end.attempts.at(-1);
    for (const [at, attempt] of end.attempts.entries()) {
      const stopped =
        isPreempted(attempt) ||
        (attempt === last && end.stop !== undefined && attempt.statusReason === end.stop.reason);
      const wrong = this.#judgeAttempt(
        this.run(index, attempt.number),
        attempt,
        truths[at] as Truth,
        stopped,
      );
      if (wrong !== undefined) return `attempt ${attempt.number}: ${wrong}`;
      const before = end.attempts[at - 1]?.number ?? 0;
      if (attempt.number !== before + 1 && !areForgotten(end.attempts, before, attempt.number))
        return `attempt ${attempt.number} follows attempt ${before}`;
      if (attempt !== last && !this.isRetried(end.attempts.slice(0, at + 1)))
        return `attempt ${attempt.number} was followed by another against the retry strategy`;
    }
    return this.#judgeStop(end, truths.at(-1)) ?? this.#judgeEnd(end, last);
  }

  /** Of several containers: what each did is the affair of another law. */
  #judgeTask(end: ShownEnd): string | undefined {
    const { attempts, stop, status, statusReason, neverRetried } = end;
    const last = attempts.at(-1);
    if (stop !== undefined && statusReason === stop.reason)
      return status === 'FAILED' ? undefined : `was stopped and is ${status}`;
    if (last === undefined) return this.#judgeEnd(end, last);
    if (statusReason !== last.statusReason)
      return `shows '${statusReason}', and its last attempt '${last.statusReason}'`;
    const succeeded = last.exitCode === 0 && !isCutShort(last);
    if (succeeded !== (status === 'SUCCEEDED'))
      return `is ${status}, and what decided ended with ${last.exitCode}`;
    return !succeeded && stop === undefined && !neverRetried && this.isRetried(attempts)
      ? `ended after ${attempts.length} attempts, and its retry strategy allows another`
      : undefined;
  }

  /**
   * What is wrong with how a node ended that is not the main one. It takes part in attempts of its
   * job in which the main node ran, and its end is its own affair: by its own container, by a stop
   * of its job, or because the main node has ended.
   */
  judgeNode(node: number, end: ShownEnd, truths: readonly Truth[]): string | undefined {
    const { attempts, stop, status, statusReason } = end;
    const last = attempts.at(-1);
    if (last === undefined) return 'ended without an attempt';
    const isStopped = stop !== undefined && last.statusReason === stop.reason;
    const stopped = isStopped || isPreempted(last);
    const wrong = this.#judgeAttempt(
      this.nodeRun(node, last.number),
      last,
      truths.at(-1) as Truth,
      stopped,
    );
    if (wrong !== undefined) return `attempt ${last.number}: ${wrong}`;
    if (
      (last.number > this.plan.attempts && !this.lossIsFree && !this.mayBePreempted) ||
      attempts.some(
        (attempt, at) => at > 0 && attempt.number <= (attempts[at - 1] as ShownAttempt).number,
      )
    )
      return `was tried as ${attempts.map(({ number }) => number).join(', ')}`;
    if (isStopped && !this.#mayStopNode(stop))
      return `was stopped for '${stop.reason}', which nobody asked for`;
    const succeeded =
      last.exitCode === 0 && !isCutShort(last) && (!isStopped || stop.by === 'main-node');
    if (statusReason !== last.statusReason)
      return `shows '${statusReason}', and its last attempt '${last.statusReason}'`;
    // Its host was declared lost when the main node had ended: how its container really ended is
    // told later, and decides nothing.
    if (stopped && truths.at(-1)?.lost === true && status === 'FAILED') return undefined;
    return (status === 'SUCCEEDED') === succeeded
      ? undefined
      : `is ${status}, and its container ended with ${last.exitCode}`;
  }

  #mayStopNode({ by, reason }: { readonly by: string; readonly reason: string }): boolean {
    if (by === 'main-node') return reason === mainNodeText;
    return by === 'timeout'
      ? this.plan.timeoutSeconds !== undefined && reason === timeoutText
      : this.stops.has(reason);
  }

  #judgeAttempt(
    plan: RunPlan,
    attempt: ShownAttempt,
    truth: Truth,
    stopped: boolean,
  ): string | undefined {
    if (hostLostText.test(attempt.statusReason ?? ''))
      return truth.lost ? undefined : 'is said to be lost with its host, and no host was lost';
    if (isUnplaced(attempt))
      return truth.unplaced ? undefined : 'is said to have had no room, and its cluster had some';
    if (attempt.exitCode !== undefined) {
      if (attempt.exitCode !== truth.exitCode)
        return `shows exit code ${attempt.exitCode}, and its container ended with ${truth.exitCode}`;
      // A clock that was set back between a timeout, or the end of a host, and the end that it
      // brought makes the end look as if it had come first.
      const maybeStopped =
        truth.maybeHostEnded ||
        (truth.clockSet && (this.plan.timeoutSeconds !== undefined || this.mayBePreempted));
      if (!stopped && !maybeStopped && attempt.exitCode !== plan.exitCode)
        return `ended with ${attempt.exitCode} instead of ${plan.exitCode}, and nobody stopped it`;
      if (!stopped && attempt.statusReason !== this.#exitText(plan, attempt.exitCode))
        return `exited, and its reason is ${attempt.statusReason}`;
      const reason = plan.outOfMemory && plan.exitCode !== 0 ? outOfMemoryText : undefined;
      const shown =
        attempt.containerReason?.replace(/(?:; )?its output was not complete .*$/, '') || undefined;
      if (!stopped && !maybeStopped && shown !== reason)
        return `has the container's reason ${attempt.containerReason} instead of ${reason}`;
      return attempt.startedAtMs === undefined ? 'exited and never started' : undefined;
    }
    if (stopped || truth.maybeHostEnded) return undefined;
    if (attempt.statusReason === this.#startFailedText) {
      if (!plan.startFails) return 'is said to have failed to start, and nothing was wrong with it';
      return attempt.containerReason === startFailure
        ? undefined
        : `failed to start, and its container's reason is ${attempt.containerReason}`;
    }
    return `ended without an exit code, and its reason is ${attempt.statusReason}`;
  }

  get #startFailedText(): string {
    return this.plan.service === undefined
      ? startFailedText
      : `${fromService}ClientError: ${startFailure}`;
  }

  #exitText({ outOfMemory }: RunPlan, exitCode: number): string {
    if (this.plan.service === undefined) return exitedText;
    if (exitCode === 0) return `${fromService}Training job completed`;
    return outOfMemory
      ? `${fromService}ClientError: Please use an instance type with more memory, or reduce the size of training data processed on an instance., exit code: ${exitCode}`
      : `${fromService}AlgorithmError: , exit code: ${exitCode}`;
  }

  /** SageMaker's where its limit is the first. */
  get #timeoutText(): string {
    const { service } = this.plan;
    return service !== undefined &&
      service.maxRuntimeSeconds <= (service.timeoutSeconds ?? Infinity)
      ? runtimeText
      : timeoutText;
  }

  #judgeStop(
    { stop, statusReason, attempts }: ShownEnd,
    truth: Truth | undefined,
  ): string | undefined {
    if (stop === undefined) return undefined;
    // Whether a queue's time limit acted rightly is the affair of another law.
    if (stop.by !== 'timeout')
      return this.stops.has(stop.reason) ||
        stop.reason.startsWith('Canceled by JobStateTimeLimit action due to reason: ')
        ? undefined
        : `was stopped for '${stop.reason}', which nobody asked for`;
    const last = attempts.at(-1);
    const { timeoutSeconds } = this.plan;
    if (timeoutSeconds === undefined || last?.startedAtMs === undefined)
      return 'timed out without a timeout, or before it had started';
    const tookMs = last.stoppedAtMs - last.startedAtMs;
    // A timeout that was noticed late stops nothing that had ended before it, as far as anybody
    // could know.
    if (
      truth?.clockSet ||
      truth?.lost ||
      tookMs >= timeoutSeconds * 1000 === (statusReason === this.#timeoutText)
    )
      return undefined;
    return `took ${tookMs} ms, has a timeout of ${timeoutSeconds} s, and shows '${statusReason}'`;
  }

  #judgeEnd(end: ShownEnd, last: ShownAttempt | undefined): string | undefined {
    const { status, statusReason, stop } = end;
    if (end.stoppedLate === true && last !== undefined) {
      const prevented = (last.exitCode !== 0 || isCutShort(last)) && this.isRetried(end.attempts);
      if (!prevented) return this.#judgeEnd({ ...end, stop: undefined, stoppedLate: false }, last);
    }
    if (stop !== undefined && statusReason === stop.reason)
      return status === 'FAILED' ? undefined : `was stopped and is ${status}`;
    if (stop !== undefined && stop.by !== 'timeout')
      return `was stopped for '${stop.reason}' and shows '${statusReason}'`;
    if (last === undefined)
      return status === 'FAILED' && statusReason === dependentText
        ? undefined
        : `is ${status} (${statusReason}) without an attempt, a stop or a dependency that failed`;
    if (statusReason !== last.statusReason)
      return `shows '${statusReason}', and its last attempt '${last.statusReason}'`;
    if (last.exitCode === 0 && !isCutShort(last))
      return status === 'SUCCEEDED' ? undefined : `is ${status}, and its container ended well`;
    if (status !== 'FAILED') return `is ${status}, and its last attempt failed`;
    return !end.neverRetried && this.isRetried(end.attempts)
      ? `ended after ${end.attempts.length} attempts, and its retry strategy allows another`
      : undefined;
  }
}
