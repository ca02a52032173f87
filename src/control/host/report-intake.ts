// Takes in what engines report of containers: the output of one that has ended first, then the
// command that decides what its job is. A report of a container that is over, or was never ours to
// judge, is dropped and counted; it decides nothing itself.

import { splitContainerId, type ConnectionKey, type ContainerId } from '../../base/ids.ts';
import { containerOnHost, logsOf, type ContainerOnHost } from '../../core/job/attempt.ts';
import type { LiveJob } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { EngineReport } from '../../port/engine.ts';
import type { StoreReader } from '../../port/store.ts';
import type { KeptOutput } from '../log/kept-output.ts';
import type { LogDestination, LogPump } from '../log/log-pump.ts';
import type { CommandQueue } from '../turn/command-queue.ts';
import { jobOfOldContainer } from '../turn/prefetch.ts';
import { unlessStopped } from '../turn/stopped.ts';
import type { TrainingAttempts } from './training-attempts.ts';
import type { ReportContainer } from '../../core/command/job/report-container.ts';

interface ReportIntakeParts {
  readonly world: World;
  readonly bus: Pick<CommandQueue, 'issue'>;
  readonly reader: StoreReader;
  readonly logPump: LogPump;
  readonly keptOutput: KeptOutput;
  readonly training: TrainingAttempts;
  /** Nobody can have started it before: nothing of its output is stored. */
  readonly isFresh: (containerId: ContainerId) => boolean;
  /** Of a node that a cluster has chosen, in EC2; undefined: it has none. */
  readonly instanceIdOf: (connection: ConnectionKey, nodeName: string) => string | undefined;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Which host, or which of those that share an engine, a report is of. */
export type ReportOrigin = Omit<ContainerOnHost, 'containerId'>;

type EndReport = Exclude<EngineReport, { type: 'seated' | 'started' }>;

export class ReportIntake {
  readonly #parts: ReportIntakeParts;
  /** Containers whose end is being taken in: output first, then the command. */
  readonly #ending = new Set<ContainerId>();
  #stale = 0;

  constructor(parts: ReportIntakeParts) {
    this.#parts = parts;
  }

  /** How many reports were dropped. */
  get stale(): number {
    return this.#stale;
  }

  isEnding(containerId: ContainerId): boolean {
    return this.#ending.has(containerId);
  }

  takeIn(from: ReportOrigin, report: EngineReport): void {
    this.#takeIn(from, report).catch(
      unlessStopped(this.#parts.onProblem, `report of container ${report.containerId}`),
    );
  }

  /** Follows the output of a container that runs, and its checkpoints. */
  attend(job: LiveJob, containerId: ContainerId, fresh: boolean): void {
    this.#parts.training.follow(job);
    const to = destination(job, containerId);
    if (to !== undefined) this.#parts.logPump.ensure(containerOf(job, containerId), to, fresh);
  }

  async #takeIn({ hostId, connection }: ReportOrigin, report: EngineReport): Promise<void> {
    const { containerId } = report;
    const job = this.#parts.world.jobOfAttempt(splitContainerId(containerId).attemptId);
    if (job === undefined) {
      this.#stale++;
      if (report.type !== 'started' && report.type !== 'seated')
        await this.#closeOld({ containerId, hostId, connection }, report);
    } else if (report.type === 'seated' || report.type === 'started') {
      if (report.type === 'started')
        this.attend(job, containerId, this.#parts.isFresh(containerId));
      const { nodeName } = report;
      const instanceId = connection && nodeName && this.#parts.instanceIdOf(connection, nodeName);
      await this.#decide(containerId, instanceId ? { ...report, instanceId } : report);
    } else await this.#once(containerId, () => this.#end(job, report));
  }

  /** Engines repeat themselves. */
  async #once(containerId: ContainerId, work: () => Promise<void>): Promise<void> {
    if (this.#ending.has(containerId)) return;
    this.#ending.add(containerId);
    try {
      await work();
    } finally {
      this.#ending.delete(containerId);
    }
  }

  async #end(job: LiveJob, report: EndReport): Promise<void> {
    const { logPump, training } = this.#parts;
    const { containerId } = report;
    const to = destination(job, containerId);
    if (report.type === 'start-failed') {
      await logPump.tell(to, report.reason, report.atMs);
      await this.#decide(containerId, report);
      return;
    }
    const logNote = await this.#drained(containerOf(job, containerId), to);
    const left = training.has(job) ? await training.store(job) : {};
    if (report.type !== 'exited') return this.#decide(containerId, report);
    const { exit } = report;
    await this.#decide(containerId, {
      ...report,
      logNote,
      ...(left.reason !== undefined && { exit: { ...exit, reason: left.reason } }),
      ...(left.failure !== undefined && { storeFailure: left.failure }),
    });
  }

  /** Its output is stored, or kept to be stored later: then a note says so. */
  async #drained(
    container: ContainerOnHost,
    to: LogDestination | undefined,
  ): Promise<string | undefined> {
    const { logPump, keptOutput } = this.#parts;
    const logNote = await logPump.drained(container, to);
    if (logNote !== undefined && to !== undefined) await keptOutput.keep(container, to);
    return logNote;
  }

  /**
   * The end of what nobody waits for; of an attempt that was lost with its host it is recorded
   * first.
   */
  async #closeOld(container: ContainerOnHost, report: EndReport): Promise<void> {
    const { world, bus, reader } = this.#parts;
    const { containerId } = container;
    const job = jobOfOldContainer(container, world, reader);
    const { attemptId, index } = splitContainerId(containerId);
    const attempt = job?.attempts.find((each) => each.attemptId === attemptId);
    const log = job && attempt && logsOf(job.terms, attempt)[index];
    await this.#once(containerId, async () => {
      const exit = report.type === 'exited' ? report.exit : undefined;
      if (exit) await this.#drained(container, log && job && { scope: job.scope, ...log });
      await bus.issue(
        { type: 'close-old-container', ...container, atMs: report.atMs, exit },
        'engine',
      );
    });
  }

  async #decide(containerId: ContainerId, report: ReportContainer['report']): Promise<void> {
    // That it runs is for those who look; an end frees its place for the next job, and so does a
    // node that was found for it.
    const isToShow = report.type === 'started' || (report.type === 'seated' && report.reason);
    const withinMs = isToShow ? limit.startedReportWaitMs : 0;
    const reply = await this.#parts.bus.issue(
      { type: 'report-container', containerId, report },
      'engine',
      withinMs,
    );
    if ('stale' in reply && reply.stale) this.#stale++;
  }
}

const containerOf = ({ attempt }: LiveJob, containerId: ContainerId): ContainerOnHost =>
  containerOnHost(attempt, splitContainerId(containerId).index);

function destination(job: LiveJob, containerId: ContainerId): LogDestination | undefined {
  const log = logsOf(job.terms, job.attempt)[splitContainerId(containerId).index];
  return log && { scope: job.scope, ...log };
}
