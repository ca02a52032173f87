// The server's door as clients find it. Most of them ask the bus; a share speaks AWS's protocols,
// and what they ask goes as bytes through the pipeline and the services. What reached the bus, and
// what was answered there, is kept for the laws, whichever way it came; so is what clients read.

import type { JobDetail } from '@aws-sdk/client-batch';
import type { JobId } from '../src/base/ids.ts';
import { refuse } from '../src/base/refusal.ts';
import type { App } from '../src/app/compose.ts';
import type { Command } from '../src/core/command/command.ts';
import { isArrayParent } from '../src/core/job/job.ts';
import type { Envelope } from '../src/port/command-bus.ts';
import type { Ids } from '../src/port/ids.ts';
import type { TableWrite, TableWriteOutcome } from '../src/port/table.ts';
import { ask } from '../test/house/ask.ts';
import type { MemoryLogSink } from '../test/house/memory-log-sink.ts';
import { settle } from '../test/house/virtual-clock.ts';
import type { Answer, Door } from './client.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import { batch, logs, requestOf, requestOfWrite, type WireRequest } from './wire-request.ts';

/** How many of a hundred things are asked for over the wire, and how often somebody reads. */
const wirePercent = 10;
const readPercent = 1;

const envelope: Envelope = {
  requestId: 'sim',
  principal: { kind: 'root', account: '', arn: 'sim', userId: '', accessKeyId: undefined },
  region: 'us-east-1',
  service: 'sim',
  operation: 'sim',
  sourceAddress: '',
  userAgent: '',
};

/** A server that is up, until it dies. */
interface Life {
  readonly app: App;
  readonly isAlive: () => boolean;
}

interface FrontDoorParts {
  readonly random: Random;
  readonly ids: Ids;
  readonly ledger: Ledger;
  readonly sink: MemoryLogSink;
  /** Submissions over the wire are refused where the definition is for Fargate, too. */
  readonly submits: () => boolean;
}

export class FrontDoor implements Door {
  readonly #parts: FrontDoorParts;
  readonly #random: Random;
  #life: Life | undefined;
  #answers: Answer[] = [];
  /** The id that a client has in mind for what it asks for over the wire. */
  #wantedId: string | undefined;
  /** Commands and writes of clients. */
  asked = 0;
  /** Somebody spoke over the wire, whose request may not be at the bus yet. */
  #isOnItsWay = false;

  constructor(parts: FrontDoorParts) {
    this.#parts = parts;
    this.#random = parts.random;
  }

  /** The server's: as the run has them, but for the id that a client gives its job. */
  readonly ids: Ids = {
    uuid: () => this.#wantedId ?? this.#parts.ids.uuid(),
    attempt: () => this.#parts.ids.attempt(),
    random: () => this.#parts.ids.random(),
  };

  /** A server has come up behind it. */
  open(app: App, isAlive: () => boolean): void {
    this.#life = { app, isAlive };
    const { bus } = app.control;
    const { submit, write } = bus;
    bus.submit = async (command, by) => {
      const reply = await submit.call(bus, command, by);
      if ('requestId' in by) this.#answers.push({ command, reply });
      return reply as never;
    };
    bus.write = async (table, by) => {
      const outcome = await write.call(bus, table, by);
      if ('requestId' in by) this.#answers.push({ write: table, outcome });
      return outcome;
    };
  }

  close(): void {
    this.#life = undefined;
  }

  /** Since they were last forgotten, in the order in which they were heard. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  forgetAnswers(): void {
    this.#answers = [];
  }

  /** What is on its way over the wire is at the bus when this resolves. */
  async arrived(): Promise<void> {
    if (!this.#isOnItsWay) return;
    this.#isOnItsWay = false;
    await settle();
  }

  submit(command: Command): Promise<unknown> {
    const isByWire = this.#random.chance(wirePercent);
    const request =
      isByWire && (command.type !== 'submit-job' || this.#parts.submits())
        ? requestOf(command)
        : undefined;
    if (request === undefined) return this.submitToBus(command);
    return this.#change(request, command);
  }

  /** Undefined where the server died, or stopped, first: then nobody knows. */
  async submitToBus(command: Command): Promise<unknown> {
    this.asked++;
    return this.#life?.app.control.bus.submit(command, envelope).catch(() => undefined);
  }

  async write(write: TableWrite): Promise<TableWriteOutcome | undefined> {
    const request = this.#random.chance(wirePercent) ? requestOfWrite(write) : undefined;
    if (request === undefined) {
      this.asked++;
      return this.#life?.app.control.bus.write(write, envelope).catch(() => undefined);
    }
    await this.#change(request);
    return undefined;
  }

  /** What is asked for over the wire: its answer, a refusal, or undefined where nobody knows. */
  async #change(request: WireRequest, command?: Command): Promise<unknown> {
    this.asked++;
    const id = command?.type === 'submit-job' ? command.jobId : undefined;
    const answer = await this.#ask(request, id);
    if (answer === undefined) return undefined;
    if (id !== undefined) this.#answers.push({ submitted: id, ...answer });
    const { status, body } = answer;
    return status === 200
      ? body
      : refuse('invalid', String((body as { message: unknown }).message));
  }

  /** Now and then somebody looks at one of these jobs, or at what one has written. */
  read(jobs: () => readonly JobId[]): void {
    if (!this.#random.chance(readPercent)) return;
    const those = jobs();
    if (those.length === 0) return;
    const id = this.#random.pick(those);
    if (this.#random.chance(70)) void this.#describe(id);
    else void this.#readOutput(id);
  }

  async #describe(id: JobId): Promise<void> {
    const answer = await this.#ask(batch('describejobs', { jobs: [id] }));
    if (answer?.status !== 200) return;
    const [shown] = (answer.body as { jobs: JobDetail[] }).jobs;
    const { ledger } = this.#parts;
    this.#answers.push({ described: id, shown, is: ledger.jobs.get(id) });
  }

  async #readOutput(id: JobId): Promise<void> {
    const { ledger, sink } = this.#parts;
    const job = ledger.jobs.get(id);
    if (job === undefined || isArrayParent(job)) return;
    const log = job.attempts[0]?.log;
    if (log === undefined) return;
    const { group: logGroupName, stream: logStreamName } = log;
    const answer = await this.#ask(
      logs('GetLogEvents', { logGroupName, logStreamName, startFromHead: true }),
    );
    if (answer === undefined) return;
    const { events = [] } = answer.body as { events?: { message: string }[] };
    this.#answers.push({
      output: `${logGroupName}/${logStreamName}`,
      shown: events.map(({ message }) => message),
      is: sink.lines({ scope: job.scope, ...log }),
    });
  }

  /** Undefined where the server died, or stopped, first. */
  async #ask(
    { head, body }: WireRequest,
    id?: string,
  ): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
    const life = this.#life;
    if (life === undefined) return undefined;
    this.#isOnItsWay = true;
    this.#wantedId = id;
    const answering = ask(life.app.pipeline, head, body);
    this.#wantedId = undefined;
    const answer = await answering;
    if (!life.isAlive() || answer.status >= 500) return undefined;
    return { status: answer.status, body: JSON.parse(answer.body || '{}') as unknown };
  }
}
