// The log sink on files: what is appended is read back, whatever happens between.

import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MAX_MESSAGE_BYTES } from '../../port/log-sink.ts';
import {
  filesUnder,
  group,
  keyOf,
  lines,
  pagesOf,
  readAll,
  readOne,
  scope,
  startMs,
  temporaryRoot,
  temporarySink,
} from '../../../test/house/log-files.ts';
import { DescriptorPool } from './descriptor-pool.ts';
import { makeNew } from './file-io.ts';
import { FileLogSink } from './log-file-sink.ts';

const onlyFile = (root: string): string =>
  filesUnder(root).find((path) => path.endsWith('.log')) as string;

describe('a stream', () => {
  it('is read as soon as it is appended, in order and with its facts', async (t) => {
    const { sink } = temporarySink(t, { now: () => startMs + 500 });
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one', 'two']), position: '2' });
    assert.deepEqual(await readAll(sink, 's'), ['one', 'two']);
    await writer.append({ lines: lines(['three'], startMs + 10), position: '3' });
    assert.deepEqual(await readAll(sink, 's'), ['one', 'two', 'three']);
    const page = await readOne(sink, { key: keyOf('s') });
    assert.deepEqual(
      page.events.map((event) => [event.timestampMs, event.ingestionTimeMs, event.stream]),
      [
        [startMs, startMs + 500, 's'],
        [startMs + 1, startMs + 500, 's'],
        [startMs + 10, startMs + 500, 's'],
      ],
    );
    assert.deepEqual(await sink.facts(keyOf('s')), {
      firstEventTimestampMs: startMs,
      lastEventTimestampMs: startMs + 10,
      lastIngestionTimeMs: startMs + 500,
      storedBytes: 3 * 26 + 11,
    });
    await writer.close();
  });

  it('has no file until it has output, and is then empty', async (t) => {
    const { sink, root } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('quiet'));
    await writer.append({ lines: [], position: '0' });
    await writer.append({ lines: lines(['', '']), position: '2' });
    assert.equal(writer.position, '2');
    await writer.close();
    assert.throws(() => statSync(root), { code: 'ENOENT' });
    assert.deepEqual(await readOne(sink, { key: keyOf('quiet') }), {
      events: [],
      forwardOffset: 0,
      backwardOffset: 0,
    });
    assert.equal(await sink.facts(keyOf('quiet')), undefined);
  });

  it('goes on at its last position after the sink is opened again', async (t) => {
    const { sink, reopen } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one']), position: 'p1' });
    await writer.append({ lines: [], position: 'p2' });
    await writer.close();
    const again = await (await reopen()).openWriter(keyOf('s'));
    assert.equal(again.position, 'p2');
    await again.append({ lines: lines(['two']), position: 'p3' });
    await again.close();
    assert.deepEqual(await readAll(await reopen(), 's'), ['one', 'two']);
  });

  it('has one end for all its writers, and a put keeps the engine’s position', async (t) => {
    const { sink } = temporarySink(t);
    const [pump, client] = await Promise.all([
      sink.openWriter(keyOf('s')),
      sink.openWriter(keyOf('s')),
    ]);
    await pump.append({ lines: lines(['a']), position: 'p1' });
    await Promise.all([
      pump.append({ lines: lines(['b', 'c']), position: 'p2' }),
      client.append({ lines: lines(['put']) }),
      pump.append({ lines: lines(['d']), position: 'p3' }),
      client.append({ lines: lines(['put again']) }),
    ]);
    await client.close();
    await pump.append({ lines: lines(['e']), position: 'p4' });
    await pump.close();
    assert.equal((await sink.openWriter(keyOf('s'))).position, 'p4');
    assert.deepEqual(await readAll(sink, 's'), ['a', 'b', 'c', 'put', 'd', 'put again', 'e']);
  });

  it('takes its name from users, and puts nothing of it into the path', async (t) => {
    const { sink, root } = temporarySink(t);
    const names = [
      '../../../etc/passwd',
      '/',
      '.',
      '..',
      'a/b',
      'A',
      'a',
      'x'.repeat(512),
      'é\u0000\n',
      '💥',
      '-rf',
    ];
    for (const name of names) {
      const writer = await sink.openWriter(keyOf(name));
      await writer.append({ lines: lines([`of ${name}`]), position: '1' });
      await writer.close();
    }
    for (const name of names) assert.deepEqual(await readAll(sink, name), [`of ${name}`]);
    const files = filesUnder(root);
    assert.equal(files.length, names.length);
    for (const path of files)
      assert.match(
        path.slice(root.length + 1).replaceAll(sep, '/'),
        /^123456789012\/eu-west-1\/[0-9a-f]{40}\/[0-9a-f]{40}\.log$/,
      );
  });

  it('keeps apart the streams of groups and accounts', async (t) => {
    const { sink } = temporarySink(t);
    const keys = [
      keyOf('s'),
      { ...keyOf('s'), group: 'other' },
      { ...keyOf('s'), scope: '123456789012/eu-west-2' as typeof scope },
      { ...keyOf('s'), scope: '../../x/..' as typeof scope },
    ];
    for (const [at, key] of keys.entries()) {
      const writer = await sink.openWriter(key);
      await writer.append({ lines: lines([`stream ${at}`]), position: '1' });
      await writer.close();
    }
    for (const [at, key] of keys.entries())
      assert.deepEqual(
        (await readOne(sink, { key })).events.map((event) => event.message),
        [`stream ${at}`],
      );
  });

  it('is written by more writers at once than files may be open', async (t) => {
    const { sink, reopen } = temporarySink(t, { openFiles: 4, idleStreams: 8 });
    const names = Array.from({ length: 100 }, (_, at) => `stream ${at}`);
    const writers = await Promise.all(names.map((name) => sink.openWriter(keyOf(name))));
    for (let round = 0; round < 3; round++)
      await Promise.all(
        writers.map((writer, at) =>
          writer.append({ lines: lines([`${at} ${round}`]), position: String(round) }),
        ),
      );
    await Promise.all(writers.map((writer) => writer.close()));
    const again = await reopen();
    for (const [at, name] of names.entries())
      assert.deepEqual(await readAll(again, name), [`${at} 0`, `${at} 1`, `${at} 2`]);
  });
});

describe('a message', () => {
  it('keeps NULs, has invalid UTF-8 replaced, and is never empty', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    const raw = (message: number[]) => ({
      timestampMs: startMs,
      message: Uint8Array.from(message),
    });
    await writer.append({
      lines: [raw([0x61, 0, 0x62]), raw([]), raw([0xff, 0x61, 0xc3]), raw([0xc3, 0xa9])],
      position: '1',
    });
    await writer.close();
    assert.deepEqual(await readAll(sink, 's'), ['a\0b', '\ufffda\ufffd', 'é']);
  });

  it('above CloudWatch’s size becomes several events, none of them broken', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    const long = `${'x'.repeat(MAX_MESSAGE_BYTES - 1)}é${'€'.repeat(200_000)}`;
    await writer.append({
      lines: [{ timestampMs: startMs, message: Buffer.from(long) }],
      position: '1',
    });
    await writer.append({
      lines: [{ timestampMs: startMs, message: Buffer.alloc(300_000, 0xff) }],
      position: '2',
    });
    await writer.close();
    const messages = await readAll(sink, 's');
    for (const message of messages) assert.ok(Buffer.byteLength(message) <= MAX_MESSAGE_BYTES);
    assert.equal(messages[0], 'x'.repeat(MAX_MESSAGE_BYTES - 1), 'no character is cut in two');
    assert.equal(messages.join(''), long + '\ufffd'.repeat(300_000));
  });

  it('that imitates the file’s own frames is but a message', async (t) => {
    const { sink, root, reopen } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one']), position: '1' });
    const file = readFileSync(onlyFile(root));
    await writer.append({
      lines: [
        { timestampMs: startMs, message: file },
        { timestampMs: startMs, message: file.subarray(file.indexOf('FBSL')) },
      ],
      position: '2',
    });
    await writer.close();
    const again = await reopen();
    assert.equal((await readAll(again, 's')).length, 3);
    assert.equal((await again.openWriter(keyOf('s'))).position, '2');
  });
});

describe('a file that a power loss has torn', () => {
  it('keeps, cut at any byte, exactly the batches that were whole, and goes on after them', async (t) => {
    const { sink, root } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    const ends: number[] = [];
    const batches = [['one', 'two'], ['three'], ['four', 'five']];
    for (const [at, texts] of batches.entries()) {
      await writer.append({ lines: lines(texts), position: `p${at}` });
      ends.push(statSync(onlyFile(root)).size);
    }
    await writer.close();
    const path = onlyFile(root);
    const whole = readFileSync(path);
    for (let cut = 0; cut <= whole.length; cut++) {
      writeFileSync(path, whole.subarray(0, cut));
      const kept = ends.filter((end) => end <= cut).length;
      const expected = batches.slice(0, kept).flat();
      const after = new FileLogSink(root);
      assert.deepEqual(await readAll(after, 's'), expected, `cut at ${cut}`);
      const again = await after.openWriter(keyOf('s'));
      assert.equal(again.position, kept === 0 ? undefined : `p${kept - 1}`, `cut at ${cut}`);
      await again.append({ lines: lines(['more']), position: 'm' });
      await again.close();
      assert.deepEqual(await readAll(after, 's'), [...expected, 'more'], `cut at ${cut}`);
      await after.close();
      const last = new FileLogSink(root);
      assert.deepEqual(await readAll(last, 's'), [...expected, 'more'], `cut at ${cut}`);
      await last.close();
    }
  });

  it('leaves out a batch that is not as it was written, and keeps what follows', async (t) => {
    const { sink, root, reopen } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one']), position: '1' });
    const end = statSync(onlyFile(root)).size;
    await writer.append({ lines: lines(['two']), position: '2' });
    await writer.append({ lines: lines(['three']), position: '3' });
    await writer.close();
    const whole = readFileSync(onlyFile(root));
    whole.writeUInt8((whole.at(end + 50) as number) ^ 1, end + 50);
    writeFileSync(onlyFile(root), whole);
    const again = await reopen();
    assert.deepEqual(await readAll(again, 's'), ['one', 'three']);
    assert.equal((await again.openWriter(keyOf('s'))).position, '3');
  });
});

describe('a large file', () => {
  const text = (at: number): string => `line ${at} ${'.'.repeat(100)}`;

  it('is opened by its index file, whatever became of that', async (t) => {
    const { sink, root, reopen } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    const count = 30_000;
    for (let at = 0; at < count; at += 500)
      await writer.append({
        lines: lines(
          Array.from({ length: 500 }, (_, more) => text(at + more)),
          startMs + at,
        ),
        position: String(at),
      });
    await writer.close();
    const indexFile = filesUnder(root).find((path) => path.endsWith('.idx')) as string;
    const whole = readFileSync(indexFile);
    const damages: (() => void)[] = [
      () => undefined,
      () => appendFileSync(indexFile, 'torn'),
      () => truncateSync(indexFile, whole.length - 5),
      () => writeFileSync(indexFile, Buffer.from(whole).fill(0x78, 20, 30)),
      () => writeFileSync(indexFile, ''),
    ];
    for (const [round, damage] of damages.entries()) {
      writeFileSync(indexFile, whole);
      damage();
      const again = await reopen();
      const facts = await again.facts(keyOf('s'));
      assert.equal(facts?.lastEventTimestampMs, startMs + count - 1 + round);
      const middle = await readOne(again, {
        key: keyOf('s'),
        fromMs: startMs + 12_345,
        toMs: startMs + 12_347,
      });
      assert.deepEqual(
        middle.events.map((event) => event.message),
        [text(12_345), text(12_346)],
      );
      const more = await again.openWriter(keyOf('s'));
      await more.append({
        lines: lines(['more'], startMs + count + round),
        position: `more ${round}`,
      });
      await more.close();
      assert.equal(
        (
          await pagesOf(again, {
            key: keyOf('s'),
            direction: 'forward',
            maxEvents: 10_000,
            maxBytes: 1e9,
          })
        ).flat().length,
        count + round + 1,
      );
    }
  });

  it('writes a very large batch as one, and reads it in pages', async (t) => {
    const { sink, root, reopen } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['before']), position: '1' });
    const end = statSync(onlyFile(root)).size;
    await writer.append({
      lines: lines(Array.from({ length: 40_000 }, (_, at) => text(at))),
      position: '2',
    });
    await writer.close();
    truncateSync(onlyFile(root), statSync(onlyFile(root)).size - 1);
    const again = await reopen();
    assert.deepEqual(
      await readAll(again, 's'),
      ['before'],
      'no part of a batch is seen without the rest',
    );
    const more = await again.openWriter(keyOf('s'));
    assert.equal(more.position, '1');
    assert.ok(statSync(onlyFile(root)).size > end);
    await more.append({ lines: lines(['after']), position: '2' });
    await more.close();
    assert.deepEqual(await readAll(again, 's'), ['before', 'after']);
  });
});

describe('pages', () => {
  it('cover everything exactly once in both directions, whatever their size', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    const all = Array.from({ length: 3217 }, (_, at) => `line ${at} ${'x'.repeat(at % 97)}`);
    for (let at = 0; at < all.length; at += 113)
      await writer.append({
        lines: lines(all.slice(at, at + 113), startMs + at),
        position: String(at),
      });
    for (const size of [
      { maxEvents: 1000, maxBytes: 1e6 },
      { maxEvents: 7, maxBytes: 1e6 },
      { maxEvents: 10_000, maxBytes: 3000 },
    ]) {
      const forward = (
        await pagesOf(sink, { key: keyOf('s'), direction: 'forward', ...size })
      ).flat();
      assert.deepEqual(
        forward.map((event) => event.message),
        all,
      );
      assert.equal(new Set(forward.map((event) => event.eventId)).size, all.length);
      assert.ok(forward.every((event) => /^\d{56}$/.test(event.eventId)));
      const backward = (await pagesOf(sink, { key: keyOf('s'), direction: 'backward', ...size }))
        .toReversed()
        .flat();
      assert.deepEqual(backward, forward);
    }
    await writer.close();
  });

  it('answer an event larger than a page alone', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['a'.repeat(500), 'b'.repeat(500)]), position: '1' });
    for (const direction of ['forward', 'backward'] as const)
      assert.deepEqual(
        (await pagesOf(sink, { key: keyOf('s'), direction, maxEvents: 10, maxBytes: 100 })).map(
          (page) => page.length,
        ),
        [1, 1],
      );
    await writer.close();
  });

  it('keep their tokens, and go on where new output begins', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one', 'two']), position: '1' });
    const first = await readOne(sink, { key: keyOf('s') });
    const end = await readOne(sink, { key: keyOf('s'), offset: first.forwardOffset });
    assert.deepEqual(end, {
      events: [],
      forwardOffset: first.forwardOffset,
      backwardOffset: first.forwardOffset,
    });
    await writer.append({ lines: lines(['three']), position: '2' });
    const more = await readOne(sink, { key: keyOf('s'), offset: end.forwardOffset });
    assert.deepEqual(
      more.events.map((event) => event.message),
      ['three'],
    );
    const back = await readOne(sink, {
      key: keyOf('s'),
      offset: more.backwardOffset,
      direction: 'backward',
    });
    assert.deepEqual(back.events, first.events);
    const start = await readOne(sink, {
      key: keyOf('s'),
      offset: back.backwardOffset,
      direction: 'backward',
    });
    assert.equal(start.backwardOffset, back.backwardOffset);
    await writer.close();
  });

  it('take any number for an offset', async (t) => {
    const { sink, root } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one', 'two', 'three']), position: '1' });
    await writer.close();
    const all = (await readOne(sink, { key: keyOf('s') })).events;
    const size = statSync(onlyFile(root)).size;
    for (const offset of [-1, ...Array(size + 3).keys(), Number.MAX_SAFE_INTEGER]) {
      assert.deepEqual(
        (await readOne(sink, { key: keyOf('s'), offset })).events,
        all.filter((event) => event.offset >= offset),
      );
      assert.deepEqual(
        (await readOne(sink, { key: keyOf('s'), offset, direction: 'backward' })).events,
        all.filter((event) => event.offset < offset),
      );
    }
  });

  it('begin and end at the asked time, also where events came out of order', async (t) => {
    const { sink } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    const stamped: { timestampMs: number; message: Buffer }[] = Array.from(
      { length: 5000 },
      (_, at) => ({
        timestampMs: startMs + ((at * 7919) % 5000),
        message: Buffer.from(`line ${at}`),
      }),
    );
    for (let at = 0; at < stamped.length; at += 250)
      await writer.append({ lines: stamped.slice(at, at + 250), position: String(at) });
    await writer.close();
    for (const [from, to] of [
      [0, 5000],
      [100, 101],
      [4990, 9000],
      [-5, 0],
      [2500, 2600],
    ] as const) {
      const expected = stamped
        .filter(({ timestampMs }) => timestampMs >= startMs + from && timestampMs < startMs + to)
        .map(({ message }) => message.toString());
      for (const direction of ['forward', 'backward'] as const) {
        const pages = await pagesOf(sink, {
          key: keyOf('s'),
          direction,
          fromMs: startMs + from,
          toMs: startMs + to,
          maxEvents: 64,
          maxBytes: 1e6,
        });
        assert.deepEqual(
          (direction === 'forward' ? pages : pages.toReversed())
            .flat()
            .map((event) => event.message),
          expected,
        );
      }
    }
  });
});

describe('a deleted stream', () => {
  it('does not come back from a writer that is still open', async (t) => {
    const { sink, root } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one']), position: '1' });
    const appending = writer.append({ lines: lines(['two']), position: '2' });
    await sink.delete(keyOf('s'));
    await appending;
    await writer.append({ lines: lines(['three']), position: '3' });
    assert.deepEqual(await readAll(sink, 's'), []);
    assert.deepEqual(filesUnder(root), []);
    const successor = await sink.openWriter(keyOf('s'));
    assert.equal(successor.position, undefined);
    await successor.append({ lines: lines(['new']), position: 'n' });
    await writer.append({ lines: lines(['four']), position: '4' });
    await writer.close();
    await successor.close();
    assert.deepEqual(await readAll(sink, 's'), ['new']);
  });

  it('makes place at once for a new one of its name, with other event ids', async (t) => {
    const { sink } = temporarySink(t);
    const write = async (text: string): Promise<void> => {
      const writer = await sink.openWriter(keyOf('s'));
      await writer.append({ lines: lines([text]), position: text });
      await writer.close();
    };
    await write('old');
    const [before] = (await readOne(sink, { key: keyOf('s') })).events;
    const deletion = sink.delete(keyOf('s'));
    await write('new');
    await deletion;
    const [after] = (await readOne(sink, { key: keyOf('s') })).events;
    assert.equal(after?.message, 'new');
    assert.notEqual(after?.eventId, before?.eventId);
    await sink.delete(keyOf('never was'));
  });
});

describe('storedBytes', () => {
  it('counts the bytes of a group', async (t) => {
    const { sink, root } = temporarySink(t);
    assert.equal(await sink.storedBytes(scope, group), 0);
    const writer = await sink.openWriter({ scope, group: 'g', stream: 's' });
    await writer.append({ lines: lines(['text']), position: '1' });
    await writer.close();
    assert.equal(await sink.storedBytes(scope, 'g'), statSync(onlyFile(root)).size);
  });
});

describe('a file that is damaged at its beginning', () => {
  const damagedFile = async (t: TestContext, damage: (file: Buffer) => Buffer) => {
    const { sink, root, reopen } = temporarySink(t);
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one']), position: '1' });
    await writer.close();
    const path = onlyFile(root);
    const damaged = damage(readFileSync(path));
    writeFileSync(path, damaged);
    return { path, damaged, again: await reopen() };
  };

  it('gets its header anew where what follows is whole, and the former one is kept beside it', async (t) => {
    const { path, damaged, again } = await damagedFile(t, (file) => file.fill(0, 0, 40));
    const writer = await again.openWriter(keyOf('s'));
    assert.equal(writer.position, '1');
    await writer.append({ lines: lines(['two']), position: '2' });
    await writer.close();
    assert.deepEqual(await readAll(again, 's'), ['one', 'two']);
    assert.deepEqual(
      (await again.search({ scope, group, streams: ['s'], limit: 10, maxBytes: 1000 })).events.map(
        ({ message }) => message,
      ),
      ['one', 'two'],
    );
    const former = readFileSync(`${path}.damaged`);
    assert.deepEqual(former, damaged.subarray(0, former.length));
  });

  it('is set aside where nothing of it can be read, and its stream begins anew', async (t) => {
    const { path, damaged, again } = await damagedFile(t, (file) => file.fill(0x78));
    const writer = await again.openWriter(keyOf('s'));
    assert.equal(writer.position, undefined);
    await writer.append({ lines: lines(['two']), position: '1' });
    await writer.close();
    assert.deepEqual(await readAll(again, 's'), ['two']);
    assert.deepEqual(readFileSync(`${path}.damaged`), damaged);
  });
});

describe('a file that is deleted while it is written', () => {
  for (const [how, remove] of [
    ['alone', (path: string) => rmSync(path)],
    ['with its directory', (path: string) => rmSync(dirname(path), { recursive: true })],
    ['and replaced by another', (path: string) => (rmSync(path), writeFileSync(path, 'another'))],
  ] as const) {
    it(`is written anew with what it held: ${how}`, async (t) => {
      const told: string[] = [];
      const { sink, root, reopen } = temporarySink(t, { onDamage: (what) => told.push(what) });
      const writer = await sink.openWriter(keyOf('s'));
      await writer.append({ lines: lines(['one']), position: '1' });
      const path = onlyFile(root);
      remove(path);
      await writer.append({ lines: lines(['two']), position: '2' });
      await writer.close();
      const again = await reopen();
      assert.deepEqual(await readAll(again, 's'), ['one', 'two']);
      assert.match(
        told.join(),
        /was deleted or replaced while it was written; it was written anew/,
      );
    });
  }

  it('begins anew where what it held cannot be reached any more', async (t) => {
    const { sink, root, reopen } = temporarySink(t, { openFiles: 1 });
    const writer = await sink.openWriter(keyOf('s'));
    await writer.append({ lines: lines(['one']), position: '1' });
    rmSync(onlyFile(root));
    const other = await sink.openWriter(keyOf('other'));
    for (const position of ['1', '2']) await other.append({ lines: lines(['x']), position });
    await writer.append({ lines: lines(['two']), position: '2' });
    await writer.close();
    const again = await reopen();
    assert.deepEqual(await readAll(again, 's'), ['two']);
    assert.equal((await again.openWriter(keyOf('s'))).position, '2');
  });
});

it('the pool opens no more files than it may, however many are asked for at once', async (t) => {
  const root = temporaryRoot(t);
  mkdirSync(root, { recursive: true });
  const pool = new DescriptorPool(3);
  let open = 0;
  let mostOpen = 0;
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      pool.use(join(root, String(at)), makeNew, async () => {
        mostOpen = Math.max(mostOpen, ++open);
        // Nobody lets go before as many are open as may be: a slow disk opens one after the other.
        while (mostOpen < 3) await new Promise<void>((resolve) => setImmediate(resolve));
        open--;
      }),
    ),
  );
  assert.equal(mostOpen, 3);
  await pool.close();
});
