// `longshore logs`: what a job has written, and with -f what it goes on to write. An array's
// children are told apart by their index; of a multi-node parallel job the main node's output is
// the job's. Reads only.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { wholeNumber } from '../flags.ts';
import { JobLogReader, streamsOf, type LogLines } from '../log-reader.ts';
import { awayText, poll } from '../poll.ts';
import { endText, isEnded } from '../render/job.ts';
import { inLine, logLineText } from '../render/style.ts';
import { timeText } from '../render/time.ts';
import type { Session } from '../session.ts';
import { defineVerb } from './verb.ts';

/** Children whose output is asked for at once. */
const parallelReads = 8;

export const logs = defineVerb({
  name: 'logs',
  summary: "print a job's output",
  usage: 'ID [-f] [--timestamps] [--attempt N] [--container NAME] [--raw]',
  about:
    "Prints the last attempt's output. With -f it follows until the job has ended and all was printed.\nThe lines of an array's children begin with their index. Of a multi-node parallel job the main node's output is printed; ID#3 is its node 3. With --json every line is a JSON object.\nAt a terminal, colours in the output show and other control codes are spelled out.",
  flags: {
    follow: { type: 'boolean', short: 'f', help: 'go on until the job ends' },
    timestamps: { type: 'boolean', short: 't', help: 'begin every line with its time' },
    attempt: { type: 'string', value: 'N', help: 'the attempt of this number, counted from 1' },
    container: {
      type: 'string',
      value: 'NAME',
      help: 'of a job with several containers, this one; else the first that is essential',
    },
    raw: {
      type: 'boolean',
      help: 'at a terminal too, print the output as it is: it may do there what any program may',
    },
  },
  examples: ['longshore logs $JOB', 'longshore logs -f --timestamps $JOB', 'longshore logs $JOB:3'],
  operands: { name: "a job's ID", least: 1, most: 1 },
  async run({ session, values, operands }) {
    const [name = ''] = operands;
    const from =
      values.attempt === undefined ? 'last' : wholeNumber('--attempt', values.attempt, 1, 1000);
    const note = (): string =>
      `Stopped reading; job ${name} goes on. Read on with: longshore logs -f ${name}`;
    return session.interruptible(note, async (signal) => {
      const api = await session.api();
      const job = await api.describeJob(name);
      const { jobId: id = name } = job;
      const size = job.arrayProperties?.size;
      const reading = new Reading(session, api, from, values);
      const read =
        size === undefined
          ? () => reading.single(mainNodeOf(job) ?? id)
          : () => reading.array(id, size);
      if (!values.follow) {
        await read();
        if (!reading.hasPrinted) explainSilence(session, job, from);
        return 0;
      }
      await poll(session.io, signal, read, () => session.io.err(awayText));
      const ended = await api.describeJob(id);
      if (ended.status === 'FAILED') session.io.err(`${endText(ended, session.errStyle)}\n`);
      return 0;
    });
  },
});

/** Where a multi-node parallel job's output is. */
const mainNodeOf = ({ jobId, nodeProperties }: JobDetail): string | undefined =>
  nodeProperties && `${jobId}#${nodeProperties.mainNode}`;

class Reading {
  readonly #session: Session;
  readonly #api: Api;
  readonly #from: 'last' | number;
  readonly #container: string | undefined;
  readonly #timestamps: boolean;
  readonly #messageText: (message: string) => string;
  /** By job id: those whose output is not known to be complete. */
  readonly #readers = new Map<string, JobLogReader>();
  readonly #finished = new Set<number>();
  #printed = 0;

  constructor(
    session: Session,
    api: Api,
    from: 'last' | number,
    {
      timestamps,
      raw,
      container,
    }: {
      readonly timestamps: boolean;
      readonly raw: boolean;
      readonly container?: string | undefined;
    },
  ) {
    this.#session = session;
    this.#api = api;
    this.#from = from;
    this.#container = container;
    this.#timestamps = timestamps;
    this.#messageText = session.io.outIsTty && !raw ? logLineText : (message) => message;
  }

  get hasPrinted(): boolean {
    return this.#printed > 0;
  }

  /** Prints what has come; `done` where nothing more will. */
  async single(id: string): Promise<'changed' | 'same' | 'done'> {
    const before = this.#printed;
    // A job that has ended before its output is read has no more of it: its end is told after its
    // last line is stored.
    const job = await this.#api.describeJob(id);
    for await (const page of this.#readerOf(id).lines(job)) this.#print(id, '', page);
    return isEnded(job) ? 'done' : this.#printed > before ? 'changed' : 'same';
  }

  async array(parentId: string, size: number): Promise<'changed' | 'same' | 'done'> {
    const before = this.#printed;
    const open = Array.from({ length: size }, (_, index) => index).filter(
      (index) => !this.#finished.has(index),
    );
    const children = await this.#api.describeJobs(open.map((index) => `${parentId}:${index}`));
    const width = String(size - 1).length;
    for (let at = 0; at < children.length; at += parallelReads) {
      const group = children
        .slice(at, at + parallelReads)
        .filter((child) => isEnded(child) || streamsOf(child, this.#container).length > 0);
      const outputs = group.map((child) => this.#readerOf(child.jobId ?? '').lines(child));
      // The first pages come side by side; what is longer than a page is read in its turn.
      const firsts = await Promise.all(outputs.map((output) => output.next()));
      for (const [position, child] of group.entries()) {
        await this.#printChild(
          child,
          width,
          outputs[position] as AsyncGenerator<Page>,
          firsts[position] as IteratorResult<Page>,
        );
      }
    }
    return this.#finished.size === size ? 'done' : this.#printed > before ? 'changed' : 'same';
  }

  async #printChild(
    child: JobDetail,
    width: number,
    output: AsyncGenerator<Page>,
    first: IteratorResult<Page>,
  ): Promise<void> {
    const id = child.jobId ?? '';
    const index = child.arrayProperties?.index ?? Number(id.slice(id.lastIndexOf(':') + 1));
    const prefix = `${this.#session.style('cyan', `[${String(index).padStart(width)}]`)} `;
    for (let next = first; !next.done; next = await output.next())
      this.#print(id, prefix, next.value);
    if (!isEnded(child)) return;
    this.#finished.add(index);
    this.#readers.delete(id);
  }

  #readerOf(id: string): JobLogReader {
    let reader = this.#readers.get(id);
    if (reader === undefined)
      this.#readers.set(id, (reader = new JobLogReader(this.#api, this.#from, this.#container)));
    return reader;
  }

  #print(jobId: string, prefix: string, { stream, lines }: Page): void {
    const { io, settings, style } = this.#session;
    this.#printed += lines.length;
    if (settings.json) {
      io.out(
        lines
          .map(
            ({ timestamp, message }) =>
              `${JSON.stringify({ jobId, logStreamName: stream, timestamp, message })}\n`,
          )
          .join(''),
      );
      return;
    }
    const stamp = (ms: number): string =>
      this.#timestamps ? `${style('dim', timeText(ms))} ` : '';
    // An event of several lines ends with a line end of its own, as the awslogs driver sends it.
    io.outAsIs(
      lines
        .map(
          ({ timestamp, message }) =>
            `${prefix}${stamp(timestamp)}${this.#messageText(message.replace(/\n$/, ''))}\n`,
        )
        .join(''),
    );
  }
}

interface Page {
  readonly stream: string;
  readonly lines: LogLines;
}

/** Nothing was printed: says why, so that nobody takes it for a fault. */
function explainSilence(session: Session, job: JobDetail, from: 'last' | number): void {
  const attempts = Math.max(job.attempts?.length ?? 0, streamsOf(job).length);
  if (from !== 'last' && from > attempts && job.arrayProperties?.size === undefined) {
    throw new Failure(
      `job ${job.jobId} has had ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}; there is no attempt ${from}`,
    );
  }
  const follow = isEnded(job) ? '' : `; follow it with: longshore logs -f ${job.jobId}`;
  const reason = job.statusReason ? ` (${job.statusReason})` : '';
  session.io.err(
    `${inLine(`Job ${job.jobId} is ${job.status}${reason} and has written nothing${isEnded(job) ? '' : ' yet'}${follow}.`)}\n`,
  );
}
