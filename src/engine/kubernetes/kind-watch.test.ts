// What is known of a cluster's objects through whatever becomes of lists and watches, on virtual
// time. Pods and nodes alike; no cluster is needed, and none is proven.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import {
  json,
  ScriptedCluster,
  statusObject,
  type Asked,
} from '../../../test/house/scripted-cluster.ts';
import { ClusterRefusal } from './cluster-answer.ts';
import { KindWatch, type KubernetesObject } from './kind-watch.ts';

interface Thing extends KubernetesObject {
  readonly value?: string;
}

const thing = (name: string, version: number, value = `${name}${version}`, uid = name): Thing => ({
  metadata: { name, namespace: 'n', uid, resourceVersion: String(version) },
  value,
});

const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

/** A cluster of so many things, of which a test holds the watches. */
class Things implements AsyncDisposable {
  things: readonly Thing[] = [];
  version = 10;
  readonly watches: { readonly asked: Asked; readonly response: ServerResponse }[] = [];
  lists = 0;
  /** In place of a list; undefined: the list. */
  refusal: object | undefined;
  readonly told: string[] = [];
  readonly faults: string[] = [];
  readonly #disposal: ScriptedCluster;
  readonly watch: KindWatch<Thing, string>;

  private constructor(cluster: ScriptedCluster) {
    this.#disposal = cluster;
    this.watch = new KindWatch<Thing, string>({
      connection: cluster.connection,
      clock: cluster.clock,
      random: () => 1,
      path: '/api/v1/things',
      labelSelector: 'ours=1',
      keep: ({ value }) => {
        if (value === 'unreadable') throw new Error('unreadable');
        return value;
      },
      onChange: ({ type, key, kept, uid }) => {
        this.told.push(`${type} ${key} ${kept} ${uid}`);
        if (kept === 'throws') throw new Error('the handler');
      },
      onFault: (error) => this.faults.push((error as Error).message),
    });
  }

  static async start(): Promise<Things> {
    const holder: { things?: Things } = {};
    const cluster = await ScriptedCluster.start((asked, response) =>
      holder.things?.answer(asked, response),
    );
    holder.things = new Things(cluster);
    return holder.things;
  }

  get cluster(): ScriptedCluster {
    return this.#disposal;
  }

  answer(asked: Asked, response: ServerResponse): void {
    if (asked.query.get('watch') === 'true') {
      response.writeHead(200).flushHeaders();
      this.watches.push({ asked, response });
      return;
    }
    this.lists++;
    if (this.refusal !== undefined) return json(response, 410, this.refusal);
    const from = Number(asked.query.get('continue') ?? 0);
    const end = from + Number(asked.query.get('limit'));
    json(response, 200, {
      metadata: {
        resourceVersion: String(this.version),
        continue: end < this.things.length ? String(end) : '',
      },
      items: this.things.slice(from, end),
    });
  }

  get last(): { readonly asked: Asked; readonly response: ServerResponse } {
    const last = this.watches.at(-1);
    assert.ok(last);
    return last;
  }

  /** Opened, and the first watch has begun. */
  async open(...things: readonly Thing[]): Promise<void> {
    this.things = things;
    await this.cluster.settled(this.watch.open(), 0);
    await this.watched(1);
    await this.cluster.clock.pass(1);
    await this.bookmark(10);
  }

  /** Resolves when it was heard. */
  async bookmark(version: number): Promise<void> {
    this.last.response.write(line('BOOKMARK', { metadata: { resourceVersion: String(version) } }));
    await this.cluster.until(() => this.watch.heardAtMs === this.cluster.clock.now());
  }

  watched(count: number, stepMs = 10): Promise<void> {
    return this.cluster.until(() => this.watches.length >= count, stepMs);
  }

  async heard(count: number): Promise<readonly string[]> {
    await this.cluster.until(() => this.told.length >= count);
    return this.told;
  }

  get known(): readonly string[] {
    return [...this.watch.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.watch.close();
    await this.cluster[Symbol.asyncDispose]();
  }
}

test('all is listed in pages, then watched from there, with bookmarks', async () => {
  await using it = await Things.start();
  await it.open(...Array.from({ length: 1_201 }, (_, index) => thing(`a${index}`, 1)));
  assert.equal(it.watch.size, 1_201);
  assert.equal(it.lists, 3);
  assert.equal(it.told.length, 1_201);
  assert.equal(it.watch.get('n/a1200'), 'a12001');
  assert.deepEqual(Object.fromEntries(it.last.asked.query), {
    labelSelector: 'ours=1',
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: '10',
    timeoutSeconds: '300',
  });
});

test('events are told in their order, whatever pieces they come in', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 1));
  const text =
    line('ADDED', thing('b', 11, 'ü')) +
    line('MODIFIED', thing('a', 12)) +
    line('DELETED', thing('b', 13, 'last'));
  for (const byte of Buffer.from(text)) it.last.response.write(Buffer.from([byte]));
  assert.deepEqual(await it.heard(4), [
    'there n/a a1 a',
    'there n/b ü b',
    'there n/a a12 a',
    'gone n/b last b',
  ]);
  assert.deepEqual(it.known, ['a12']);
});

test('a watch that ends goes on where it stopped; half a line counts for nothing', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 1));
  it.last.response.write(line('MODIFIED', thing('a', 12)));
  it.last.response.write(line('BOOKMARK', { metadata: { resourceVersion: '20' } }));
  it.last.response.end(line('MODIFIED', thing('a', 21)).slice(0, -5));
  await it.watched(2);
  assert.equal(it.last.asked.query.get('resourceVersion'), '20');
  it.last.response.write(line('MODIFIED', thing('a', 21)));
  assert.deepEqual(await it.heard(3), ['there n/a a1 a', 'there n/a a12 a', 'there n/a a21 a']);
  assert.deepEqual([it.lists, it.faults], [1, []]);
});

test('a watch that says nothing for two minutes is cut, one that only has bookmarks is not', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 1));
  for (let minute = 0; minute < 3; minute++) {
    await it.cluster.clock.pass(60_000);
    await it.bookmark(30 + minute);
  }
  assert.equal(it.watches.length, 1);
  await it.cluster.clock.pass(119_000);
  assert.deepEqual(it.faults, []);
  await it.cluster.clock.pass(1_000);
  await it.cluster.until(() => it.faults.length > 0);
  assert.match(it.faults[0] ?? '', /silent for 120 s/);
});

test('where the cluster has forgotten, all is listed, and what is not there is gone', async () => {
  const forgotten = [
    (it: Things) => it.last.response.write(line('ERROR', statusObject(410, 'Expired'))),
    // An old etcd cannot say how far it is.
    (it: Things) => it.last.response.write(line('ERROR', statusObject(504, 'Timeout'))),
  ];
  for (const forget of forgotten) {
    await using it = await Things.start();
    await it.open(thing('a', 1), thing('b', 2), thing('c', 3, 'c3', 'old'));
    it.things = [thing('b', 2), thing('c', 14, 'c14', 'new'), thing('d', 15)];
    it.version = 16;
    forget(it);
    await it.watched(2);
    assert.deepEqual(it.told.slice(3), [
      'gone n/c c3 old',
      'there n/c c14 new',
      'there n/d d15 d',
      'gone n/a a1 a',
    ]);
    assert.equal(it.last.asked.query.get('resourceVersion'), '16');
  }
});

test('all is listed every five minutes, whatever a watch says', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 1));
  it.things = [];
  it.version = 40;
  for (const version of [20, 21]) {
    await it.cluster.clock.pass(100_000);
    await it.bookmark(version);
  }
  await it.cluster.clock.pass(100_000);
  // The cluster ends it as it was asked to.
  it.last.response.end();
  await it.watched(2);
  assert.deepEqual([it.lists, it.told.at(-1)], [2, 'gone n/a a1 a']);
});

test('a cluster that ends every watch at once is asked less and less', async () => {
  await using it = await Things.start();
  await it.open();
  const began = it.cluster.clock.elapsedMs;
  while (it.cluster.clock.elapsedMs < began + 240_000) {
    const count = it.watches.length;
    if (count % 2 === 0) it.last.response.end();
    else it.last.response.destroy();
    await it.watched(count + 1, 100);
  }
  assert.ok(it.watches.length < 40, String(it.watches.length));
});

test('a cluster that is away, refuses or talks nonsense is asked again until it does not', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 1));
  it.refusal = statusObject(403, 'Forbidden', 'no list');
  it.last.response.end('nonsense\n');
  await it.watched(2);
  it.last.response.end(line('ERROR', statusObject(410, 'Expired')));
  await it.cluster.until(() => it.faults.some((one) => /no list/.test(one)), 100);
  assert.deepEqual(it.known, ['a1']);
  it.refusal = undefined;
  it.things = [thing('a', 50)];
  await it.watched(3, 100);
  assert.deepEqual(it.known, ['a50']);
});

test('pages that expire are begun again; a first list that fails is the caller’s to know', async () => {
  await using it = await Things.start();
  it.refusal = statusObject(410, 'Expired');
  await assert.rejects(it.cluster.settled(it.watch.open()), ClusterRefusal);
  assert.equal(it.lists, 3);
  it.refusal = undefined;
  await it.open(thing('a', 1));
  assert.deepEqual(it.known, ['a1']);
});

test('what handlers throw and what cannot be read ends nothing', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 1, 'throws'), thing('b', 1));
  it.last.response.write(line('MODIFIED', thing('b', 11, 'unreadable')));
  it.last.response.write(line('ADDED', { metadata: { name: 'half' } }));
  it.last.response.write(line('ADDED', thing('c', 12)));
  await it.heard(3);
  assert.deepEqual(it.known, ['throws', 'b1', 'c12']);
  assert.deepEqual(it.faults, [
    'the handler',
    'unreadable',
    'an object without name, uid and version',
  ]);
});

test('a late word of one that is gone is not taken for the one of its name', async () => {
  await using it = await Things.start();
  await it.open(thing('a', 5, 'a5', 'second'));
  it.last.response.write(line('DELETED', thing('a', 4, 'a4', 'first')));
  it.last.response.write(line('MODIFIED', thing('a', 12, 'a12', 'second')));
  await it.heard(2);
  assert.deepEqual(it.known, ['a12']);
});

test('once closed, nothing is asked any more', async () => {
  await using it = await Things.start();
  await it.open();
  it.watch.close();
  await it.cluster.until(() => it.last.response.destroyed);
  await it.cluster.clock.pass(3_600_000);
  assert.deepEqual([it.watches.length, it.lists, it.faults], [1, 1, []]);
});
