// When the journal is kept, whom it wakes, and what it trims: in a whole server with jobs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limit } from '../../core/limit.ts';
import type { Following } from '../../port/journal.ts';
import { Rig } from '../../../test/house/rig.ts';

const followed = (rig: Rig): Following => {
  const following = rig.control.journal.follow();
  assert.ok(following);
  return following;
};
const rows = (rig: Rig): string[] =>
  rig.store.reader.journalAbove(0, 1_000).map(({ transition }) => transition?.to ?? 'gap');

test('it is kept while somebody follows and a while longer, and marks where it ends', async () => {
  const rig = await Rig.open();
  await rig.submit();
  assert.deepEqual(rows(rig), []);
  const following = followed(rig);
  const other = followed(rig);
  await rig.submit();
  const submitted = ['SUBMITTED', 'RUNNABLE', 'STARTING'];
  assert.deepEqual(rows(rig), submitted);
  following.end();
  following.end();
  await rig.clock.pass(limit.journalKeptMs - 1);
  await rig.submit();
  assert.deepEqual(rows(rig), [...submitted, ...submitted]);
  other.end();
  await rig.submit();
  await rig.clock.pass(limit.journalLingersMs);
  await rig.submit();
  await rig.submit();
  assert.deepEqual(rows(rig).slice(-2), ['STARTING', 'gap']);
});

test('who waits is woken by a change, by nothing for a while, and by the end', async () => {
  const rig = await Rig.open();
  const following = followed(rig);
  const heard: string[] = [];
  const listen = (): void => void following.more(1_000).then((what) => heard.push(what));
  listen();
  await rig.submit();
  assert.deepEqual(heard, ['more']);
  listen();
  await rig.clock.pass(1_000);
  assert.deepEqual(heard, ['more', 'quiet']);
  listen();
  rig.control.journal.close();
  await rig.clock.pass();
  listen();
  await rig.clock.pass();
  assert.deepEqual(heard, ['more', 'quiet', 'over', 'over']);
  assert.equal(rig.control.journal.follow(), undefined);
});

test('what is old is trimmed, and then nobody writes', async () => {
  const rig = await Rig.open();
  followed(rig);
  await rig.submit();
  await rig.clock.pass(limit.journalKeptMs);
  await rig.clock.pass(2 * limit.journalTrimPeriodMs);
  // The last row stays, so that who comes back learns that something is missing.
  assert.deepEqual(rows(rig), ['STARTING']);
  const commits = rig.store.commits.length;
  await rig.clock.pass(10 * limit.journalTrimPeriodMs);
  assert.equal(rig.store.commits.length, commits);
});

test('a server that ended while somebody followed goes on, another does not', async () => {
  const rig = await Rig.open();
  followed(rig);
  await rig.submit();
  const next = await rig.restart().up();
  await next.submit();
  assert.equal(rows(next).filter((to) => to === 'RUNNABLE').length, 2);
  await next.clock.pass(limit.journalLingersMs);
  await next.submit();
  assert.equal(rows(next).at(-1), 'gap');
  const last = await next.restart().up();
  await last.submit();
  assert.equal(rows(last).at(-1), 'gap');
});
