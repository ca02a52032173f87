// Searches over many files: order, pages, patterns, and what becomes of the worker.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { scopeOf } from '../../base/ids.ts';
import {
  InvalidFilterPattern,
  InvalidSearchPlace,
  SinkBusy,
  type LogSearch,
  type StoredLogEvent,
} from '../../port/log-sink.ts';
import {
  filesUnder,
  group,
  keyOf,
  lines,
  scope,
  startMs,
  temporarySink,
} from '../../../test/house/log-files.ts';
import type { FileLogSink } from './log-file-sink.ts';
import { SearchWorkers } from './search-workers.ts';

const asked = (streams: readonly string[], more: Partial<LogSearch> = {}): LogSearch => ({
  scope,
  group,
  streams,
  limit: 10_000,
  maxBytes: 1_048_576,
  ...more,
});

async function write(
  sink: FileLogSink,
  stream: string,
  texts: readonly string[],
  firstMs = startMs,
  stepMs = 1,
): Promise<void> {
  const writer = await sink.openWriter(keyOf(stream));
  await writer.append({
    lines: texts.map((text, at) => ({
      timestampMs: firstMs + at * stepMs,
      message: Buffer.from(text),
    })),
    position: stream,
  });
  await writer.close();
}

async function all(
  sink: FileLogSink,
  search: LogSearch,
): Promise<{ events: StoredLogEvent[]; pages: number }> {
  const events: StoredLogEvent[] = [];
  let pages = 0;
  let { after } = search;
  do {
    const page = await sink.search({ ...search, after });
    events.push(...page.events);
    after = page.next;
    pages++;
  } while (after !== undefined);
  return { events, pages };
}

const messages = (events: readonly StoredLogEvent[]): string[] =>
  events.map((event) => event.message);

describe('a search', () => {
  it('merges streams by time, and leaves out those without a file', async (t) => {
    const { sink } = temporarySink(t);
    await write(sink, 'b', ['b0', 'b2', 'b4'], startMs, 2);
    await write(sink, 'a', ['a0', 'a1', 'a2', 'a3'], startMs);
    const page = await sink.search(asked(['a', 'b', 'none']));
    assert.deepEqual(messages(page.events), ['a0', 'b0', 'a1', 'a2', 'b2', 'a3', 'b4']);
    assert.equal(page.next, undefined);
    assert.deepEqual(
      page.events.map((event) => event.stream),
      ['a', 'b', 'a', 'a', 'b', 'a', 'b'],
    );
    const read = await sink.read({
      key: keyOf('a'),
      direction: 'forward',
      maxEvents: 1,
      maxBytes: 1e6,
    });
    assert.deepEqual(
      page.events[0],
      read.events[0],
      'an event is the same, whichever way it is read',
    );
    assert.deepEqual(await sink.search(asked([])), { events: [] });
  });

  it('sees what was appended just before, between searches of the same file', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    for (let at = 0; at < 5; at++) {
      await writer.append({ lines: lines([`line ${at}`], startMs + at), position: String(at) });
      assert.equal((await sink.search(asked(['s']))).events.length, at + 1);
    }
    await writer.close();
    await sink.delete(keyOf('s'));
    assert.deepEqual(await sink.search(asked(['s'])), { events: [] });
    await write(sink, 's', ['new', 'one', 'more', 'than', 'before', 'it']);
    assert.equal((await sink.search(asked(['s']))).events[0]?.message, 'new');
  });

  it('covers everything exactly once, whatever the size of its pages, also where times are equal or out of order', async (t) => {
    const { sink } = temporarySink(t);
    const streams = ['x', 'y', 'z'];
    const expected: string[] = [];
    for (const [place, stream] of streams.entries()) {
      const writer = await sink.openWriter(keyOf(stream));
      for (let batch = 0; batch < 12; batch++) {
        const some = Array.from({ length: 200 }, (_, at) => ({
          timestampMs: startMs + Math.floor((batch * 200 + ((at * 37) % 200)) / (7 + place)),
          message: Buffer.from(`${stream} ${batch} ${at} ${'.'.repeat(at % 50)}`),
        }));
        expected.push(...some.map(({ message }) => message.toString()));
        await writer.append({ lines: some, position: String(batch) });
      }
      await writer.close();
    }
    const whole = await all(sink, asked(streams));
    assert.deepEqual(messages(whole.events).toSorted(), expected.toSorted());
    assert.ok(
      whole.events.every(
        (event, at) =>
          at === 0 || event.timestampMs >= (whole.events[at - 1] as StoredLogEvent).timestampMs,
      ),
      'a page is in order of time',
    );
    for (const size of [{ limit: 100 }, { limit: 7 }, { maxBytes: 5000 }]) {
      const { events, pages } = await all(sink, asked(streams, size));
      assert.ok(pages > 10);
      assert.equal(new Set(events.map((event) => event.eventId)).size, expected.length);
      assert.deepEqual(messages(events).toSorted(), expected.toSorted());
    }
    const ranged = await all(
      sink,
      asked(streams, { fromMs: startMs + 50, toMs: startMs + 60, limit: 11 }),
    );
    assert.deepEqual(
      messages(ranged.events).toSorted(),
      messages(
        whole.events.filter(
          (event) => event.timestampMs >= startMs + 50 && event.timestampMs < startMs + 60,
        ),
      ).toSorted(),
    );
    const filtered = await all(
      sink,
      asked(streams, { filterPattern: '"y 3" -"y 3 7"', limit: 11 }),
    );
    assert.deepEqual(
      messages(filtered.events).toSorted(),
      expected.filter((text) => text.includes('y 3') && !text.includes('y 3 7')).toSorted(),
    );
  });

  it('finds a term in bytes that are not all UTF-8', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({
      lines: [
        { timestampMs: startMs, message: Buffer.from([0xff, 0x61, 0x62]) },
        { timestampMs: startMs, message: Buffer.from('é ab') },
      ],
      position: '1',
    });
    await writer.close();
    assert.equal((await sink.search(asked(['s'], { filterPattern: 'ab' }))).events.length, 2);
    assert.equal((await sink.search(asked(['s'], { filterPattern: '\ufffd' }))).events.length, 1);
    assert.equal((await sink.search(asked(['s'], { filterPattern: 'é' }))).events.length, 1);
  });

  it('leaves out a tail that is not whole, and files that are not ours', async (t) => {
    const { sink, root } = temporarySink(t);
    await write(sink, 'torn', ['one', 'two']);
    await write(sink, 'foreign', ['three']);
    const [first, second] = filesUnder(root) as [string, string];
    for (const path of [first, second]) writeFileSync(path, 'x', { flag: 'a' });
    assert.equal((await sink.search(asked(['torn', 'foreign']))).events.length, 3);
    writeFileSync(first, 'not one of ours');
    assert.ok((await sink.search(asked(['torn', 'foreign']))).events.length < 3);
  });

  it('refuses what is malformed', async (t) => {
    const { sink } = temporarySink(t);
    await assert.rejects(sink.search(asked(['s'], { filterPattern: '{' })), InvalidFilterPattern);
    for (const after of ['', '{', '[]', '["1","s",0]', 'null'])
      await assert.rejects(sink.search(asked(['s'], { after })), InvalidSearchPlace);
  });

  it('that takes too long is ended, and is no fault of its pattern', async (t) => {
    const { sink, root } = temporarySink(t);
    await write(sink, 's', ['one']);
    const workers = new SearchWorkers(root, { longestMs: 1 });
    t.after(() => workers.close());
    await assert.rejects(workers.search(asked(['s'])), SinkBusy);
  });

  it('reads the names of its streams when its turn has come; where they cannot be read the next one is answered', async (t) => {
    const { sink, root } = temporarySink(t);
    await write(sink, 'a', ['one']);
    await write(sink, 'b', ['two']);
    const workers = new SearchWorkers(root);
    t.after(() => workers.close());
    async function* broken(): AsyncGenerator<readonly string[]> {
      yield await Promise.resolve(['a']);
      throw new Error('no such group');
    }
    async function* names(): AsyncGenerator<readonly string[]> {
      yield await Promise.resolve(['b']);
      yield ['a'];
    }
    await assert.rejects(workers.search({ ...asked([]), streams: broken() }), /no such group/);
    assert.deepEqual(
      (await workers.search({ ...asked([]), streams: names() })).events
        .map(({ message }) => message)
        .sort(),
      ['one', 'two'],
    );
  });

  it('waits with few others of its account that ask for a regular expression; more are sent away, and others are answered', async (t) => {
    const { sink, root } = temporarySink(t);
    await write(sink, 's', ['one']);
    const workers = new SearchWorkers(root);
    t.after(() => workers.close());
    const costly = Array.from({ length: 60 }, () =>
      workers.search(asked(['s'], { filterPattern: '%o*n%' })),
    );
    const other = workers.search({
      ...asked(['s'], { filterPattern: '%o*n%' }),
      scope: scopeOf('210987654321', 'eu-west-1'),
    });
    const plain = workers.search(asked(['s'], { filterPattern: 'one' }));
    const ends = await Promise.allSettled(costly);
    assert.equal(
      ends.filter(({ status }) => status === 'fulfilled').length,
      9,
      'one runs, and eight wait',
    );
    assert.ok(ends.every((end) => end.status === 'fulfilled' || end.reason instanceof SinkBusy));
    assert.deepEqual([(await other).events.length, (await plain).events.length], [0, 1]);
  });
});

describe('the search worker', () => {
  it('does not keep the process alive', async (t) => {
    const { root } = temporarySink(t);
    const program = `
      const { FileLogSink } = await import(${JSON.stringify(new URL('./log-file-sink.ts', import.meta.url).href)});
      const sink = new FileLogSink(${JSON.stringify(root)});
      const key = { scope: '123456789012/eu-west-1', group: 'g', stream: 's' };
      const writer = await sink.openWriter(key);
      await writer.append({ lines: [{ timestampMs: 1, message: Buffer.from('hello') }], position: '1' });
      const page = await sink.search({ scope: key.scope, group: 'g', streams: ['s'], limit: 10, maxBytes: 1000 });
      console.log(page.events[0].message);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 9000,
    });
    assert.equal(output.trim(), 'hello');
  });
});
