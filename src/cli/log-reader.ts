// Reads the output of jobs: which streams hold it, and their lines page by page. Prints nothing.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { Api, LogPage } from './api.ts';
import { Failure } from './failure.ts';

const defaultGroup = '/aws/batch/job';

interface LogStream {
  readonly group: string;
  readonly stream: string;
}

/**
 * The streams of a job's attempts, the oldest first; that of a running attempt is the last. Throws
 * a {@link Failure} where the output goes elsewhere.
 */
export function streamsOf(job: JobDetail): LogStream[] {
  const configuration = job.container?.logConfiguration;
  if (configuration?.logDriver !== undefined && configuration.logDriver !== 'awslogs') {
    throw new Failure(
      `the output of job ${job.jobId} goes to the log driver ${configuration.logDriver}, which this command cannot read`,
    );
  }
  const group = configuration?.options?.['awslogs-group'] || defaultGroup;
  const names = [
    ...(job.attempts ?? []).map((attempt) => attempt.container?.logStreamName),
    job.container?.logStreamName,
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))].map((stream) => ({
    group,
    stream: stream as string,
  }));
}

export type LogLines = LogPage['events'];

/** Reads one stream onward: each call goes on where the last one ended. */
class StreamReader {
  readonly #api: Api;
  readonly #target: LogStream;
  #next: string | undefined;

  constructor(api: Api, target: LogStream) {
    this.#api = api;
    this.#target = target;
  }

  get name(): string {
    return this.#target.stream;
  }

  /** Everything up to the present end. */
  async *pages(): AsyncGenerator<LogLines> {
    for (;;) {
      const asked = this.#next;
      const page = await this.#api.logEvents(this.#target.group, this.#target.stream, asked);
      this.#next = page.next;
      if (page.events.length > 0) yield page.events;
      // The same token as before says that nothing more is there now; an empty page with a new one
      // says nothing.
      if (page.next === asked) return;
    }
  }
}

/** The output of one job, attempt after attempt, as far as it has come. */
export class JobLogReader {
  readonly #api: Api;
  readonly #from: 'last' | number;
  #streams: StreamReader[] = [];
  #seen = 0;

  /** `from`: the last attempt and all after it, or just the one of this number, counted from 1. */
  constructor(api: Api, from: 'last' | number) {
    this.#api = api;
    this.#from = from;
  }

  /** Lines that have come since the last call, given the job as it was before the call. */
  async *lines(job: JobDetail): AsyncGenerator<{ stream: string; lines: LogLines }> {
    this.#take(streamsOf(job));
    for (const reader of this.#streams) {
      for await (const lines of reader.pages()) yield { stream: reader.name, lines };
    }
    // What an attempt wrote is complete once another one follows it.
    this.#streams = this.#streams.slice(-1);
  }

  #take(streams: readonly LogStream[]): void {
    const wanted =
      this.#from === 'last'
        ? streams.slice(this.#seen === 0 ? -1 : this.#seen)
        : this.#seen === 0
          ? streams.slice(this.#from - 1, this.#from)
          : [];
    this.#streams.push(...wanted.map((target) => new StreamReader(this.#api, target)));
    if (wanted.length > 0) this.#seen = this.#from === 'last' ? streams.length : 1;
  }
}
