// How far a job was overtaken outlives the server: one that is started again and again lets nobody
// wait for ever.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobId } from '../../base/ids.ts';
import { Rig } from '../../../test/house/rig.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';

/** The machine has four vCPUs. */
async function opened(settings: object): Promise<{ rig: Rig; large: JobId; small: JobId[] }> {
  const rig = await Rig.open({ settings });
  await rig.define('large', { vcpus: 4 });
  const first = [await rig.submit(), await rig.submit()];
  const large = await rig.submit('large');
  const small: JobId[] = [...first];
  for (let count = 0; count < 12; count++) small.push(await rig.submit());
  return { rig, large, small };
}

/** Ends the small job that has run for longest. */
async function endOne(rig: Rig, small: JobId[]): Promise<void> {
  const id = small.shift()!;
  await rig.started(rig.attempt(id));
  await rig.exited(rig.attempt(id));
}

const startedOf = (rig: Rig, small: readonly JobId[]): number =>
  small.filter((id) => rig.job(id)?.status !== 'RUNNABLE').length;

test('what overtook a job before a restart counts after it', async () => {
  const { rig, large, small } = await opened({ overtakeJobs: 8, overtakeSeconds: 1_000_000 });
  assert.equal(startedOf(rig, small), 4, 'two came first, and two have overtaken the large one');
  for (let count = 0; count < 2; count++) await endOne(rig, small);
  const next = await rig.restart().up();
  for (let count = 0; count < 4; count++) {
    assert.equal(startedOf(next, small), 4, `${count} more than before the restart`);
    await endOne(next, small);
  }
  const last = await next.restart().up();
  assert.equal(startedOf(last, small), 4);
  await endOne(last, small);
  assert.equal(startedOf(last, small), 3, 'room is kept by now');
  for (let count = 0; count < 3; count++) await endOne(last, small);
  assert.equal(last.job(large)?.status, 'STARTING');
});

test('… and since when, but not while nobody was there to overtake', async () => {
  const settings = { overtakeJobs: 1000, overtakeSeconds: 400 };
  const { rig, small } = await opened(settings);
  await rig.clock.pass(110_000);
  await endOne(rig, small);
  const later = new VirtualClock(rig.clock.now() + 3_600_000);
  const next = await new Rig({ settings }, { ...rig, clock: later }).up();
  assert.equal(startedOf(next, small), 4);
  await endOne(next, small);
  assert.equal(startedOf(next, small), 4, 'it was not overtaken while the server was away');
  await next.clock.pass(300_000);
  await endOne(next, small);
  assert.equal(startedOf(next, small), 3);
});

test('a row goes with what it is about', async () => {
  const { rig, large, small } = await opened({ overtakeJobs: 4 });
  const rows = (of: Rig): number => of.store.load().overtaken.length;
  assert.equal(rows(rig), 1);
  await rig.terminate(large);
  const next = await rig.restart().up();
  await endOne(next, small);
  assert.equal(rows(next), 0);
});
