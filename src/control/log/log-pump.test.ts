// Output before the end: an attempt's end is committed only when its output is stored, bounded in
// time and said where the bound was hit.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JobId } from '../../base/ids.ts';
import { limit } from '../../core/limit.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { Rig } from '../../../test/house/rig.ts';
import { batch, endless } from '../../../test/house/scripted-engine.ts';

/** A running job, and its log stream. */
async function running(
  rig: Rig,
): Promise<{ id: JobId; containerId: ReturnType<Rig['attempt']>; stream: string }> {
  const id = await rig.submit();
  const containerId = rig.attempt(id);
  const stream = rig.stream(id) as string;
  await rig.started(containerId);
  return { id, containerId, stream };
}

describe('the log pump', () => {
  it('holds an end back until the last line is stored', async () => {
    const rig = await Rig.open();
    let lastLine = (): void => undefined;
    rig.engine.onLogs = async function* slow() {
      yield batch(1, 'first');
      await new Promise<void>((resolve) => (lastLine = resolve));
      yield batch(2, 'last');
    };
    const { id, containerId, stream } = await running(rig);
    await rig.exited(containerId);
    assert.equal(rig.job(id)?.status, 'RUNNING');
    assert.deepEqual(rig.lines(stream), ['first']);
    lastLine();
    await rig.clock.pass();
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.deepEqual(rig.lines(stream), ['first', 'last']);
    assert.deepEqual(rig.engine.takeCalls(), [`start ${containerId}`, `remove ${containerId}`]);
  });

  it('commits the end when the bound is hit, and says so', async () => {
    const rig = await Rig.open();
    rig.engine.onLogs = endless;
    const { id, containerId } = await running(rig);
    await rig.exited(containerId, 3);
    await rig.clock.pass(limit.logDrainMs - 1);
    assert.equal(rig.job(id)?.status, 'RUNNING');
    await rig.clock.pass(1);
    const { status, attempts } = rig.store.job(id);
    assert.equal(status, 'FAILED');
    assert.equal(attempts[0]?.exitCode, 3);
    assert.match(attempts[0]?.containerReason ?? '', /output was not complete 20 s after its end/);
  });

  it('asks an engine that went away again, from where the stream ends', async () => {
    const rig = await Rig.open();
    const asked: (string | undefined)[] = [];
    rig.engine.onLogs = async function* flaky(_attemptId, from) {
      asked.push(from);
      if (asked.length === 1) yield batch(2, 'a', 'b');
      if (asked.length < 3) throw new EngineUnavailable('away');
      yield batch(3, 'c');
    };
    const { id, containerId, stream } = await running(rig);
    await rig.exited(containerId);
    await rig.clock.pass(limit.engineRetryMs * 2);
    assert.deepEqual(asked, [undefined, '2', '2']);
    assert.deepEqual(rig.lines(stream), ['a', 'b', 'c']);
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.deepEqual(rig.problems, []);
  });

  it('stores again what could not be stored, and nothing twice', async () => {
    const rig = await Rig.open();
    rig.engine.onLogs = async function* lines(_attemptId, from) {
      if (from === undefined) yield batch(1, 'first');
      if (from !== '2') yield batch(2, 'second');
    };
    rig.sink.failure = new Error('no space left on device');
    const { id, containerId, stream } = await running(rig);
    await rig.exited(containerId);
    await rig.clock.pass(limit.engineRetryMs * 3);
    assert.equal(rig.job(id)?.status, 'RUNNING');
    rig.sink.failure = undefined;
    await rig.clock.pass(limit.engineRetryMs);
    assert.deepEqual(rig.lines(stream), ['first', 'second']);
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.equal(rig.store.job(id).attempts[0]?.containerReason, undefined);
    assert.equal(rig.problems.length, 1);
  });

  it('says that output could not be stored, where it cannot be stored in time', async () => {
    const rig = await Rig.open();
    rig.engine.onLogs = async function* lines() {
      yield batch(1, 'first');
    };
    rig.sink.failure = new Error('no space left on device');
    const { id, containerId } = await running(rig);
    await rig.exited(containerId);
    await rig.clock.pass(limit.logDrainMs);
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
    assert.match(
      rig.store.job(id).attempts[0]?.containerReason ?? '',
      /output was not complete 20 s after its end: no space left on device/,
    );
  });

  it('carries the output once, however often the start is reported', async () => {
    const rig = await Rig.open();
    let asked = 0;
    rig.engine.onLogs = async function* lines() {
      asked++;
      yield batch(1, 'line');
    };
    const { containerId, stream } = await running(rig);
    await rig.started(containerId);
    await rig.control.reconcile();
    await rig.exited(containerId);
    assert.equal(asked, 1);
    assert.deepEqual(rig.lines(stream), ['line']);
  });

  it('tells in the stream why an attempt never started, once', async () => {
    const rig = await Rig.open();
    const id = await rig.submit();
    const [containerId, stream] = [rig.container(id), rig.stream(id)];
    const report = {
      type: 'start-failed',
      containerId,
      atMs: rig.clock.now(),
      reason: 'CannotPullContainerError: no such image',
    } as const;
    rig.engine.report(report);
    rig.engine.report(report);
    await rig.clock.pass();
    assert.deepEqual(rig.lines(stream), ['CannotPullContainerError: no such image']);
    const { status, statusReason, attempts } = rig.store.job(id);
    assert.deepEqual(
      [status, statusReason, attempts[0]?.containerReason],
      ['FAILED', 'Task failed to start', 'CannotPullContainerError: no such image'],
    );
  });

  it('reads from the beginning where the stream holds only why an earlier try did not start', async () => {
    const rig = await Rig.open();
    const asked: (string | undefined)[] = [];
    rig.engine.onLogs = async function* lines(_attemptId, from) {
      asked.push(from);
      if (from === undefined) yield batch(1, 'it runs');
    };
    const id = await rig.submit();
    // What a crash between the telling and the commit leaves behind.
    const writer = await rig.sink.openWriter({ stream: rig.stream(id) as string } as never);
    await writer.append({ lines: [], position: 'told' });
    const containerId = rig.attempt(id);
    await rig.started(containerId);
    await rig.exited(containerId);
    assert.deepEqual(asked, [undefined]);
    assert.equal(rig.store.job(id).status, 'SUCCEEDED');
  });
});
