// What those hear who follow what becomes of jobs: every change but the first, in order, with the
// job as it was then; after a cut-off the rest, or that something is missing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../base/assert.ts';
import { scopeOf, type JobId } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import { contextIn } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import type { JobDetail } from '@aws-sdk/client-batch';
import type { BusEvent } from '../events/bus-event.ts';
import type { LongshoreDeps } from './deps.ts';
import { followEvents } from './follow-events.ts';

interface Message {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: BusEvent<JobDetail> & { readonly changes?: number };
}

type Input = Parameters<typeof followEvents.handle>[1];

/** One who follows, and what it has heard. */
class Listener {
  #text = '';
  hasEnded = false;
  readonly #bytes: AsyncIterator<Uint8Array>;

  private constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes[Symbol.asyncIterator]();
    void this.#listen();
  }

  static async of(
    rig: Rig,
    input: Input = {},
    in_?: Parameters<Rig['call']>[2],
  ): Promise<Listener> {
    const { bytes } = await rig.call(followEvents, input, in_);
    const listener = new Listener(bytes);
    await rig.clock.pass();
    return listener;
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await this.#bytes.next();
      if (done === true) break;
      this.#text += decoder.decode(value, { stream: true });
    }
    this.hasEnded = true;
  }

  /** Where it began. */
  get place(): string | undefined {
    return /^id: (.*)\n\n/.exec(this.#text)?.[1];
  }

  get comments(): number {
    return this.#text.split('\n').filter((line) => line.startsWith(':')).length;
  }

  get messages(): Message[] {
    return this.#text
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => {
        const field = (name: string): string | undefined =>
          new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        return {
          id: field('id'),
          event: field('event'),
          data: JSON.parse(field('data') ?? '') as Message['data'],
        };
      });
  }

  /** Of each event: which job, or child by its index, came to which status. */
  get heard(): string[] {
    return this.messages.map(({ event, data: { detail, changes } }) =>
      event === 'dropped' ? `dropped ${changes}` : `${detail.jobId?.slice(-4)} ${detail.status}`,
    );
  }

  /** Its connection is cut off. */
  async leave(rig: Rig): Promise<void> {
    void this.#bytes.return?.();
    await rig.clock.pass(limit.followersHearMs);
  }
}

/** A job that runs to its end. */
async function run(rig: Rig, more: object = {}): Promise<JobId> {
  const job = await rig.submit('d', more);
  const attempt = rig.attempt(job);
  await rig.started(attempt);
  await rig.exited(attempt);
  return job;
}

const whole = ['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED'];
const all = (job: JobId): string[] => whole.map((status) => `${job.slice(-4)} ${status}`);

test('a job is followed from its submission to its end, as EventBridge tells it', async () => {
  const rig = await Rig.open();
  const listener = await Listener.of(rig);
  const job = await run(rig, { tags: { team: 'a' } });
  assert.deepEqual(listener.heard, all(job));
  const [first] = listener.messages;
  const { detail, ...head } = must(first, 'there is one').data;
  assert.match(head.id, /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
  assert.deepEqual(
    { ...head, id: '' },
    {
      version: '0',
      id: '',
      'detail-type': 'Batch Job State Change',
      source: 'aws.batch',
      account: '123456789012',
      time: '2023-11-14T22:13:20Z',
      region: 'eu-west-1',
      resources: [`arn:aws:batch:eu-west-1:123456789012:job/${job}`],
    },
  );
  assert.equal(first?.event, 'Batch Job State Change');
  assert.deepEqual(
    [detail.jobName, detail.jobId, detail.attempts, detail.tags, detail.container?.image],
    ['n', job, [], { team: 'a' }, 'busybox'],
  );
  // Each with the job as it was then, however late it is read.
  const details = listener.messages.map(({ data }) => data.detail);
  assert.deepEqual(
    details.map(({ startedAt, stoppedAt }) => [startedAt !== undefined, stoppedAt !== undefined]),
    [
      [false, false],
      [false, false],
      [true, false],
      [true, true],
    ],
  );
  assert.equal(details.at(-1)?.container?.exitCode, 0);
  assert.equal(new Set(listener.messages.map(({ data }) => data.id)).size, whole.length);
});

test('children and nodes of one job are told one by one', async () => {
  const rig = await Rig.open();
  const listener = await Listener.of(rig, { status: 'RUNNABLE,PENDING,FAILED' });
  const array = await rig.submit('d', { arrayProperties: { size: 3 } });
  await rig.terminate(array);
  await rig.clock.pass(limit.followersHearMs);
  const of = (index: number, status: string): string => `${array}:${index} ${status}`;
  const told = listener.messages.map(({ data: { detail } }) => `${detail.jobId} ${detail.status}`);
  assert.deepEqual(told.slice(0, 4).sort(), [
    `${array} PENDING`,
    of(0, 'RUNNABLE'),
    of(1, 'RUNNABLE'),
    of(2, 'RUNNABLE'),
  ]);
  assert.ok(told.includes(of(2, 'FAILED')));
  const child = listener.messages.find(({ data }) => data.detail.jobId === `${array}:1`)?.data;
  assert.deepEqual(child?.detail.arrayProperties, { index: 1 });
  assert.deepEqual(child?.resources, [`arn:aws:batch:eu-west-1:123456789012:job/${array}:1`]);
  const parent = listener.messages.find(({ data }) => data.detail.jobId === array)?.data.detail;
  assert.equal(parent?.arrayProperties?.size, 3);
  assert.equal(parent?.arrayProperties?.statusSummary?.['RUNNABLE'], 3);
});

test('what nobody follows is not kept', async () => {
  const rig = await Rig.open();
  await run(rig);
  assert.equal(rig.store.reader.journalEnds(), undefined);
});

test('only what is asked for is heard: of a queue, of jobs, of statuses, of the own account', async () => {
  const rig = await Rig.open();
  const first = await rig.submit();
  const of = (input: Input): Promise<Listener> => Listener.of(rig, input);
  const queue = 'arn:aws:batch:eu-west-1:123456789012:job-queue/q';
  const listeners = {
    byName: await of({ jobQueue: 'q' }),
    byArn: await of({ jobQueue: queue, status: 'SUCCEEDED' }),
    otherQueue: await of({ jobQueue: 'other' }),
    pattern: await of({
      pattern: '{"detail":{"status":[{"anything-but":"RUNNABLE"}],"container":{"exitCode":[0]}}}',
    }),
    first: await of({ jobId: first }),
    otherAccount: await Listener.of(rig, {}, contextIn(scopeOf('999999999999', 'eu-west-1'))),
    otherRegion: await Listener.of(rig, {}, contextIn(scopeOf('123456789012', 'us-east-1'))),
  };
  const second = await run(rig);
  await rig.terminate(first);
  await rig.exited(rig.attempt(first), 137);
  assert.deepEqual(listeners.byName.heard.slice(0, 4), all(second));
  for (const { heard } of [listeners.byArn, listeners.pattern])
    assert.deepEqual(heard, [`${second.slice(-4)} SUCCEEDED`]);
  assert.deepEqual(
    listeners.first.heard,
    ['RUNNING', 'FAILED'].map((status) => `${first.slice(-4)} ${status}`),
  );
  for (const { heard } of [listeners.otherQueue, listeners.otherAccount, listeners.otherRegion])
    assert.deepEqual(heard, []);
});

test('who was cut off goes on behind what came last, in the middle of an array, too', async () => {
  const rig = await Rig.open();
  const before = await Listener.of(rig);
  const job = await run(rig);
  const array = await rig.submit('d', { arrayProperties: { size: 3 } });
  await before.leave(rig);
  const later = await run(rig);
  const told = before.messages;
  for (const [at, { id }] of told.entries()) {
    const rest = await Listener.of(rig, { after: id ?? '', follow: 'false' });
    assert.equal(rest.hasEnded, true);
    assert.deepEqual(
      rest.messages.slice(0, told.length - at - 1),
      told.slice(at + 1),
      `after ${id}`,
    );
    assert.deepEqual(rest.heard.slice(-4), all(later));
  }
  const everything = await Listener.of(rig, { after: '0', follow: 'false' });
  assert.deepEqual(everything.heard.slice(0, 4), all(job));
  assert.ok(everything.messages.some(({ data }) => data.detail.jobId === `${array}:2`));
});

test('it goes on behind a restart of the server, and nothing is missing', async () => {
  const rig = await Rig.open();
  const before = await Listener.of(rig);
  const job = await rig.submit();
  const last = before.messages.at(-1)?.id ?? '';
  const next = await rig.restart().up();
  await next.clock.pass();
  await next.terminate(job);
  const after = await Listener.of(next, { after: last });
  await next.exited(next.attempt(job), 137);
  assert.ok(!after.heard.some((each) => each.startsWith('dropped')));
  assert.equal(after.heard.at(-1), `${job.slice(-4)} FAILED`);
});

test('what can no longer be told is said to be missing', async () => {
  const rig = await Rig.open();
  const listener = await Listener.of(rig);
  await run(rig);
  const [first] = listener.messages;
  await listener.leave(rig);
  await rig.clock.pass(limit.journalLingersMs);
  await run(rig);
  await rig.clock.pass(limit.journalTrimPeriodMs);
  // Of those that were told nothing is kept but the mark that others followed that are not.
  const late = await Listener.of(rig, { after: first?.id ?? '', follow: 'false' });
  assert.match(late.heard.join(), /^dropped \d+,dropped undefined$/);
  const stranger = await Listener.of(rig, { after: '999999', follow: 'false' });
  assert.deepEqual(stranger.heard, ['dropped undefined']);
});

test('who hears nothing hears that the line stands, and everybody is let go when the server ends', async () => {
  const rig = await Rig.open();
  const listener = await Listener.of(rig);
  assert.equal(listener.comments, 0);
  await rig.clock.pass(2 * limit.followersHearMs);
  assert.equal(listener.comments, 2);
  rig.control.journal.close();
  await rig.clock.pass();
  assert.equal(listener.hasEnded, true);
});

test('who was cut off before anything came goes on from where they began', async () => {
  const rig = await Rig.open();
  await (await Listener.of(rig)).leave(rig);
  await run(rig);
  const listener = await Listener.of(rig);
  const { place } = listener;
  assert.match(place ?? '', /^\d+$/);
  await listener.leave(rig);
  const job = await run(rig);
  const again = await Listener.of(rig, { after: place ?? '' });
  assert.deepEqual(again.heard, all(job));
});

test('however much is looked at for nothing, others have their turns meanwhile', async () => {
  const rig = await Rig.open();
  const { clock } = rig.depsOf<LongshoreDeps>('longshore');
  const { soon } = clock;
  let turns = 0;
  Object.assign(clock, {
    soon(task: () => void) {
      turns++;
      soon.call(clock, task);
    },
  });
  const listener = await Listener.of(rig, { pattern: '{"detail":{"jobName":["other"]}}' });
  await rig.submit('d', { arrayProperties: { size: 10_000 } });
  assert.deepEqual(listener.heard, []);
  assert.ok(turns >= 10_000 / limit.journalSlice, `${turns} turns`);
});

test('after an hour it ends, so that whoever goes on is asked anew who they are', async () => {
  const rig = await Rig.open();
  const listener = await Listener.of(rig);
  await rig.clock.pass(limit.followingMs - 1);
  assert.equal(listener.hasEnded, false);
  await rig.clock.pass(limit.followersHearMs);
  assert.equal(listener.hasEnded, true);
});

test('a request that cannot be is refused', async () => {
  const rig = await Rig.open();
  const refused: readonly [Input, RegExp][] = [
    [{ follow: 'maybe' }, /follow must be true or false/],
    [{ after: 'x' }, /'x' is the id of no event/],
    [{ after: '1.2.3' }, /is the id of no event/],
    [{ status: 'DONE' }, /'DONE' is no status of a job: SUBMITTED, /],
    [{ jobId: 'no/job' }, /is not the id of a job/],
    [{ pattern: '{"a":1}' }, /Event pattern is not valid. Reason: /],
  ];
  for (const [input, words] of refused)
    await assert.rejects(rig.call(followEvents, input), words, JSON.stringify(input));
  const listeners = await Promise.all(
    Array.from({ length: limit.followers }, () => Listener.of(rig)),
  );
  await assert.rejects(rig.call(followEvents, {}), /No more than \d+ may follow/);
  await listeners[0]?.leave(rig);
  await Listener.of(rig);
});
