// Starts, stops and reports as control runs them: nothing asked for is lost, and what is not
// current is dropped.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkWorld } from '../core/world/invariant.ts';
import { limit } from '../core/limit.ts';
import { scope } from '../../test/house/caller.ts';
import { host, Rig } from '../../test/house/rig.ts';
import { batch } from '../../test/house/scripted-engine.ts';

describe('a stop', () => {
  it('that comes while the start is under way is sent at once, and again when the start is done', async () => {
    const rig = await Rig.open();
    let started = (): void => undefined;
    rig.engine.onStart = () => new Promise((resolve) => (started = resolve));
    const id = await rig.submit();
    const attemptId = rig.attempt(id);
    await rig.terminate(id);
    assert.deepEqual(rig.engine.takeCalls(), [`start ${attemptId}`, `stop ${attemptId}`]);
    await rig.started(attemptId);
    started();
    await rig.clock.pass();
    assert.deepEqual(rig.engine.takeCalls(), [`stop ${attemptId}`]);
    await rig.exited(attemptId, 143);
    const { status, statusReason, attempts } = rig.store.job(id);
    assert.deepEqual(
      [status, statusReason, attempts.length, attempts[0]?.exitCode],
      ['FAILED', 'enough', 1, 143],
    );
  });

  it('that comes before the start was begun keeps it from starting', async () => {
    const rig = await Rig.open();
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: host.id,
        title: 'large',
        capacity: { milliVcpu: 1_000_000, memoryMib: 1_000_000, gpus: 0 },
      },
    });
    rig.engine.onStart = () => new Promise(() => undefined);
    const ids = [];
    for (let index = 0; index <= limit.attemptsStarting; index++) ids.push(await rig.submit());
    const last = ids.at(-1) as (typeof ids)[number];
    const attemptId = rig.attempt(last);
    await rig.terminate(last);
    const begun = rig.engine.takeCalls();
    assert.equal(begun.length, limit.attemptsStarting);
    assert.ok(!begun.includes(`start ${attemptId}`));
  });

  it('is sent once, however often it is asked for; the first reason stands', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const attemptId = rig.attempt(id);
    await rig.started(attemptId);
    await rig.terminate(id, 'first');
    await rig.terminate(id, 'second');
    assert.deepEqual(rig.engine.takeCalls(), [`start ${attemptId}`, `stop ${attemptId}`]);
    await rig.exited(attemptId, 0);
    assert.deepEqual(
      [rig.store.job(id).status, rig.store.job(id).statusReason],
      ['FAILED', 'first'],
    );
  });
});

describe('a report', () => {
  it('of an attempt that is over is counted, dropped, and its container goes', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const attemptId = rig.attempt(id);
    await rig.started(attemptId);
    await rig.exited(attemptId);
    const stale = rig.control.reader;
    rig.engine.takeCalls();
    const commits = rig.store.commits.length;
    await rig.exited(attemptId, 1);
    await rig.started(attemptId);
    rig.engine.report({
      type: 'lost',
      containerId: 'e'.repeat(32) as never,
      atMs: 0,
      reason: 'gone',
    });
    await rig.clock.pass();
    assert.equal(stale.counts().staleReports, 3);
    assert.deepEqual(rig.engine.takeCalls(), [`remove ${attemptId}`, `remove ${'e'.repeat(32)}`]);
    assert.equal(rig.store.commits.length, commits);
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
  });

  it('that comes after the server was told to end is no problem of anybody’s', async () => {
    const rig = await Rig.open();
    let finish = (): void => undefined;
    rig.engine.onLogs = async function* slow() {
      yield batch(1, 'first');
      await new Promise<void>((resolve) => (finish = resolve));
    };
    const id = await rig.submit();
    const attemptId = rig.attempt(id);
    await rig.started(attemptId);
    await rig.exited(attemptId);
    const commits = rig.store.commits.length;
    const closed = rig.control.close();
    finish();
    await rig.clock.pass(60_000);
    await closed;
    assert.deepEqual(rig.problems, []);
    assert.equal(rig.store.commits.length, commits);
    assert.ok(!rig.engine.takeCalls().includes(`remove ${attemptId}`));
  });

  it('from a clock that runs behind never lets a job stop before it started', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const attemptId = rig.attempt(id);
    await rig.started(attemptId);
    rig.clock.setBy(-3_600_000);
    await rig.exited(attemptId);
    const job = rig.store.job(id);
    assert.equal(job.status, 'SUCCEEDED');
    assert.ok('stoppedAtMs' in job && job.stoppedAtMs >= (job.startedAtMs ?? Infinity));
  });
});

describe('a clock that is set back and forth', () => {
  it('breaks no law, for single jobs and arrays', async () => {
    const rig = await Rig.open();
    const steps = [-3_600_000, 7_200_000, -86_400_000, 1];
    for (const more of [{}, { arrayProperties: { size: 4 } }]) {
      const id = await rig.submit('d', more);
      for (let round = 0; round < 4; round++) {
        rig.clock.setBy(steps[round] as number);
        for (const attemptId of [...rig.control.world.attempts.keys()])
          await rig.started(attemptId);
        rig.clock.setBy(-(steps[round] as number) / 2);
        for (const attemptId of [...rig.control.world.attempts.keys()]) await rig.exited(attemptId);
        checkWorld(rig.control.world);
      }
      assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    }
    assert.deepEqual([rig.problems, rig.fatal], [[], []]);
  });
});

describe('a container', () => {
  it('with secrets fails its attempt, and its log stream says why', async () => {
    const rig = await Rig.open();
    await rig.define('secret', {
      secrets: [
        { name: 'PASSWORD', valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x' },
      ],
    });
    // The start is what finds it out, so the stream is known before that.
    const stream = new Promise<string>(
      (resolve) =>
        (rig.store.onCommit = ({ rows }) => {
          for (const { name } of rows.logStreams.values()) resolve(name);
        }),
    );
    const id = await rig.submit('secret');
    const { status, statusReason, attempts } = rig.store.job(id);
    assert.deepEqual([status, statusReason], ['FAILED', 'Task failed to start']);
    assert.match(
      attempts[0]?.containerReason ?? '',
      /^ResourceInitializationError: unable to pull secrets/,
    );
    assert.deepEqual(rig.lines(await stream), [attempts[0]?.containerReason]);
    assert.ok(!rig.engine.takeCalls().some((call) => call.startsWith('start')));
  });

  it('is told its place by variables that a job cannot set', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const environment = Object.fromEntries(
      (rig.engine.specs.get(rig.container(id))?.environment ?? []).map(({ name, value }) => [
        name,
        value,
      ]),
    );
    assert.deepEqual(
      [
        environment['AWS_BATCH_JOB_ID'],
        environment['AWS_BATCH_JOB_ATTEMPT'],
        environment['AWS_BATCH_JQ_NAME'],
        environment['AWS_BATCH_CE_NAME'],
      ],
      [id, '1', 'q', 'ce'],
    );
  });

  for (const [type, expected] of [
    ['EC2', { AWS_EXECUTION_ENV: 'AWS_ECS_EC2' }],
    [
      'FARGATE',
      { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'mine' },
    ],
  ] as const) {
    it(`is told by variables of Amazon ECS that it runs on ${type}, unless it says otherwise itself`, async () => {
      const rig = await Rig.open();
      const computeResources = {
        type,
        maxvCpus: 4,
        subnets: ['subnet-1'],
        securityGroupIds: ['sg-1'],
        ...(type === 'EC2' && {
          minvCpus: 0,
          instanceTypes: ['m5.large'],
          instanceRole: 'ecsInstanceRole',
        }),
      };
      await rig.ask({
        type: 'create-compute-environment',
        scope,
        uuid: 'platform',
        request: { computeEnvironmentName: 'platform', type: 'MANAGED', computeResources },
      });
      await rig.ask({
        type: 'create-job-queue',
        scope,
        request: {
          jobQueueName: 'platform',
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'platform' }],
        },
      });
      await rig.define(
        'own',
        type === 'FARGATE' ? { environment: [{ name: 'AWS_DEFAULT_REGION', value: 'mine' }] } : {},
      );
      const id = await rig.submit('own', { jobQueue: 'platform' });
      await rig.clock.pass(2_000);
      const variables = (rig.engine.specs.get(rig.container(id))?.environment ?? []).filter(
        ({ name }) => /^AWS_(?!BATCH)/.test(name ?? ''),
      );
      assert.equal(variables.length, Object.keys(expected).length);
      assert.deepEqual(
        Object.fromEntries(variables.map(({ name, value }) => [name, value])),
        expected,
      );
    });
  }
});

describe('the effects', () => {
  it('start no more at once than the bound, and all in the end', async () => {
    const rig = await Rig.open();
    await rig.ask({
      type: 'join-host',
      host: {
        kind: 'machine',
        id: host.id,
        title: 'large',
        capacity: { milliVcpu: 1_000_000, memoryMib: 1_000_000, gpus: 0 },
      },
    });
    const waiting: (() => void)[] = [];
    rig.engine.onStart = () => new Promise((resolve) => waiting.push(resolve));
    for (let index = 0; index < 100; index++) await rig.submit();
    assert.equal(waiting.length, limit.attemptsStarting);
    while (waiting.length > 0) {
      waiting.shift()?.();
      await rig.clock.pass();
      assert.ok(waiting.length <= limit.attemptsStarting);
    }
    assert.equal(rig.engine.takeCalls().length, 100);
  });
});

describe('compute environments', () => {
  it('settle at the next start where the server ended before they did', async () => {
    const before = await Rig.open();
    const [known] = [...before.control.world.computeEnvironments.values()];
    assert(known !== undefined);
    const left = [
      { status: 'CREATING' },
      { status: 'CREATING', problem: 'CLIENT_ERROR - no' },
      { status: 'UPDATING', revision: 2 },
      { status: 'DELETING' },
    ] as const;
    const computeEnvironments = left.map((more, index) => ({
      ...known,
      arn: `${known.arn}-${index}` as typeof known.arn,
      name: `ce-${index}`,
      ...more,
    }));
    const rig = await Rig.bare({ rows: { computeEnvironments } });
    assert.deepEqual(
      [...rig.control.world.computeEnvironments.values()].map(({ status, statusReason }) => [
        status,
        statusReason,
      ]),
      [
        ['VALID', undefined],
        ['INVALID', 'CLIENT_ERROR - no'],
        ['VALID', undefined],
      ],
    );
    checkWorld(rig.control.world);
  });
});

it('a server that has closed asks, stores and tells nothing any more', async () => {
  const rig = await Rig.open();
  const id = await rig.submit();
  await rig.started(rig.attempt(id));
  let sinkIsClosed = false;
  rig.sink.close = async () => void (sinkIsClosed = true);
  await rig.control.close();
  assert.ok(sinkIsClosed);
  const commits = rig.store.commits.length;
  let lists = 0;
  rig.engine.takeCalls();
  rig.engine.onList = async () => void lists++;
  await rig.clock.pass(86_400_000);
  assert.deepEqual([lists, rig.engine.takeCalls(), rig.store.commits.length], [0, [], commits]);
  assert.deepEqual([rig.problems, rig.fatal], [[], []]);
});

it('a server that closes while it compares with the engine draws no conclusion from the answer', async () => {
  const rig = await Rig.open();
  const id = await rig.submit();
  await rig.started(rig.attempt(id));
  rig.engine.containers.clear();
  let answer = (): void => undefined;
  rig.engine.onList = () => new Promise((resolve) => (answer = resolve));
  await rig.clock.pass(limit.reconcilePeriodMs);
  const closed = rig.control.close();
  answer();
  await closed;
  await rig.clock.pass(limit.reconcilePeriodMs);
  assert.equal(rig.job(id)?.status, 'RUNNING');
  assert.deepEqual([rig.problems, rig.fatal], [[], []]);
});
