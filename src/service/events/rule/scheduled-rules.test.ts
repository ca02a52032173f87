// Rules that fire by a clock, from PutRule to what is on its way to their targets: on time, over
// restarts, and no more when they are disabled or gone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import type { NewDelivery } from '../../../port/delivery.ts';

const minute = 60_000;
const arn = 'arn:aws:events:eu-west-1:123456789012:rule/';
const queue = 'arn:aws:sqs:eu-west-1:123456789012:q';

/** What rules' firings have sent since the beginning, as `target time`. */
function sent({ store }: Rig): string[] {
  return added(store.commits).map(({ lane, body }) => {
    const { time } = JSON.parse(body) as { time: string };
    return `${lane.id} ${time.slice(11, 19)}`;
  });
}

const added = (commits: Rig['store']['commits']): readonly NewDelivery[] =>
  commits
    .flatMap(({ tableWrites }) => tableWrites)
    .flatMap((write) => (write.table === 'outbox' ? (write.addDeliveries ?? []) : []))
    .filter(({ lane }) => lane.kind === 'rule-target');

/** A rule with targets `a` and `b`; the rig begins at 22:13:20. */
async function rule(rig: Rig, ScheduleExpression: string, Name = 'r'): Promise<void> {
  const call = eventsCaller(rig);
  await call('PutRule', { Name, ScheduleExpression });
  const Targets = ['a', 'b'].map((Id) => ({ Id, Arn: queue }));
  await call('PutTargets', { Rule: Name, Targets });
}

it('sends each target the scheduled event of AWS', async () => {
  const rig = await Rig.bare();
  await rule(rig, 'cron(0/5 * * * ? *)');
  await rig.clock.pass(5 * minute);
  assert.deepEqual(sent(rig), ['default/r/a 22:15:00', 'default/r/b 22:15:00']);
  const [first] = added(rig.store.commits);
  const { id, ...event } = JSON.parse(first?.body ?? '') as Record<string, unknown>;
  assert.match(String(id), /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.deepEqual(event, {
    version: '0',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: '2023-11-14T22:15:00Z',
    region: 'eu-west-1',
    resources: [`${arn}r`],
    detail: {},
  });
});

it('counts a rate from when the rule was made, enabled, or given it', async () => {
  const rig = await Rig.bare();
  const call = eventsCaller(rig);
  await rule(rig, 'rate(10 minutes)');
  await rig.clock.pass(11 * minute);
  // Nothing changes about when it fires.
  await call('PutRule', { Name: 'r', ScheduleExpression: 'rate(10 minutes)', Description: 'd' });
  await call('RemoveTargets', { Rule: 'r', Ids: ['b'] });
  await rig.clock.pass(9 * minute);
  await call('DisableRule', { Name: 'r' });
  await rig.clock.pass(31 * minute);
  await call('EnableRule', { Name: 'r' });
  await rig.clock.pass(10 * minute);
  await call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 minute)' });
  await rig.clock.pass(minute);
  await call('DeleteRule', { Name: 'r' }).catch(() => undefined);
  await call('RemoveTargets', { Rule: 'r', Ids: ['a'] });
  await call('DeleteRule', { Name: 'r' });
  await rig.clock.pass(20 * minute);
  assert.deepEqual(sent(rig), [
    'default/r/a 22:23:20',
    'default/r/b 22:23:20',
    'default/r/a 22:33:20',
    'default/r/a 23:14:20',
    'default/r/a 23:15:20',
  ]);
  assert.equal(rig.store.reader.outbox.firedUpToMs(`${arn}r`), undefined);
});

it('makes up after a start for the latest that was missed, where a target still wants it', async () => {
  const rig = await Rig.bare();
  await rule(rig, 'cron(0 * * * ? *)');
  const call = eventsCaller(rig);
  const RetryPolicy = { MaximumEventAgeInSeconds: 60 };
  await call('PutTargets', { Rule: 'r', Targets: [{ Id: 'b', Arn: queue, RetryPolicy }] });
  await rig.clock.pass(50 * minute);
  rig.clock.stall(150 * minute);
  const next = rig.restart();
  await next.up();
  await next.clock.pass(minute);
  assert.deepEqual(sent(next), [
    'default/r/a 23:00:00',
    'default/r/b 23:00:00',
    'default/r/a 01:00:00',
  ]);
});

it('fires the rules of every account and region', async () => {
  const rig = await Rig.bare();
  await rule(rig, 'cron(0/5 * * * ? *)');
  const other = eventsCaller(rig, '999999999999');
  await other('PutRule', { Name: 's', ScheduleExpression: 'rate(1 minute)' });
  await other('PutTargets', { Rule: 's', Targets: [{ Id: 't', Arn: queue }] });
  await rig.clock.pass(2 * minute);
  assert.deepEqual(sent(rig), [
    'default/s/t 22:14:20',
    'default/r/a 22:15:00',
    'default/r/b 22:15:00',
    'default/s/t 22:15:20',
  ]);
  assert.deepEqual(
    added(rig.store.commits).map((each) => each.scope),
    ['999999999999/eu-west-1', scope, scope, '999999999999/eu-west-1'],
  );
});

it('fires at no time that was before the rule', async () => {
  const rig = await Rig.bare();
  await rule(rig, 'cron(0 22 * * ? *)');
  await rig.restart().up();
  assert.deepEqual(sent(rig), []);
});
