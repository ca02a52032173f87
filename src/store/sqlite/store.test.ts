// The SQLite store against the contract, and what is SQLite's alone: versions and the lock.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { after, mock, test } from 'node:test';
import { must } from '../../base/assert.ts';
import { arn, jobId, scopeOf } from '../../base/ids.ts';
import type { EndedArrayParent, Job, JobDetailRecord } from '../../core/job/job.ts';
import { migrations } from '../migration/migrations.ts';
import { storeContract } from '../../../test/house/contract/store-contract.ts';
import { SqliteStore } from './store.ts';
import { commitOf } from '../../../test/house/commit.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-store-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'store.db');
const forget = (): void => {
  for (const ending of ['', '-wal', '-shm', '-mark']) rmSync(path + ending, { force: true });
};

storeContract('sqlite', () => new SqliteStore(path), forget);

test('sqlite: a file of a newer program is refused and left alone', () => {
  new SqliteStore(path).close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 9999');
  database.close();
  assert.throws(() => new SqliteStore(path), { name: 'NewerSchema', message: /9999/ });
  forget();
});

test('sqlite: a second server on the same file fails at once', () => {
  const first = new SqliteStore(path);
  assert.throws(() => new SqliteStore(path), /locked/);
  first.close();
  forget();
});

test('sqlite: rows of the first version are brought up to date', () => {
  const first = new DatabaseSync(path);
  first.exec(migrations[0]!.statements);
  first.exec('PRAGMA user_version = 1');
  first.exec("INSERT INTO queue_number (number, arn) VALUES (1, 'arn:q')");
  const insert = first.prepare(
    "INSERT INTO job VALUES (?, ?, 1, 2, 'n', 'arn:d', 'd', NULL, 7, ?)",
  );
  const needs = { milliVcpu: 1000, memoryMib: 64, gpus: 0 };
  const log = { group: 'g', prefix: 'p' };
  insert.run(1, 'a', JSON.stringify({ needs, log, attempts: [], status: 'RUNNABLE' }));
  insert.run(2, 'b', JSON.stringify({ needs, attempts: [], status: 'RUNNABLE' }));
  const body = JSON.stringify({ arn: 'arn:job', scope: 'x/y', queueArn: 'arn:q' });
  insert.run(3, 'c', JSON.stringify({ needs, attempts: [], status: 'FAILED', stoppedAtMs: 50 }));
  insert.run(
    4,
    'd',
    JSON.stringify({
      needs,
      status: 'FAILED',
      stoppedAtMs: 60,
      arraySize: 3,
      rest: { status: 'RUNNABLE' },
    }),
  );
  insert.run(
    5,
    'e',
    JSON.stringify({
      needs,
      status: 'FAILED',
      stoppedAtMs: 70,
      arraySize: 3,
      rest: { status: 'FAILED' },
    }),
  );
  first.exec('UPDATE job SET status = 6 WHERE sequence > 2');
  for (const sequence of [3, 4, 5])
    first.prepare('INSERT INTO job_detail VALUES (?, ?)').run(sequence, body);
  for (const [index, status] of ['SUCCEEDED', 'FAILED', 'FAILED'].entries())
    first
      .prepare('INSERT INTO array_child VALUES (4, ?, ?)')
      .run(index, JSON.stringify({ status }));
  first.prepare('INSERT INTO job_queue VALUES (?, ?)').run('arn:q', JSON.stringify({ name: 'q' }));
  first.close();
  const store = new SqliteStore(path);
  assert.deepEqual(
    store.load().jobQueues.map(({ firstSequence }) => firstSequence),
    [0],
  );
  assert.equal(store.reader.firstEnds().kept, 50);
  const failedChildren = ['d', 'e'].map(
    (id) =>
      (store.reader.job(scopeOf('x', 'y'), jobId(id)) as { job: EndedArrayParent }).job
        .failedChildren,
  );
  assert.deepEqual(failedChildren, [
    [
      [1, 1],
      [2, 2],
    ],
    [[0, 2]],
  ]);
  assert.deepEqual(
    [...store.load().jobs].map(({ job }) => job.terms),
    [{ needs, log }, { needs }],
  );
  store.close();
  forget();
});

test('sqlite: stops of before they were a list are read as one', () => {
  const old = new DatabaseSync(path);
  for (const { version, statements } of migrations) {
    if (version > 13) break;
    old.exec(`${statements} PRAGMA user_version = ${version}`);
  }
  old.exec("INSERT INTO queue_number (number, arn) VALUES (1, 'arn:q')");
  const cancel = { by: 'cancel', reason: 'it is "old"', atMs: 1 };
  const later = { by: 'terminate', reason: 'enough', atMs: 2 };
  const array = { terms: {}, arraySize: 3, stopRequested: cancel };
  const rows = [
    { terms: {}, attempts: [], stopRequested: { ...cancel, later } },
    { terms: {}, attempts: [] },
    { ...array, rest: { status: 'FAILED', stopRequested: cancel }, failedChildren: [[0, 2]] },
  ];
  for (const [sequence, state] of rows.entries()) {
    const text = JSON.stringify({ ...state, status: 'FAILED', stoppedAtMs: 9 });
    old.exec('BEGIN');
    old
      .prepare("INSERT INTO job VALUES (?, ?, 1, 6, 'n', 'arn:d', 'd', NULL, 0, ?, 9)")
      .run(sequence, `job-${sequence}`, text);
    old
      .prepare('INSERT INTO job_detail VALUES (?, ?)')
      .run(sequence, JSON.stringify({ arn: 'arn:job', scope: 'x/y', queueArn: 'arn:q' }));
    old.exec('COMMIT');
  }
  old
    .prepare('INSERT INTO array_child VALUES (2, 1, ?)')
    .run(JSON.stringify({ attempts: [], status: 'FAILED', stopRequested: later }));
  old.close();
  const store = new SqliteStore(path);
  const job = (id: string) => must(store.reader.job(scopeOf('x', 'y'), jobId(id)), id).job;
  assert.deepEqual(job('job-0').stops, [cancel, later]);
  assert.equal('stops' in job('job-1'), false);
  const parent = job('job-2') as EndedArrayParent;
  assert.deepEqual([parent.stops, parent.rest], [[cancel], { status: 'FAILED', stops: [cancel] }]);
  assert.deepEqual(store.reader.child(jobId('job-2'), 1)?.job.stops, [later]);
  store.close();
  forget();
});

test('sqlite: hosts that were registered before are known without words of Docker', () => {
  const old = new DatabaseSync(path);
  for (const { version, statements } of migrations) {
    if (version > 23) break;
    old.exec(`${statements} PRAGMA user_version = ${version}`);
  }
  const facts = { kernelVersion: '6.1', vcpus: 4, logDrivers: ['awslogs'] };
  const insert = old.prepare('INSERT INTO host VALUES (?, ?)');
  const register = (id: string, address: object, architecture: string): void => {
    const said = { ...facts, dockerVersion: '27.1', gpuRuntime: id === 'a', architecture };
    insert.run(id, JSON.stringify({ kind: 'registered', id, address, facts: said }));
  };
  register('a', { dockerHost: 'tcp://box:2375', certPath: '/tls' }, 'aarch64');
  register('b', { dockerHost: 'ssh://me@there' }, 'amd64');
  register('c', { dockerHost: 'unix:///var/run/docker.sock' }, 'x86_64');
  register('d', { dockerHost: 'tcp://[::1]:2375/' }, 'x86_64');
  register('e', { dockerHost: 'ssh://me@10.0.0.7:22' }, 'x86_64');
  register('f', { dockerHost: 'tcp://box/' }, 'riscv64');
  insert.run('i', JSON.stringify({ kind: 'instance', id: 'i', machineId: 'm' }));
  old.close();
  const store = new SqliteStore(path);
  const said = {
    ...facts,
    runtime: { name: 'Docker', version: '27.1' },
    canGiveGpus: false,
    architecture: 'x86_64',
  };
  const host = (id: string, endpoint: object, now: object) => ({
    kind: 'registered',
    id,
    endpoint,
    facts: { ...said, ...now },
  });
  assert.deepEqual(store.load().hosts, [
    host(
      'a',
      { url: 'tcp://box:2375', certPath: '/tls' },
      { architecture: 'arm64', canGiveGpus: true, networkName: 'box' },
    ),
    host('b', { url: 'ssh://me@there' }, { networkName: 'there' }),
    host('c', { url: 'unix:///var/run/docker.sock' }, {}),
    host('d', { url: 'tcp://[::1]:2375/' }, { networkName: '[::1]' }),
    host('e', { url: 'ssh://me@10.0.0.7:22' }, { networkName: '10.0.0.7' }),
    host('f', { url: 'tcp://box/' }, { architecture: 'riscv64', networkName: 'box' }),
    { kind: 'instance', id: 'i', machineId: 'm' },
  ]);
  store.close();
  forget();
});

test('sqlite: the room of removed jobs is used again, and the write-ahead log stays small', () => {
  const store = new SqliteStore(path);
  const queueArn = arn('arn:aws:batch:us-east-1:000000000000:job-queue/q');
  const sizes: number[] = [];
  let sequence = 0;
  for (let round = 0; round < 12; round++) {
    for (let batch = 0; batch < 20; batch++) {
      const details = Array.from({ length: 100 }, (): JobDetailRecord => {
        const id = jobId(randomUUID());
        return {
          id,
          arn: arn(`arn:aws:batch:us-east-1:000000000000:job/${id}`),
          scope: scopeOf('000000000000', 'us-east-1'),
          sequence: ++sequence,
          name: 'job',
          queueArn,
          definitionArn: arn('d'),
          definitionName: 'd',
          createdAtMs: round,
          parameters: {},
          container: { image: 'busybox', command: ['x'.repeat(1_000)] },
        };
      });
      const jobs = details.map(({ id, scope, createdAtMs, sequence: at }): Job => ({
        id,
        scope,
        queueArn,
        createdAtMs,
        sequence: at,
        terms: { needs: { milliVcpu: 1, memoryMib: 1, gpus: 0 } },
        attempts: [],
        status: 'SUCCEEDED',
        stoppedAtMs: round,
      }));
      store.commit(commitOf({ atMs: round, submitted: details, jobs }));
    }
    // Two rounds are kept, and two more are remembered.
    while (
      store.commit(
        commitOf({
          tableWrites: [{ table: 'job', write: 'expire', endedBeforeMs: round - 1, maxRows: 100 }],
        }),
      )[0] === 'done'
    );
    while (
      store.commit(
        commitOf({
          tableWrites: [
            { table: 'remembered-job', write: 'forget', endedBeforeMs: round - 3, maxRows: 100 },
          ],
        }),
      )[0] === 'done'
    );
    sizes.push(statSync(path).size);
  }
  const walBytes = statSync(`${path}-wal`).size;
  store.close();
  forget();
  const [early, late] = [sizes[5] ?? 0, sizes.at(-1) ?? 0];
  assert.ok(
    late <= early * 1.02,
    `the file grew from ${early} to ${late} bytes: ${sizes.join(', ')}`,
  );
  assert.ok(walBytes < 64 * 2 ** 20, `the write-ahead log has ${walBytes} bytes`);
});

/** Jobs that wait, each for another: no two rows are alike. */
function waitingJobs(count: number): {
  readonly submitted: JobDetailRecord[];
  readonly jobs: Job[];
} {
  const scope = scopeOf('000000000000', 'us-east-1');
  const queueArn = arn('arn:aws:batch:us-east-1:000000000000:job-queue/q');
  const jobs = Array.from({ length: count }, (_, at): Job => ({
    id: jobId(`job-${at}`),
    scope,
    queueArn,
    createdAtMs: at,
    sequence: at + 1,
    terms: { needs: { milliVcpu: 1, memoryMib: 1, gpus: 0 } },
    attempts: [],
    status: 'PENDING',
    waitsFor: [{ type: 'JOB', jobId: jobId(`job-${at - 1}`) }],
  }));
  const submitted = jobs.map(({ id, createdAtMs, sequence }): JobDetailRecord => ({
    id,
    arn: arn(`arn:aws:batch:us-east-1:000000000000:job/${id}`),
    scope,
    sequence,
    name: 'job',
    queueArn,
    definitionArn: arn('d'),
    definitionName: 'd',
    createdAtMs,
    parameters: {},
    container: {},
  }));
  return { submitted, jobs };
}

test('sqlite: jobs are read one by one at start, and what they share is one value', () => {
  const store = new SqliteStore(path);
  store.commit(commitOf({ ...waitingJobs(3_000) }));
  const all = mock.method(StatementSync.prototype, 'all');
  const loaded = [...store.load().jobs].map(({ job }) => job);
  const mostAtOnce = Math.max(...all.mock.calls.map(({ result }) => result?.length ?? 0));
  all.mock.restore();
  assert.equal(loaded.length, 3_000);
  assert.ok(mostAtOnce < 10, `${mostAtOnce} rows were in memory at once`);
  assert.equal(new Set(loaded.map(({ terms }) => terms)).size, 1);
  store.close();
  forget();
});

test('sqlite: a start looks at no row of a job that has ended', () => {
  const store = new SqliteStore(path);
  store.commit(commitOf({ ...waitingJobs(10) }));
  const prepare = mock.method(DatabaseSync.prototype, 'prepare');
  assert.equal([...store.load().jobs].length, 10);
  const queries = prepare.mock.calls
    .map(({ arguments: [sql] }) => sql)
    .filter((sql) => /\bjob\b/.test(sql));
  prepare.mock.restore();
  store.close();
  const database = new DatabaseSync(path);
  const scans = queries
    .flatMap((sql) => database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
    .filter(({ detail }) => /^SCAN job\b/.test(detail));
  database.close();
  assert.deepEqual(scans, []);
  forget();
});
