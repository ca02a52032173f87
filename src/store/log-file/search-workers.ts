// Searches run in worker threads: started when one is asked for, ended when none was for a while, and never what keeps the
// process alive. A worker has one search at a time, so that one that takes too long can be ended with its worker.

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InvalidFilterPattern, type LogSearch, type LogSearchPage } from '../../port/log-sink.ts';
import type { SearchAnswer } from './search-worker.ts';

const mostWorkers = 2;
const mostWaiting = 256;
const idleMs = 10_000;
/** From source and compiled alike. */
const entry = new URL(`./search-worker${extname(import.meta.url)}`, import.meta.url);

/** A regular expression may take long over one message: such searches share one worker, and leave the other to all others. */
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
  /** A search ends its page by itself long before; only matching one message can take longer. */
  readonly #longestMs: number;
  readonly #members = new Set<Member>();
  readonly #waiting: Task[] = [];
  #closed = false;

  constructor(root: string, options: { longestMs?: number } = {}) {
    this.#root = root;
    this.#longestMs = options.longestMs ?? 5_000;
  }

  search(search: LogSearch): Promise<LogSearchPage> {
    return new Promise((resolve, reject) => {
      if (this.#closed) reject(new Error('the log sink is closed'));
      else if (this.#waiting.length >= mostWaiting) reject(new Error('too many log searches wait'));
      else {
        this.#waiting.push({ search, resolve, reject });
        this.#assign();
      }
    });
  }

  #assign(): void {
    for (;;) {
      const costlyRuns = [...this.#members].some((member) => member.task !== undefined && isCostly(member.task.search));
      const next = this.#waiting.findIndex((task) => !costlyRuns || !isCostly(task.search));
      if (next < 0) return;
      const free = [...this.#members].find((member) => member.task === undefined) ?? (this.#members.size < mostWorkers ? this.#start() : undefined);
      if (free === undefined) return;
      this.#give(free, this.#waiting.splice(next, 1)[0] as Task);
    }
  }

  #start(): Member {
    const worker = new Worker(entry, { workerData: { root: this.#root }, execArgv: [] });
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
    const tooLong = new InvalidFilterPattern(`Invalid filter pattern: matching it takes longer than ${this.#longestMs / 1000} seconds`);
    member.timer = setTimeout(() => this.#end(member, tooLong), this.#longestMs);
    member.worker.postMessage(task.search);
  }

  #answered(member: Member, answer: SearchAnswer): void {
    const { task } = member;
    clearTimeout(member.timer);
    member.task = undefined;
    member.worker.unref();
    member.timer = setTimeout(() => this.#end(member), idleMs).unref();
    if ('page' in answer) task?.resolve(answer.page);
    else task?.reject('invalid' in answer ? new InvalidFilterPattern(answer.invalid) : new Error(answer.failure));
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
