// Reads the output of jobs: which streams hold it, and their lines page by page. Prints nothing.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { Api, LogPage } from './api.ts';
import { Failure } from './failure.ts';

const defaultGroup = '/aws/batch/job';

interface LogStream {
  readonly group: string;
  readonly stream: string;
}

/** Of a job with several containers the one of this name, or the first that is essential. */
function containerOf(job: JobDetail, name: string | undefined) {
  const containers = job.ecsProperties?.taskProperties?.[0]?.containers ?? [];
  const names = containers.map((each) => each.name);
  if (name !== undefined && !names.includes(name))
    throw new Failure(
      names.length === 0
        ? `job ${job.jobId} has one container, which --container does not name`
        : `job ${job.jobId} has no container ${name}; it has ${names.join(', ')}`,
    );
  const chosen = name ?? containers.find(({ essential }) => essential !== false)?.name;
  return { chosen, container: containers.find((each) => each.name === chosen) };
}

/**
 * The streams of a job's attempts, the oldest first; that of a running attempt is the last. Throws
 * a {@link Failure} where the output goes elsewhere.
 */
export function streamsOf(job: JobDetail, name?: string): LogStream[] {
  if (job.eksProperties !== undefined) return podStreams(job, name);
  const { chosen, container = job.container } = containerOf(job, name);
  const configuration = container?.logConfiguration;
  if (configuration?.logDriver !== undefined && configuration.logDriver !== 'awslogs') {
    throw new Failure(
      `the output of job ${job.jobId} goes to the log driver ${configuration.logDriver}, which this command cannot read`,
    );
  }
  const group = configuration?.options?.['awslogs-group'] || defaultGroup;
  const names = [
    ...(job.attempts ?? []).map(
      ({ container: only, taskProperties }) =>
        (only ?? taskProperties?.[0]?.containers?.find((each) => each.name === chosen))
          ?.logStreamName,
    ),
    container?.logStreamName,
  ];
  return [...new Set(names.filter((each) => each !== undefined && each !== ''))].map((stream) => ({
    group,
    stream: stream as string,
  }));
}

/**
 * AWS keeps no output of pods, and its API names no stream of them: here they are the same as of
 * other jobs, by the name of the definition, the container's, and the attempt's, which the pod has.
 */
function podStreams(job: JobDetail, name: string | undefined): LogStream[] {
  const { podName, containers = [], initContainers = [] } = job.eksProperties?.podProperties ?? {};
  const names = [...containers, ...initContainers].map((each) => each.name || 'default');
  const [chosen = 'default'] = name === undefined ? names : names.filter((each) => each === name);
  if (name !== undefined && chosen !== name)
    throw new Failure(`job ${job.jobId} has no container ${name}; it has ${names.join(', ')}`);
  const definition = (job.jobDefinition ?? '').replace(/^.*\//, '').replace(/:\d+$/, '');
  const pods = [...(job.eksAttempts ?? []).map((attempt) => attempt.podName), podName];
  return [...new Set(pods.filter((each) => each !== undefined))].map((each) => ({
    group: defaultGroup,
    stream: `${definition.slice(0, 200)}/${chosen}/${each.replace(/^aws-batch\./, '')}`,
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
  readonly #container: string | undefined;
  #streams: StreamReader[] = [];
  #seen = 0;

  /** `from`: the last attempt and all after it, or just the one of this number, counted from 1. */
  constructor(api: Api, from: 'last' | number, container?: string) {
    this.#api = api;
    this.#from = from;
    this.#container = container;
  }

  /** Lines that have come since the last call, given the job as it was before the call. */
  async *lines(job: JobDetail): AsyncGenerator<{ stream: string; lines: LogLines }> {
    this.#take(streamsOf(job, this.#container));
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
