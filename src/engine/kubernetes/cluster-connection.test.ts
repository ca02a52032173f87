// What is asked of a cluster, how its answers are taken, and how a connection stands one that is
// odd, busy or gone. No cluster is needed, and none is proven.

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import {
  json,
  ScriptedCluster,
  statusObject,
  type Asked,
} from '../../../test/house/scripted-cluster.ts';
import { Hidden } from '../../base/hidden.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { CredentialsUnavailable, type Credentials } from './cluster-access.ts';
import { ClusterRefusal, ClusterUnavailable } from './cluster-answer.ts';

const get = { method: 'GET', path: '/x' } as const;

test('only a Status of Kubernetes judges a request, and only by statuses that judge', async () => {
  const rows = [
    [400, statusObject(400, 'BadRequest'), 'final'],
    [403, statusObject(403, 'Forbidden'), 'final'],
    [404, statusObject(404, 'NotFound', 'namespaces "x" not found'), 'final'],
    [409, statusObject(409, 'AlreadyExists'), 'refused'],
    [410, statusObject(410, 'Expired'), 'refused'],
    [422, statusObject(422, 'Invalid'), 'final'],
    [401, statusObject(401, 'Unauthorized'), 'unavailable'],
    [408, statusObject(408, 'Timeout'), 'unavailable'],
    [429, statusObject(429, 'TooManyRequests'), 'unavailable'],
    [500, statusObject(500, 'InternalError'), 'unavailable'],
    [503, statusObject(503, 'ServiceUnavailable'), 'unavailable'],
    [504, statusObject(504, 'Timeout'), 'unavailable'],
    // What stands between here and the cluster says nothing of the request.
    [404, { message: 'no such page' }, 'unavailable'],
    [403, 'Forbidden', 'unavailable'],
    [302, {}, 'unavailable'],
    [200, 'a portal', 'unavailable'],
    [200, [], 'answered'],
    [200, null, 'unavailable'],
  ] as const;
  let row: (typeof rows)[number] = rows[0];
  await using cluster = await ScriptedCluster.start((_, response) =>
    json(response, row[0], row[1]),
  );
  for (row of rows) {
    // Whatever it asked for by 429 is over.
    await cluster.clock.pass(60_000);
    const said = await cluster
      .settled(cluster.connection.request({ ...get, patienceMs: 0 }))
      .then(() => 'answered')
      .catch((error: unknown) => {
        if (error instanceof ClusterRefusal) return error.isFinal ? 'final' : 'refused';
        assert.ok(error instanceof EngineUnavailable, String(error));
        return 'unavailable';
      });
    assert.equal(said, row[2], `${row[0]} ${JSON.stringify(row[1])}`);
  }
});

test('a cluster that has too much to do is left alone for as long as it says, by all', async () => {
  const atMs: number[] = [];
  await using cluster = await ScriptedCluster.start((_, response) => {
    atMs.push(cluster.clock.elapsedMs);
    if (atMs.length > 1) return json(response, 200, {});
    response.setHeader('Retry-After', '7');
    response.setHeader('X-Kubernetes-PF-PriorityLevel-UID', 'level');
    json(response, 429, statusObject(429, 'TooManyRequests'));
  });
  const first = cluster.connection.request(get);
  await cluster.until(() => atMs.length === 1);
  // It heard of it before it was asked again: that waits too.
  const isHeld = (): boolean => cluster.asked.length === 1 && cluster.clock.elapsedMs >= 500;
  await cluster.until(isHeld, 1);
  await cluster.settled(Promise.all([first, cluster.connection.request(get)]));
  assert.ok((atMs[1] ?? 0) >= 7_000 && (atMs[2] ?? 0) >= 7_000, String(atMs));
});

test('what the cluster cannot do now is asked for again, with pauses, until patience ends', async () => {
  await using cluster = await ScriptedCluster.start((_, response) =>
    json(response, 500, statusObject(500, 'InternalError', 'etcdserver: request timed out')),
  );
  await assert.rejects(
    cluster.settled(cluster.connection.request(get)),
    (error) =>
      error instanceof ClusterUnavailable &&
      error.status === 500 &&
      /etcdserver: request timed out/.test(error.message),
  );
  assert.ok(cluster.asked.length >= 4 && cluster.asked.length <= 9, String(cluster.asked.length));
  assert.ok(cluster.clock.elapsedMs <= 21_000);
});

test('a create that met a change of the quota goes through later; a uid that is another never', async () => {
  await using cluster = await ScriptedCluster.start(({ method }, response) =>
    method === 'POST' && cluster.asked.length === 2
      ? json(response, 201, {})
      : json(response, 409, statusObject(409, 'Conflict')),
  );
  await cluster.settled(cluster.connection.request({ method: 'POST', path: '/x', body: {} }));
  const deletion = { method: 'DELETE', path: '/x', body: { preconditions: { uid: 'u' } } } as const;
  await assert.rejects(
    cluster.settled(cluster.connection.request(deletion)),
    (error) => error instanceof ClusterRefusal && error.reason === 'Conflict',
  );
  assert.equal(cluster.asked.length, 3);
});

test('a DELETE has a body of known length, and the next request finds the connection in order', async () => {
  await using cluster = await ScriptedCluster.start((_, response) => json(response, 200, {}), {
    access: { impersonation: { 'Impersonate-User': 'ann', 'Impersonate-Group': ['a', 'b'] } },
  });
  const { connection } = cluster;
  const body = { preconditions: { uid: 'ü' } };
  await cluster.settled(connection.request({ method: 'DELETE', path: '/a', body }), 0);
  await cluster.settled(connection.request({ method: 'PATCH', path: '/b', body: {} }), 0);
  await cluster.settled(
    connection.request({ ...get, query: { a: 'x y&z', b: undefined, c: true, d: 5 } }),
    0,
  );
  const [deleted, patched, got] = cluster.asked as [Asked, Asked, Asked];
  assert.deepEqual(JSON.parse(deleted.body), body);
  assert.equal(deleted.headers['content-length'], String(Buffer.byteLength(JSON.stringify(body))));
  assert.equal(patched.headers['content-type'], 'application/merge-patch+json');
  assert.ok(patched.isReused && got.isReused);
  assert.deepEqual(Object.fromEntries(got.query), { a: 'x y&z', c: 'true', d: '5' });
  assert.equal(got.headers['impersonate-user'], 'ann');
});

test('a kept connection that the cluster has closed says nothing of it', async () => {
  await using cluster = await ScriptedCluster.start(({ isReused }, response) =>
    isReused ? void response.destroy() : json(response, 200, {}),
  );
  for (let count = 0; count < 3; count++) await cluster.settled(cluster.connection.request(get), 0);
  assert.equal(cluster.asked.length, 5);
});

test('silence, half an answer, too much of one and nobody there are one thing: unavailable', async () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/silence': () => undefined,
    '/half': (response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('{');
      setImmediate(() => response.destroy());
    },
    '/drip': (response) => void response.writeHead(200).write('{'),
    '/much': (response) => void response.end('x'.repeat(2_000)),
    '/cut': (response) => void response.destroy(),
    '/bytes': (response) => void response.end(Buffer.from([0, 255, 128, 10])),
  };
  await using cluster = await ScriptedCluster.start(
    ({ path }, response) => answers[path]?.(response),
    { mostAnswerBytes: 1_000 },
  );
  for (const path of Object.keys(answers))
    await assert.rejects(
      cluster.settled(cluster.connection.request({ method: 'GET', path, answerMs: 5_000 })),
      EngineUnavailable,
      path,
    );
  assert.equal(cluster.asked.length, Object.keys(answers).length);
});

test('no more are under way at once than the bound, and each gets its turn', async () => {
  const open: ServerResponse[] = [];
  let most = 0;
  await using cluster = await ScriptedCluster.start(
    (_, response) => {
      most = Math.max(most, open.push(response));
    },
    { mostAtOnce: 3 },
  );
  const all = Promise.all(Array.from({ length: 10 }, () => cluster.connection.request(get)));
  for (let answered = 0; answered < 10; answered++) {
    await cluster.until(() => open.length === Math.min(3, 10 - answered));
    const response = open.shift();
    if (response !== undefined) json(response, 200, {});
  }
  await cluster.settled(all, 0);
  assert.equal(most, 3);
});

test('whoever waits too long for its turn is told so, and nothing is asked for it', async () => {
  await using cluster = await ScriptedCluster.start(() => undefined, { mostAtOnce: 1 });
  const first = cluster.connection.request({ ...get, answerMs: 60_000 });
  first.catch(() => undefined);
  await cluster.until(() => cluster.asked.length === 1);
  const second = cluster.connection.request({ ...get, patienceMs: 5_000 });
  await assert.rejects(cluster.settled(second), /asked for more than it bears/);
  cluster.connection.close();
  await assert.rejects(cluster.settled(first), EngineUnavailable);
  await assert.rejects(cluster.settled(cluster.connection.request(get)), EngineUnavailable);
  assert.equal(cluster.asked.length, 1);
});

test('who is refused as unknown asks once more with what is newer, if there is something', async () => {
  const tokens = ['old', 'new', 'newer'];
  const credentials = {
    current: () => Promise.resolve({ token: new Hidden(tokens[0] as string) }),
    refused: () => tokens.shift() !== undefined,
  } satisfies Credentials;
  await using cluster = await ScriptedCluster.start(
    ({ headers }, response) =>
      headers.authorization === 'Bearer new'
        ? json(response, 200, {})
        : json(response, 401, statusObject(401, 'Unauthorized')),
    { access: { credentials } },
  );
  await cluster.settled(cluster.connection.request(get), 0);
  tokens[0] = 'bad';
  await assert.rejects(cluster.settled(cluster.connection.request(get), 0), EngineUnavailable);
  assert.equal(cluster.asked.length, 4);
});

test('no credentials: the cluster is not even asked', async () => {
  const credentials: Credentials = {
    current: () => Promise.reject(new CredentialsUnavailable('aws: not logged in')),
    refused: () => false,
  };
  await using cluster = await ScriptedCluster.start(() => undefined, { access: { credentials } });
  await assert.rejects(
    cluster.connection.request(get),
    (error) => error instanceof EngineUnavailable && /aws: not logged in/.test(error.message),
  );
  assert.equal(cluster.asked.length, 0);
});

test('a stream goes on until it is ended, by its signal or by the end of all', async () => {
  await using cluster = await ScriptedCluster.start((_, response) => void response.write('a'));
  const stop = new AbortController();
  const streams = await cluster.settled(
    Promise.all([
      cluster.connection.stream({ ...get, signal: stop.signal }),
      cluster.connection.stream(get),
    ]),
    0,
  );
  const [stopped, closed] = streams;
  await cluster.clock.pass(600_000);
  assert.deepEqual([stopped.destroyed, closed.destroyed], [false, false]);
  stop.abort();
  await cluster.until(() => stopped.destroyed);
  assert.equal(closed.destroyed, false);
  cluster.connection.close();
  await cluster.until(() => closed.destroyed);
});
