// The door: a refusal changes nothing, an answer comes after its commit, and a commit that fails
// ends everything.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRefusal } from '../../base/refusal.ts';
import type { Envelope } from '../../port/command-bus.ts';
import { limit } from '../../core/limit.ts';
import { Stopped } from './stopped.ts';
import { scope } from '../../../test/house/caller.ts';
import { envelope, Rig } from '../../../test/house/rig.ts';
import { settle } from '../../../test/house/virtual-clock.ts';

const submission = (id: string, jobDefinition = 'd') =>
  ({
    type: 'submit-job',
    scope,
    jobId: id as never,
    request: { jobName: 'n', jobQueue: 'q', jobDefinition },
  }) as const;

describe('a refusal', () => {
  it('is a value, and neither the world nor the store hears of it', async () => {
    const rig = await Rig.open();
    const commits = rig.store.commits.length;
    const answer = await rig.ask(submission('one', 'no-such-definition'));
    assert.ok(isRefusal(answer));
    assert.equal(rig.store.commits.length, commits);
    assert.equal(rig.control.world.jobs.size, 0);
  });

  it('does not spoil the commands beside it in the same batch', async () => {
    const rig = await Rig.open();
    const commits = rig.store.commits.length;
    const answers = Promise.all([
      rig.ask(submission('one')),
      rig.ask(submission('two', 'none')),
      rig.ask(submission('three')),
    ]);
    await rig.clock.pass();
    assert.deepEqual((await answers).map(isRefusal), [false, true, false]);
    assert.equal(rig.store.commits.length, commits + 1);
    assert.deepEqual([...rig.control.world.jobs.keys()], ['one', 'three']);
  });
});

describe('an answer', () => {
  it('comes after the commit, and so does every effect', async () => {
    const rig = await Rig.open();
    const order: string[] = [];
    rig.store.onCommit = () => order.push('committed');
    rig.engine.onStart = async () => void order.push('started');
    const answer = rig.control.bus
      .submit(submission('one'), envelope)
      .then(() => order.push('answered'));
    await settle();
    assert.deepEqual(order, []);
    await rig.clock.pass();
    await answer;
    assert.equal(order[0], 'committed');
    assert.deepEqual(new Set(order), new Set(['answered', 'committed', 'started']));
  });

  it('of a command that changed nothing comes without a commit', async () => {
    const rig = await Rig.open();
    const commits = rig.store.commits.length;
    assert.deepEqual(
      await rig.ask({
        type: 'stop-job',
        scope,
        jobId: 'unknown' as never,
        by: 'terminate',
        reason: 'x',
      }),
      {},
    );
    assert.equal(rig.store.commits.length, commits);
  });
});

describe('a commit', () => {
  it('carries who asked for what, what was refused, and what became of jobs, in order', async () => {
    const rig = await Rig.open();
    const commits = rig.store.commits.length;
    const someone: Envelope = {
      requestId: 'r-1',
      principal: {
        kind: 'user',
        account: '000000000000',
        arn: 'arn:aws:iam::000000000000:user/ann',
        userId: 'AIDA',
        accessKeyId: 'AKIA',
      },
      region: 'us-east-1',
      service: 'batch',
      operation: 'SubmitJob',
      sourceAddress: '127.0.0.1',
      userAgent: 'a test',
    };
    const answers = Promise.all([
      rig.control.bus.submit(submission('one'), someone),
      rig.control.bus.submit(submission('two', 'none'), someone),
      rig.control.bus.write({ table: 'log-group', write: 'delete', scope, name: 'g' }, envelope),
    ]);
    await rig.clock.pass(0);
    await answers;
    const commit = rig.store.commits[commits];
    assert.deepEqual(
      commit?.entries.map((entry) => [entry.envelope, entry.command, entry.refusal?.refusal]),
      [
        [someone, 'submit-job', undefined],
        [someone, 'submit-job', 'not-found'],
        [envelope, 'log-group:delete', undefined],
      ],
    );
    assert.deepEqual(
      commit?.transitions.map(({ jobId, from, to }) => [jobId, from, to]),
      [
        ['one', undefined, 'SUBMITTED'],
        ['one', 'SUBMITTED', 'RUNNABLE'],
        ['one', 'RUNNABLE', 'STARTING'],
      ],
    );
    await rig.exited(rig.attempt('one' as never), 0);
    const later = rig.store.commits.slice(commits + 1).flatMap(({ transitions }) => transitions);
    assert.deepEqual(
      later.map(({ jobId, from, to, reason }) => [jobId, from, to, reason]),
      [
        ['one', 'STARTING', 'RUNNING', undefined],
        ['one', 'RUNNING', 'SUCCEEDED', 'Essential container in task exited'],
      ],
    );
  });
});

describe('a commit that fails', () => {
  it('rejects all that waits, says so once, and nothing is done or taken after it', async () => {
    const rig = await Rig.open();
    rig.engine.takeCalls();
    rig.store.failure = new Error('database or disk is full');
    const calls = [
      rig.control.bus.submit(submission('one'), envelope),
      rig.control.bus.submit(submission('two', 'none'), envelope),
      rig.control.bus.write({ table: 'log-group', write: 'delete', scope, name: 'g' }, envelope),
    ];
    const outcomes = Promise.allSettled(calls);
    await rig.clock.pass(60_000);
    for (const outcome of await outcomes) {
      assert.equal(outcome.status, 'rejected');
      assert.ok(outcome.reason instanceof Stopped);
      assert.match(outcome.reason.message, /disk is full/);
    }
    assert.deepEqual(
      rig.fatal.map((error) => error.message),
      ['database or disk is full'],
    );
    assert.deepEqual(rig.engine.takeCalls(), []);
    rig.store.failure = undefined;
    await assert.rejects(rig.control.bus.submit(submission('three'), envelope), Stopped);
    await assert.rejects(
      rig.control.bus.write({ table: 'log-group', write: 'delete', scope, name: 'g' }, envelope),
      Stopped,
    );
    assert.equal(rig.fatal.length, 1);
  });
});

describe('the queue', () => {
  it('turns clients away when too many wait, and never our own parts', async () => {
    const rig = await Rig.open();
    const waiting = Array.from({ length: limit.commandsWaiting }, () =>
      rig.control.bus.submit(
        { type: 'stop-job', scope, jobId: 'x' as never, by: 'cancel', reason: 'x' },
        envelope,
      ),
    );
    const turnedAway = await rig.control.bus.submit(submission('one'), envelope);
    assert.ok(isRefusal(turnedAway));
    assert.equal(turnedAway.refusal, 'busy');
    const issued = rig.control.bus.issue(
      { type: 'report-container', containerId: 'x' as never, report: { type: 'started', atMs: 0 } },
      'engine',
    );
    await rig.clock.pass();
    assert.deepEqual(await issued, { stale: true });
    assert.ok((await Promise.all(waiting)).every((answer) => !isRefusal(answer)));
    assert.ok(!isRefusal(await rig.ask(submission('one'))));
  });

  it('commits what it has taken when it closes, and takes no more', async () => {
    const rig = await Rig.open();
    const taken = rig.control.bus.submit(submission('one'), envelope);
    rig.control.bus.close();
    assert.ok(!isRefusal(await taken));
    assert.equal([...(rig.store.commits.at(-1)?.rows.submitted.keys() ?? [])][0], 'one');
    await assert.rejects(rig.control.bus.submit(submission('two'), envelope), Stopped);
  });
});
