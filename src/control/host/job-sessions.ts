// Sessions in containers of jobs: finds the container, asks its engine, and bounds how many there
// are and how long one may be idle. Who may have one is asked before. A session changes nothing of
// its job, which neither waits for it nor knows of it.

import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import type { ContainerId } from '../../base/ids.ts';
import {
  attemptContainers,
  containerOnHost,
  containerRuns,
  type ContainerOnHost,
} from '../../core/job/attempt.ts';
import { isArrayParent, type LiveJob } from '../../core/job/job.ts';
import { limit } from '../../core/limit.ts';
import type { World } from '../../core/world/world.ts';
import type { Clock } from '../../port/clock.ts';
import { EngineUnavailable, type Engine } from '../../port/engine.ts';
import type { JobReader } from '../../port/reader.ts';
import type {
  OpenSession,
  Session,
  SessionOutput,
  SessionPlace,
  SessionRequest,
  Sessions,
  TerminalSize,
} from '../../port/session.ts';
import { Alarm } from '../alarm.ts';
import { containerOf } from './container-spec.ts';

interface JobSessionsParts {
  readonly world: World;
  readonly jobs: Pick<JobReader, 'one'>;
  readonly clock: Clock;
  readonly engineOf: (at: ContainerOnHost) => Engine | undefined;
}

/** How long an end waits for its sessions to be hung up on. */
const closingMs = 2_000;
const serverEnds = 'the server ends';

export class JobSessions implements Sessions {
  readonly #parts: JobSessionsParts;
  /** Those that are being opened count as well. */
  readonly #inContainer = new Map<ContainerId, number>();
  readonly #open = new Set<WatchedSession>();
  #isClosed = false;

  constructor(parts: JobSessionsParts) {
    this.#parts = parts;
  }

  async open(place: SessionPlace, request: SessionRequest): Promise<OpenSession | Refusal> {
    const found = this.#find(place);
    if (isRefusal(found)) return found;
    const { containerId } = found;
    const engine = this.#parts.engineOf(found);
    if (engine === undefined) throw new EngineUnavailable('its host cannot be reached');
    if (engine.execute === undefined)
      return refuse('invalid', 'The engine that runs this job cannot run commands in it');
    const leave = this.#enter(containerId);
    if (isRefusal(leave)) return leave;
    try {
      const session = await engine.execute(containerId, request);
      if ('cannot' in session) {
        leave();
        return refuse('conflict', `No command runs in job ${place.jobId}: ${session.cannot}`);
      }
      return this.#watch(session, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  #find({ scope, jobId, container }: SessionPlace): ContainerOnHost | Refusal {
    const view = this.#parts.jobs.one(scope, jobId);
    if (view === undefined) return refuse('not-found', `Job ${jobId} does not exist`);
    const { job, detail } = view;
    if (isArrayParent(job))
      return refuse('invalid', `Job ${jobId} is an array: name one of its children, as ${jobId}:0`);
    if (job.status !== 'RUNNING')
      return refuse('conflict', `Job ${jobId} is ${job.status}: commands run only in RUNNING jobs`);
    const { world } = this.#parts;
    // Definitions for Amazon EKS have no word for it: the cluster says who may.
    const asks = job.terms.pod !== true;
    if (asks && containerOf(world, jobId, detail, 0).enableExecuteCommand !== true)
      return refuse(
        'invalid',
        `The execute command failed because execute command was not enabled when job ${jobId} was run. Run a new job with execute command enabled (enableExecuteCommand of its job definition) and try again.`,
      );
    return containerIn(job, container);
  }

  /** How to leave again, once. */
  #enter(containerId: ContainerId): (() => void) | Refusal {
    if (this.#isClosed) return refuse('busy', serverEnds);
    const here = this.#inContainer.get(containerId) ?? 0;
    const all = [...this.#inContainer.values()].reduce((sum, count) => sum + count, 0);
    const { inContainer, open } = limit.session;
    if (here >= inContainer || all >= open)
      return refuse(
        'busy',
        here >= inContainer
          ? `${inContainer} commands run in this container already`
          : `${open} commands run in jobs already`,
      );
    this.#inContainer.set(containerId, here + 1);
    return () => {
      const left = (this.#inContainer.get(containerId) ?? 1) - 1;
      if (left === 0) this.#inContainer.delete(containerId);
      else this.#inContainer.set(containerId, left);
    };
  }

  #watch(session: Session, leave: () => void): OpenSession {
    const watched: WatchedSession = new WatchedSession(session, this.#parts.clock, () => {
      this.#open.delete(watched);
      leave();
    });
    this.#open.add(watched);
    if (this.#isClosed) void watched.end(serverEnds);
    return watched;
  }

  /** Hangs up on all, and opens no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { clock } = this.#parts;
    const ends = Promise.all([...this.#open].map((session) => session.end(serverEnds)));
    const late = Promise.withResolvers<void>();
    const cancel = clock.at(clock.now() + closingMs, late.resolve);
    await Promise.race([ends, late.promise]);
    cancel();
  }
}

class WatchedSession implements OpenSession {
  readonly output: AsyncIterable<SessionOutput>;
  readonly #session: Session;
  readonly #idle: Alarm;
  readonly #onEnd: () => void;
  #isOver = false;
  #endedFor: string | undefined;

  constructor(session: Session, clock: Clock, onEnd: () => void) {
    this.#session = session;
    this.#onEnd = onEnd;
    const { idleMs } = limit.session;
    this.#idle = new Alarm(clock, () => {
      void this.end(`nothing came or went for ${idleMs / 60_000} minutes`);
    });
    this.#touch();
    this.output = this.#read();
  }

  get endedFor(): string | undefined {
    return this.#endedFor;
  }

  async *#read(): AsyncGenerator<SessionOutput> {
    try {
      for await (const piece of this.#session.output) {
        this.#touch();
        yield piece;
      }
    } finally {
      this.#over();
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#touch();
    return this.#session.write(bytes);
  }

  endInput(): void {
    this.#session.endInput();
  }

  resize(size: TerminalSize): void {
    this.#session.resize(size);
  }

  hangUp(): Promise<void> {
    this.#over();
    return this.#session.hangUp();
  }

  exitCode(): Promise<number | undefined> {
    return this.#session.exitCode();
  }

  end(why: string): Promise<void> {
    if (!this.#isOver) this.#endedFor = why;
    return this.hangUp();
  }

  #touch(): void {
    if (!this.#isOver) this.#idle.setIn(limit.session.idleMs);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#idle.cancel();
    this.#onEnd();
  }
}

/** The container of that name; the first that runs, where none is named. */
function containerIn(
  { id, terms, attempt }: LiveJob & { readonly status: 'RUNNING' },
  named: string | undefined,
): ContainerOnHost | Refusal {
  const containers = attemptContainers(terms);
  const isRunning = containerRuns(attempt).map(({ state }) => state === 'running');
  const index =
    named === undefined
      ? Math.max(0, isRunning.indexOf(true))
      : containers.findIndex(({ name }) => name === named);
  if (index < 0)
    return refuse(
      'invalid',
      `Job ${id} has no container '${named}'; it has ${containers.map(({ name }) => name).join(', ')}`,
    );
  if (!isRunning[index])
    return refuse('conflict', `Container ${containers[index]?.name} of job ${id} does not run`);
  return containerOnHost(attempt, index);
}
