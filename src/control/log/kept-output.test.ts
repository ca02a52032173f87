// Output that is late: its attempt stays where it is until the output is stored, over a restart
// too, and goes then.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limit } from '../../core/limit.ts';
import type { TableWrite } from '../../port/table.ts';
import { batch, emptyWorld, Rig } from '../scripted-ports.ts';

const writes = (rig: Rig): (TableWrite & { table: 'kept-output' })[] =>
  rig.store.commits
    .flatMap(({ tableWrites }) => tableWrites)
    .filter((write) => write.table === 'kept-output');

/** A job whose end is committed while its output could not be stored. */
async function late() {
  const rig = await Rig.open();
  rig.engine.onLogs = async function* lines(_attemptId, from) {
    if (from === undefined) yield batch(1, 'first');
  };
  rig.sink.failure = new Error('EMFILE: too many open files');
  const id = await rig.submit();
  const attemptId = rig.attempt(id);
  const stream = rig.stream(id) as string;
  await rig.started(attemptId);
  rig.engine.attempts.set(attemptId, {
    attemptId,
    state: 'exited',
    startedAtMs: 1,
    stoppedAtMs: 2,
    exit: { code: 0 } as never,
  });
  await rig.exited(attemptId);
  await rig.clock.pass(limit.logDrainMs);
  assert.equal(rig.store.job(id).status, 'SUCCEEDED');
  return { rig, id, attemptId, stream };
}

describe('output that could not be stored in time', () => {
  it('is stored when it can be, and its attempt is removed only then', async () => {
    const { rig, attemptId, stream } = await late();
    await rig.control.reconcile();
    await rig.clock.pass(limit.reconcilePeriodMs * 3);
    assert.deepEqual(rig.engine.takeCalls(), [`start ${attemptId}`]);
    assert.deepEqual(
      writes(rig).map(({ write }) => write),
      ['put'],
    );
    rig.sink.failure = undefined;
    await rig.clock.pass(limit.engineRetryMs);
    assert.deepEqual(rig.sink.lines(stream), ['first']);
    assert.deepEqual(rig.engine.takeCalls(), [`remove ${attemptId}`]);
    assert.deepEqual(
      writes(rig).map(({ write }) => write),
      ['put', 'delete'],
    );
  });

  it('is stored after a restart', async () => {
    const { rig, attemptId, stream } = await late();
    const [put] = writes(rig);
    assert.ok(put?.write === 'put');
    const next = new Rig({ ...emptyWorld, keptOutput: [put.row] });
    next.engine.onLogs = rig.engine.onLogs;
    next.engine.attempts.set(attemptId, rig.engine.attempts.get(attemptId)!);
    const opened = next.control.open({ ...[...rig.control.world.hosts.machines()][0]! });
    await next.clock.pass(limit.engineRetryMs);
    await opened;
    assert.deepEqual(next.sink.lines(stream), ['first']);
    assert.deepEqual(next.engine.takeCalls(), [`remove ${attemptId}`]);
    assert.deepEqual(writes(next), [{ table: 'kept-output', write: 'delete', attemptId }]);
  });
});
