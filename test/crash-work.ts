// What the jobs of a crash run do, and how each must have ended by its inputs alone. It draws and
// judges; it speaks with no server.

import type { AttemptDetail, JobDetail, SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { Random } from '../sim/random.ts';
import type { EngineName } from './server.ts';

/** One submission. */
export interface Work {
  /** Unique, so that what became of a submission whose answer was lost is found again. */
  readonly name: string;
  readonly lines: number;
  readonly sleepSeconds: number;
  readonly attempts: number;
  /** So many attempts end with 7 before others end with `exitCode`. */
  readonly failsFirst: number;
  readonly exitCode: number;
  /** Undefined: a single job. */
  readonly arraySize: number | undefined;
  readonly dependsOn: readonly string[];
}

/** A CancelJob or TerminateJob that was sent. */
export interface Stop {
  readonly by: 'cancel' | 'terminate';
  readonly reason: string;
  /**
   * When its answer was there; undefined while or where there was none: it may have been taken all
   * the same.
   */
  ackedAtMs?: number;
}

/**
 * Each attempt notes its start in a file that it shares with all, so that a second start of it is
 * seen.
 */
export const script = `
  echo "$AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ATTEMPT" >> "$STARTS"
  line=0
  while [ $line -lt $((LINES / 2)) ]; do echo "$AWS_BATCH_JOB_ID line $line"; line=$((line + 1)); done
  sleep $SLEEP
  while [ $line -lt $LINES ]; do echo "$AWS_BATCH_JOB_ID line $line"; line=$((line + 1)); done
  [ $AWS_BATCH_JOB_ATTEMPT -gt $FAILS_FIRST ] || exit 7
  exit $EXIT`;

/**
 * The fake engine cannot tell one attempt from the next, and its lines not one job from another.
 */
export function drawWork(
  random: Random,
  engine: EngineName,
  name: string,
  recent: readonly string[],
): Work {
  const attempts = random.chance(25) ? random.between(2, 3) : 1;
  const dependsOn = new Set(
    random.chance(25) && recent.length > 0 ? [random.pick(recent), random.pick(recent)] : [],
  );
  return {
    name,
    lines: random.chance(10) ? random.between(100, 400) : random.between(0, 20),
    sleepSeconds: random.pick([0, 0, 0.1, 0.5, 1, 2]),
    attempts,
    failsFirst: attempts > 1 && engine !== 'fake' ? random.between(1, attempts) : 0,
    exitCode: random.chance(85) ? 0 : 3,
    arraySize: random.chance(10) ? random.between(2, 8) : undefined,
    dependsOn: [...dependsOn],
  };
}

export function submissionOf(work: Work, engine: EngineName): Partial<SubmitJobCommandInput> {
  const variables =
    engine === 'fake'
      ? {
          FAKE_DURATION_MS: work.sleepSeconds * 1000,
          FAKE_EXIT_CODE: work.exitCode,
          ...(work.lines > 0 && { FAKE_LOG: linesOf(work, 'fake', '').join('\n') }),
        }
      : {
          LINES: work.lines,
          SLEEP: work.sleepSeconds,
          FAILS_FIRST: work.failsFirst,
          EXIT: work.exitCode,
        };
  return {
    jobName: work.name,
    ...(work.arraySize !== undefined && { arrayProperties: { size: work.arraySize } }),
    ...(work.attempts > 1 && { retryStrategy: { attempts: work.attempts } }),
    dependsOn: work.dependsOn.map((jobId) => ({ jobId })),
    containerOverrides: {
      environment: Object.entries(variables).map(([variable, value]) => ({
        name: variable,
        value: String(value),
      })),
    },
  };
}

/** The ids of what runs for a submission: the job itself, or its children. */
export const idsOf = (jobId: string, { arraySize }: Work): string[] =>
  arraySize === undefined
    ? [jobId]
    : Array.from({ length: arraySize }, (_, index) => `${jobId}:${index}`);

export const linesOf = ({ lines }: Work, engine: EngineName, jobId: string): string[] =>
  Array.from({ length: lines }, (_, line) =>
    engine === 'fake' ? `line ${line}` : `${jobId} line ${line}`,
  );

/** What its attempts end with, one after the other, where nobody stops it. */
function exitCodesOf({ attempts, failsFirst, exitCode }: Work): number[] {
  const codes: number[] = [];
  while (codes.length < attempts && codes.at(-1) !== 0)
    codes.push(codes.length < failsFirst ? 7 : exitCode);
  return codes;
}

/**
 * The fake engine dies with its server, which costs an attempt that does not count; a real one goes
 * on.
 */
export const attemptsThatCount = (job: JobDetail, engine: EngineName): AttemptDetail[] =>
  (job.attempts ?? []).filter(
    (attempt) => engine !== 'fake' || !attempt.statusReason?.startsWith('Host EC2'),
  );

export type Ending = 'by itself' | 'by a dependency' | 'by a stop';

interface Verdict {
  readonly ending: Ending;
  readonly problems: readonly string[];
}

/** A single job or a child that should have ended, by all that was asked of it. */
export function judge(
  job: JobDetail,
  work: Work,
  told: {
    readonly engine: EngineName;
    readonly stops: readonly Stop[];
    readonly dependencyFailed: boolean;
  },
): Verdict {
  const problems: string[] = [];
  const demand = (holds: boolean, what: string): void =>
    void (
      holds ||
      problems.push(
        `${job.jobId}: ${what}; it is ${job.status} (${job.statusReason}), attempts ${JSON.stringify(job.attempts)}`,
      )
    );
  const attempts = attemptsThatCount(job, told.engine);
  const codes = exitCodesOf(work);
  const stop = told.stops.find(({ reason }) => reason === job.statusReason);
  for (const { by, reason, ackedAtMs } of told.stops) {
    // A cancelled job that had started goes on, and is not tried again.
    if (by === 'terminate' && ackedAtMs !== undefined)
      demand(
        stop !== undefined || (job.stoppedAt ?? Infinity) <= ackedAtMs,
        `${reason} was acknowledged and lost`,
      );
  }
  if (stop !== undefined) {
    demand(job.status === 'FAILED', 'a stopped job fails');
    demand(stop.by === 'terminate' || attempts.length === 0, 'a cancelled job never starts');
    demand(attempts.length <= codes.length, 'a stopped job is not tried again');
    return { ending: 'by a stop', problems };
  }
  if (told.dependencyFailed) {
    demand(
      job.status === 'FAILED' &&
        job.statusReason === 'Dependent Job failed' &&
        attempts.length === 0,
      'what depends on a failed job fails with it',
    );
    return { ending: 'by a dependency', problems };
  }
  const due = job.isCancelled === true ? codes.slice(0, attempts.length) : codes;
  demand(
    job.status === (due.at(-1) === 0 ? 'SUCCEEDED' : 'FAILED'),
    'it ended otherwise than its command says',
  );
  demand(
    JSON.stringify(attempts.map((attempt) => attempt.container?.exitCode)) === JSON.stringify(due),
    `its attempts should have ended with ${due.join(', ')}`,
  );
  return { ending: 'by itself', problems };
}
