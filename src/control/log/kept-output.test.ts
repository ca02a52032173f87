// Output that is late: its attempt stays where it is until the output is stored, over a restart
// too, and goes then.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limit } from '../../core/limit.ts';
import type { TableWrite } from '../../port/table.ts';
import { Rig } from '../../../test/house/rig.ts';
import { batch } from '../../../test/house/scripted-engine.ts';

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
  const containerId = rig.container(id);
  const stream = rig.stream(id) as string;
  await rig.started(rig.attempt(id));
  rig.engine.containers.set(containerId, {
    containerId,
    state: 'exited',
    startedAtMs: 1,
    stoppedAtMs: 2,
    exit: { code: 0 } as never,
  });
  await rig.exited(rig.attempt(id));
  await rig.clock.pass(limit.logDrainMs);
  assert.equal(rig.store.job(id).status, 'SUCCEEDED');
  return { rig, id, containerId, stream };
}

describe('output that could not be stored in time', () => {
  it('is stored when it can be, and its attempt is removed only then', async () => {
    const { rig, containerId, stream } = await late();
    await rig.control.reconcile();
    await rig.clock.pass(limit.reconcilePeriodMs * 3);
    assert.deepEqual(rig.engine.takeCalls(), [`start ${containerId}`]);
    assert.deepEqual(
      writes(rig).map(({ write }) => write),
      ['put'],
    );
    rig.sink.failure = undefined;
    await rig.clock.pass(limit.engineRetryMs);
    assert.deepEqual(rig.lines(stream), ['first']);
    assert.deepEqual(rig.engine.takeCalls(), [`remove ${containerId}`]);
    assert.deepEqual(
      writes(rig).map(({ write }) => write),
      ['put', 'delete'],
    );
  });

  it('is stored after a restart', async () => {
    const { rig, containerId, stream } = await late();
    rig.engine.takeCalls();
    rig.sink.failure = undefined;
    const next = await rig.restart().up();
    await next.clock.pass(limit.engineRetryMs);
    assert.deepEqual(next.lines(stream), ['first']);
    assert.deepEqual(next.engine.takeCalls(), [`remove ${containerId}`]);
    assert.deepEqual(
      writes(next).map(({ write }) => write),
      ['put', 'delete'],
    );
  });
});
