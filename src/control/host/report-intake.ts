// Takes in what engines report of attempts: the output of one that has ended first, then the
// command that decides what its job is. A report of an attempt that is over, or was never ours to
// judge, is dropped and counted; it decides nothing itself.

import type { AttemptId, HostId } from '../../base/ids.ts';
import type { AttemptOnHost } from '../../core/job/attempt.ts';
import { isLive, type LiveJob } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { EngineReport } from '../../port/engine.ts';
import type { StoreReader } from '../../port/store.ts';
import type { KeptOutput } from '../log/kept-output.ts';
import type { LogDestination, LogPump } from '../log/log-pump.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { jobOfOldAttempt } from '../turn/prefetch.ts';
import { unlessStopped } from '../turn/stopped.ts';
import type { ReportAttempt } from '../../core/command/job/report-attempt.ts';

interface ReportIntakeParts {
  readonly world: World;
  readonly bus: Pick<CommandQueue, 'issue'>;
  readonly reader: StoreReader;
  readonly logPump: LogPump;
  readonly keptOutput: KeptOutput;
  /** Nobody can have started it before: nothing of its output is stored. */
  readonly isFresh: (attemptId: AttemptId) => boolean;
  readonly onProblem: (what: string, error: unknown) => void;
}

type EndReport = Exclude<EngineReport, { type: 'started' }>;

export class ReportIntake {
  readonly #parts: ReportIntakeParts;
  /** Attempts whose end is being taken in: output first, then the command. */
  readonly #ending = new Set<AttemptId>();
  #stale = 0;

  constructor(parts: ReportIntakeParts) {
    this.#parts = parts;
  }

  /** How many reports were dropped. */
  get stale(): number {
    return this.#stale;
  }

  isEnding(attemptId: AttemptId): boolean {
    return this.#ending.has(attemptId);
  }

  takeIn(from: HostId, report: EngineReport): void {
    this.#takeIn(from, report).catch(
      unlessStopped(this.#parts.onProblem, `report of attempt ${report.attemptId}`),
    );
  }

  /** Follows the output of what runs. */
  attend(job: LiveJob, fresh: boolean): void {
    const to = destination(job);
    if (to !== undefined) this.#parts.logPump.ensure(job.attempt, to, fresh);
  }

  async #takeIn(hostId: HostId, report: EngineReport): Promise<void> {
    const { attemptId } = report;
    const job = this.#liveJob(attemptId);
    if (job === undefined) {
      this.#stale++;
      if (report.type !== 'started') await this.#closeOld({ attemptId, hostId }, report);
    } else if (report.type === 'started') {
      this.attend(job, this.#parts.isFresh(attemptId));
      await this.#decide(attemptId, report);
    } else await this.#once(attemptId, () => this.#end(job, report));
  }

  #liveJob(attemptId: AttemptId): LiveJob | undefined {
    const { world } = this.#parts;
    const jobId = world.attempts.get(attemptId);
    const job = jobId === undefined ? undefined : world.jobs.get(jobId);
    return job !== undefined && isLive(job) ? job : undefined;
  }

  /** Engines repeat themselves. */
  async #once(attemptId: AttemptId, work: () => Promise<void>): Promise<void> {
    if (this.#ending.has(attemptId)) return;
    this.#ending.add(attemptId);
    try {
      await work();
    } finally {
      this.#ending.delete(attemptId);
    }
  }

  async #end(job: LiveJob, report: EndReport): Promise<void> {
    const { logPump } = this.#parts;
    const { attempt } = job;
    const to = destination(job);
    if (report.type === 'start-failed') {
      await logPump.tell(to, report.reason, report.atMs);
      await this.#decide(attempt.attemptId, report);
      return;
    }
    const logNote = await this.#drained(attempt, to);
    await this.#decide(
      attempt.attemptId,
      report.type === 'exited' ? { ...report, logNote } : report,
    );
  }

  /** Its output is stored, or kept to be stored later: then a note says so. */
  async #drained(
    attempt: AttemptOnHost,
    to: LogDestination | undefined,
  ): Promise<string | undefined> {
    const { logPump, keptOutput } = this.#parts;
    const logNote = await logPump.drained(attempt, to);
    if (logNote !== undefined && to !== undefined) await keptOutput.keep(attempt, to);
    return logNote;
  }

  /**
   * The end of what nobody waits for; of an attempt that was lost with its host it is recorded
   * first.
   */
  async #closeOld(attempt: AttemptOnHost, report: EndReport): Promise<void> {
    const { world, bus, reader } = this.#parts;
    const { attemptId, hostId } = attempt;
    const job = jobOfOldAttempt(attempt, world, reader);
    const log = job?.attempts.find((each) => each.attemptId === attemptId)?.log;
    await this.#once(attemptId, async () => {
      const exit = report.type === 'exited' ? report.exit : undefined;
      if (exit) await this.#drained(attempt, log && job && { scope: job.scope, ...log });
      await bus.issue(
        { type: 'close-old-attempt', hostId, attemptId, atMs: report.atMs, exit },
        'engine',
      );
    });
  }

  async #decide(attemptId: AttemptId, report: ReportAttempt['report']): Promise<void> {
    // That it runs is for those who look; an end frees its place for the next job.
    const withinMs = report.type === 'started' ? limit.startedReportWaitMs : 0;
    const reply = await this.#parts.bus.issue(
      { type: 'report-attempt', attemptId, report },
      'engine',
      withinMs,
    );
    if ('stale' in reply && reply.stale) this.#stale++;
  }
}

const destination = (job: LiveJob): LogDestination | undefined =>
  job.attempt.log && { scope: job.scope, ...job.attempt.log };
