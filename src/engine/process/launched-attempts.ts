// The launcher's work: makes a process group of each request, ends it when told, and says how it
// ended. One spawn a turn of the loop, so that exits are heard between them. It takes no decision
// of the service and knows nothing of servers.

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, statSync, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import type { JobCgroup, JobCgroups } from './job-cgroups.ts';
import type { Journal } from './journal.ts';
import { attemptMark, killGroup, killMarked, startTicksOf } from './leftovers.ts';
import { paths, type FromLauncher, type LaunchedAttempt, type LaunchRequest } from './protocol.ts';
import type { WorkDirectories } from './work-directories.ts';

interface LaunchedAttemptsParts {
  readonly directory: string;
  readonly journal: Journal;
  readonly attempts: Map<string, LaunchedAttempt>;
  readonly cgroups: JobCgroups;
  readonly works: WorkDirectories;
  readonly publish: (message: FromLauncher) => void;
  /**
   * Writes the journal, then what was published. Called before each spawn and soon after each
   * change.
   */
  readonly flush: () => void;
}

/** A process group that lives. */
interface Running {
  readonly pid: number;
  readonly startedAtMs: number;
  readonly work: string;
  readonly cgroup: JobCgroup | undefined;
  killTimer: NodeJS.Timeout | undefined;
  killAtMs: number;
  onEnd: (() => void)[];
}

interface Queued {
  readonly request: LaunchRequest;
  readonly done: () => void;
}

/**
 * How long the killed rest of a group may take to vanish before the exit is told without waiting
 * for it.
 */
const vanishMs = 1000;
const vanishStepMs = 5;

const notWanted = 'stopped before it started';

export class LaunchedAttempts {
  readonly #parts: LaunchedAttemptsParts;
  readonly #path: ReturnType<typeof paths>;
  readonly #running = new Map<string, Running>();
  /**
   * Told to stop before they were started: a start that is still to come, of a server that has died
   * since, starts nothing.
   */
  readonly #withdrawn = new Set<string>();
  #queue: Queued[] = [];
  #next = 0;
  #turnPlanned = false;

  constructor(parts: LaunchedAttemptsParts) {
    this.#parts = parts;
    this.#path = paths(parts.directory);
  }

  /** Attempts that run, or are about to. */
  get active(): number {
    return this.#running.size + this.#queue.length - this.#next;
  }

  /** One that is known already is told again, and `done`. */
  start(request: LaunchRequest, done: () => void): void {
    if (this.#withdrawn.has(request.id)) {
      this.#publishFailure(request.id, notWanted);
      done();
      return;
    }
    const known = this.#parts.attempts.get(request.id);
    if (known !== undefined && known.state !== 'starting') {
      this.#parts.publish({ type: 'attempt', attempt: known });
      done();
      this.changed();
      return;
    }
    if (known === undefined) this.#put({ id: request.id, state: 'starting', node: request.node });
    this.#queue.push({ request, done });
    this.changed();
  }

  /** Something is to be written or done: in the next turn, all of it together. */
  changed(): void {
    if (this.#turnPlanned) return;
    this.#turnPlanned = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#turnPlanned = false;
    this.#parts.flush();
    const queued = this.#queue[this.#next];
    if (queued === undefined) return;
    this.#next++;
    if (this.#next === this.#queue.length) {
      this.#queue = [];
      this.#next = 0;
    }
    this.changed();
    // A second request may have waited behind the first, and a removal may have come between.
    const state = this.#parts.attempts.get(queued.request.id)?.state;
    if (state === 'starting') this.#launch(queued.request, queued.done);
    else queued.done();
  };

  #put(attempt: LaunchedAttempt): void {
    this.#parts.attempts.set(attempt.id, attempt);
    this.#parts.journal.put(attempt);
  }

  #publish(attempt: LaunchedAttempt): void {
    this.#put(attempt);
    this.#parts.publish({ type: 'attempt', attempt });
    this.changed();
  }

  #launch(request: LaunchRequest, done: () => void): void {
    const { id } = request;
    const fail = (error: NodeJS.ErrnoException): void => {
      this.#fail(request, error);
      done();
    };
    const { works, cgroups } = this.#parts;
    let child: ChildProcess;
    let work: string | undefined;
    try {
      work = works.take(request.uid, request.gid);
      child = this.#spawn(request, work);
    } catch (error) {
      if (work !== undefined) works.giveBack(work);
      fail(error as NodeJS.ErrnoException);
      return;
    }
    const { pid } = child;
    if (pid === undefined) {
      works.giveBack(work);
      // The reason comes as an event, in this same turn.
      child.once('error', fail);
      return;
    }
    // Before anything else: until it is in, it is not limited.
    const cgroup = cgroups.take(request.limits);
    cgroup?.enter(pid);
    const running: Running = {
      pid,
      startedAtMs: Date.now(),
      work,
      cgroup,
      killTimer: undefined,
      killAtMs: Infinity,
      onEnd: [],
    };
    this.#running.set(id, running);
    child.once('exit', (code, signal) =>
      this.#ended(id, running, code, signal, Date.now() + vanishMs),
    );
    child.once('error', () => {}); // A signal that cannot be sent; nothing follows from it.
    this.#publish({
      id,
      state: 'running',
      startedAtMs: running.startedAtMs,
      pid,
      startTicks: startTicksOf(pid),
      node: request.node,
    });
    done();
  }

  #spawn({ id, argv, environment, uid, gid }: LaunchRequest, work: string): ChildProcess {
    const output = openSync(this.#path.output(id), 'a', 0o600);
    try {
      const [file = '', ...words] = argv;
      return spawn(file, words, {
        cwd: work,
        env: { HOME: work, ...environment, [attemptMark]: id },
        stdio: ['ignore', output, output],
        detached: true,
        uid,
        gid,
      });
    } finally {
      closeSync(output);
    }
  }

  #fail({ id, argv }: LaunchRequest, error: NodeJS.ErrnoException): void {
    this.#forget(id);
    this.#publishFailure(id, `CannotStartContainerError: ${startFailure(argv[0] ?? '', error)}`);
  }

  #publishFailure(id: string, reason: string): void {
    this.#parts.publish({ type: 'start-failed', id, atMs: Date.now(), reason });
    this.changed();
  }

  #ended(
    id: string,
    running: Running,
    code: number | null,
    signal: NodeJS.Signals | null,
    waitUntilMs: number,
  ): void {
    // The main process was the job; what it left in the background goes with it, and its last
    // output is waited for.
    const groupIsThere = killGroup(running.pid, 'SIGKILL');
    const isEmptied =
      running.cgroup === undefined ? !killMarked(id) && !groupIsThere : running.cgroup.isEmptied();
    if (!isEmptied && Date.now() < waitUntilMs) {
      setTimeout(() => this.#ended(id, running, code, signal, waitUntilMs), vanishStepMs);
      return;
    }
    clearTimeout(running.killTimer);
    this.#running.delete(id);
    const outOfMemory = running.cgroup?.leave().outOfMemory ?? false;
    this.#parts.works.giveBack(running.work);
    const { startedAtMs, onEnd } = running;
    const known = this.#parts.attempts.get(id);
    if (known !== undefined) {
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const exit = signal === null ? { exitCode, outOfMemory } : { exitCode, signal, outOfMemory };
      this.#publish({
        id,
        state: 'exited',
        startedAtMs,
        stoppedAtMs: Math.max(Date.now(), startedAtMs),
        exit,
        outputBytes: this.#outputBytes(id),
        node: known.node,
      });
    }
    for (const heard of onEnd) heard();
  }

  #outputBytes(id: string): number {
    return statSync(this.#path.output(id), { throwIfNoEntry: false })?.size ?? 0;
  }

  /**
   * The timer is here and not in the server, whose death must not keep an attempt alive. A second
   * stop can only bring the end forward. What does not run yet never will.
   */
  stop(id: string, graceMs: number): void {
    const running = this.#running.get(id);
    if (running === undefined) return this.#withdraw(id);
    killGroup(running.pid, 'SIGTERM');
    const killAtMs = Date.now() + graceMs;
    if (killAtMs >= running.killAtMs) return;
    running.killAtMs = killAtMs;
    clearTimeout(running.killTimer);
    running.killTimer = setTimeout(() => killGroup(running.pid, 'SIGKILL'), graceMs);
  }

  #withdraw(id: string): void {
    const state = this.#parts.attempts.get(id)?.state;
    if (state !== undefined && state !== 'starting') return;
    this.#withdrawn.add(id);
    if (state === undefined) return;
    this.#forget(id);
    this.#publishFailure(id, notWanted);
  }

  /** No server is connected, and all that was asked has been heard. */
  forgetWithdrawn(): void {
    this.#withdrawn.clear();
  }

  /** Ends it if it runs; `done` when it and its files are gone. */
  remove(id: string, done: () => void): void {
    const running = this.#running.get(id);
    if (running !== undefined) {
      killGroup(running.pid, 'SIGKILL');
      running.onEnd.push(() => this.remove(id, done));
      return;
    }
    this.#forget(id);
    done();
    this.changed();
  }

  #forget(id: string): void {
    if (!this.#parts.attempts.delete(id)) return;
    this.#parts.journal.remove(id);
    try {
      unlinkSync(this.#path.output(id));
    } catch {
      // It never had any.
    }
  }
}

function startFailure(program: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return program.includes('/')
        ? `exec: "${program}": no such file or directory`
        : `exec: "${program}": executable file not found in $PATH`;
    case 'EACCES':
      return `exec: "${program}": permission denied`;
    default:
      return `exec: "${program}": ${error.message}`;
  }
}
