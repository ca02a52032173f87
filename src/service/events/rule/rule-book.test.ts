// The rule book: it follows what becomes of rules, and looks at them anew only when something has.

import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { scopeOf } from '../../../base/ids.ts';
import { jsonFields } from '../../../core/event-pattern/fields.ts';
import { targetLane, type RuleBook } from './rule-book.ts';

let rig: Rig;
let book: RuleBook;
let call: ReturnType<typeof eventsCaller>;
beforeEach(async () => {
  rig = await Rig.bare();
  book = rig.app.ruleBook;
  call = eventsCaller(rig);
});

const pattern = (source: string): string => JSON.stringify({ source: [source] });
const matched = (source: string, bus = 'default', of = scope): string[] =>
  book.match(of, bus, jsonFields({ source })).map(({ name }) => name);
const topic = 'arn:aws:sns:eu-west-1:123456789012:t';

it('is idle where no rule has a pattern and is enabled', async () => {
  assert.ok(book.isIdle(scope));
  await call('PutRule', { Name: 's', ScheduleExpression: 'rate(1 hour)' });
  await call('PutRule', { Name: 'off', EventPattern: pattern('a'), State: 'DISABLED' });
  assert.ok(book.isIdle(scope));
  await call('EnableRule', { Name: 'off' });
  assert.ok(!book.isIdle(scope));
  assert.ok(book.isIdle(scopeOf('999999999999', 'eu-west-1')));
  await call('DeleteRule', { Name: 'off' });
  assert.ok(book.isIdle(scope));
});

it('matches what stands there, and what has changed since', async () => {
  await call('PutRule', { Name: 'b', EventPattern: pattern('x') });
  await call('PutRule', { Name: 'a', EventPattern: pattern('x') });
  await call('PutRule', { Name: 'c', EventPattern: pattern('y') });
  assert.deepEqual(matched('x'), ['a', 'b']);
  assert.deepEqual(matched('y'), ['c']);
  assert.deepEqual(matched('x', 'none'), []);
  assert.deepEqual(matched('x', 'default', scopeOf('999999999999', 'eu-west-1')), []);

  await call('PutRule', { Name: 'a', EventPattern: pattern('y') });
  await call('DisableRule', { Name: 'c' });
  assert.deepEqual(matched('x'), ['b']);
  assert.deepEqual(matched('y'), ['a']);
  await call('PutRule', { Name: 'a', ScheduleExpression: 'rate(1 hour)' });
  assert.deepEqual(matched('y'), []);
  await call('EnableRule', { Name: 'c' });
  assert.deepEqual(matched('y'), ['c']);
});

it('compiles a pattern once, whatever becomes of its rule and of others', async () => {
  const Targets = [{ Id: 't', Arn: topic }];
  await call('PutRule', { Name: 'a', EventPattern: pattern('x') });
  assert.deepEqual(book.patternsOf(scope, 'default'), [], 'it leads nowhere');
  await call('PutTargets', { Rule: 'a', Targets });
  const [first] = book.patternsOf(scope, 'default');
  assert.equal(first?.text, pattern('x'));
  await call('PutRule', { Name: 'b', EventPattern: pattern('y') });
  await call('PutTargets', { Rule: 'b', Targets });
  const patterns = book.patternsOf(scope, 'default');
  assert.equal(patterns.length, 2);
  assert.ok(patterns.includes(first));
  assert.deepEqual(book.patternsOf(scope, 'none'), []);
});

it('reads nothing of the store while nothing has changed', async () => {
  await call('PutRule', { Name: 'a', EventPattern: pattern('x') });
  assert.deepEqual(matched('x'), ['a']);
  const { reader } = rig.control;
  const read = reader.resources.resources.bind(reader.resources);
  let reads = 0;
  reader.resources.resources = (...of) => {
    reads++;
    return read(...of);
  };
  for (let n = 0; n < 10; n++) assert.deepEqual(matched('x'), ['a']);
  assert.equal(reads, 0);
});

it('tells targets as they are now', async () => {
  await call('PutRule', { Name: 'a', EventPattern: pattern('x') });
  await call('PutTargets', { Rule: 'a', Targets: [{ Id: 't.1', Arn: topic, Input: '1' }] });
  const [rule] = book.match(scope, 'default', jsonFields({ source: 'x' }));
  assert.deepEqual(rule, {
    arn: 'arn:aws:events:eu-west-1:123456789012:rule/a',
    bus: 'default',
    name: 'a',
    archive: undefined,
    targets: [{ id: 't.1', arn: topic, input: '1' }],
  });
  const lane = targetLane(rule, 't.1');
  assert.equal(lane, 'default/a/t.1');
  assert.deepEqual(book.target(scope, lane), { rule, target: rule.targets[0] });
  await call('PutTargets', { Rule: 'a', Targets: [{ Id: 't.1', Arn: topic }] });
  assert.deepEqual(book.target(scope, lane)?.target, { id: 't.1', arn: topic });
  await call('RemoveTargets', { Rule: 'a', Ids: ['t.1'] });
  assert.equal(book.target(scope, lane), undefined);
  assert.equal(book.target(scope, 'default/none/t.1'), undefined);
});

it('is the same after a restart', async () => {
  await call('PutRule', { Name: 'a', EventPattern: pattern('x') });
  const next = await rig.restart().up();
  const rules = next.app.ruleBook.match(scope, 'default', jsonFields({ source: 'x' }));
  assert.deepEqual(
    rules.map(({ name }) => name),
    ['a'],
  );
});
