// Searches run in worker threads: started when one is asked for, ended when none was for a while,
// and never what keeps the process alive. A worker has one search at a time, so that one that takes
// too long can be ended with its worker.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Scope } from '../../base/ids.ts';
import {
  InvalidFilterPattern,
  SinkBusy,
  type LogSearch,
  type LogSearchPage,
} from '../../port/log-sink.ts';
import type { SearchAnswer, SearchRequest } from './search-worker.ts';

export const mostWorkers = 2;
/**
 * All in all, of one account, and of its searches for regular expressions: each may take as long as
 * a page does.
 */
const mostWaiting = { all: 256, ofScope: 64, costly: 8 };
const idleMs = 10_000;
/** From source and compiled alike. */
const entry = new URL(`./search-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * A regular expression takes ten times as long over a message as a term: such searches share one
 * worker, and leave the other to all others.
 */
const isCostly = (search: LogSearch): boolean => search.filterPattern?.includes('%') ?? false;

interface Task {
  readonly search: LogSearch;
  readonly resolve: (page: LogSearchPage) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly worker: Worker;
  task: Task | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class SearchWorkers {
  readonly #root: string;
  /** How many files each worker may have open. */
  readonly #openFiles: number;
  /**
   * A search ends its page by itself long before: only a machine or a disk that is in trouble takes
   * longer.
   */
  readonly #longestMs: number;
  readonly #members = new Set<Member>();
  readonly #waiting: Task[] = [];
  #lastScope: Scope | undefined;
  #closed = false;

  constructor(root: string, options: { longestMs?: number; openFiles?: number } = {}) {
    this.#root = root;
    this.#openFiles = options.openFiles ?? 64;
    this.#longestMs = options.longestMs ?? 15_000;
  }

  search(search: LogSearch): Promise<LogSearchPage> {
    return new Promise((resolve, reject) => {
      if (this.#closed) reject(new Error('the log sink is closed'));
      else if (this.#isBusyFor(search)) reject(new SinkBusy('too many log searches wait'));
      else {
        this.#waiting.push({ search, resolve, reject });
        this.#assign();
      }
    });
  }

  #isBusyFor(search: LogSearch): boolean {
    const ofScope = this.#waiting.filter((task) => task.search.scope === search.scope);
    const costly = isCostly(search) ? ofScope.filter((task) => isCostly(task.search)).length : 0;
    return (
      this.#waiting.length >= mostWaiting.all ||
      ofScope.length >= mostWaiting.ofScope ||
      costly >= mostWaiting.costly
    );
  }

  #assign(): void {
    for (;;) {
      const costlyRuns = [...this.#members].some(
        (member) => member.task !== undefined && isCostly(member.task.search),
      );
      const mayRun = (task: Task): boolean => !costlyRuns || !isCostly(task.search);
      // Accounts take turns.
      const another = this.#waiting.findIndex(
        (task) => mayRun(task) && task.search.scope !== this.#lastScope,
      );
      const next = another < 0 ? this.#waiting.findIndex(mayRun) : another;
      if (next < 0) return;
      const free =
        [...this.#members].find((member) => member.task === undefined) ??
        (this.#members.size < mostWorkers ? this.#start() : undefined);
      if (free === undefined) return;
      this.#give(free, this.#waiting.splice(next, 1)[0] as Task);
    }
  }

  #start(): Member {
    const worker = new Worker(entry, {
      workerData: { root: this.#root, openFiles: this.#openFiles },
      execArgv: [],
    });
    const member: Member = { worker, task: undefined, timer: undefined };
    this.#members.add(member);
    worker.on('message', (answer: SearchAnswer) => this.#answered(member, answer));
    worker.on('error', (error) => this.#end(member, error as Error));
    worker.on('exit', () => this.#end(member, new Error('the search worker ended')));
    return member;
  }

  #give(member: Member, task: Task): void {
    clearTimeout(member.timer);
    member.task = task;
    member.worker.ref();
    this.#lastScope = task.search.scope;
    this.#send(member, task).catch((error: unknown) => this.#end(member, error as Error));
  }

  /** So many names at once: to hand over a million in one message would hold the loop. */
  async #send(member: Member, task: Task): Promise<void> {
    const { streams, ...rest } = task.search;
    if (Array.isArray(streams)) this.#tell(member, { streams });
    else
      for await (const some of streams as AsyncIterable<readonly string[]>)
        this.#tell(member, { streams: some });
    if (member.task !== task) return;
    member.timer = setTimeout(
      () => this.#end(member, new SinkBusy(`the search took longer than ${this.#longestMs} ms`)),
      this.#longestMs,
    );
    this.#tell(member, { search: rest });
  }

  #tell(member: Member, request: SearchRequest): void {
    if (this.#members.has(member)) member.worker.postMessage(request);
  }

  #answered(member: Member, answer: SearchAnswer): void {
    const { task } = member;
    clearTimeout(member.timer);
    member.task = undefined;
    member.worker.unref();
    member.timer = setTimeout(() => this.#end(member), idleMs).unref();
    if ('page' in answer) task?.resolve(answer.page);
    else if ('invalid' in answer) task?.reject(new InvalidFilterPattern(answer.invalid));
    else task?.reject('busy' in answer ? new SinkBusy(answer.busy) : new Error(answer.failure));
    this.#assign();
  }

  /** Ends a worker, and its search with `error`. */
  #end(member: Member, error = new Error('the search worker was ended')): void {
    if (!this.#members.delete(member)) return;
    clearTimeout(member.timer);
    void member.worker.terminate();
    member.task?.reject(error);
    if (!this.#closed) this.#assign();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#waiting.splice(0)) task.reject(new Error('the log sink is closed'));
    const ended = [...this.#members].map((member) => member.worker.terminate());
    for (const member of this.#members) this.#end(member);
    await Promise.all(ended);
  }
}
