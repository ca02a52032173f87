// Archives, through the SDK's own client: what they keep of their bus, for how long, and what is
// refused.

import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { limit } from '../../../core/limit.ts';

let rig: Rig;
let call: ReturnType<typeof eventsCaller>;
beforeEach(async () => {
  rig = await Rig.bare();
  call = eventsCaller(rig);
});

const dayMs = 86_400_000;
const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/default';
const arn = 'arn:aws:events:eu-west-1:123456789012:archive/a';
const pattern = '{"source":["app"]}';
const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });
const notFound = (message: string) => ({ name: 'ResourceNotFoundException', message });
const create = (more: object = {}) =>
  call('CreateArchive', { ArchiveName: 'a', EventSourceArn: bus, ...more });
const put = async (Source: string, more: object = {}): Promise<void> => {
  const Entries = [{ Source, DetailType: 't', Detail: '{"text":"é"}', ...more }];
  assert.equal((await call('PutEvents', { Entries }))['FailedEntryCount'], 0);
};
const size = async (ArchiveName = 'a') => {
  const { EventCount, SizeBytes } = await call('DescribeArchive', { ArchiveName });
  return [EventCount, SizeBytes];
};

it('is made, shown, changed and deleted', async () => {
  const at = new Date(rig.clock.now());
  assert.deepEqual(await create({ Description: 'd', EventPattern: pattern, RetentionDays: 2 }), {
    ArchiveArn: arn,
    CreationTime: at,
    State: 'ENABLED',
  });
  const listed = {
    ArchiveName: 'a',
    EventSourceArn: bus,
    State: 'ENABLED',
    RetentionDays: 2,
    SizeBytes: 0,
    EventCount: 0,
    CreationTime: at,
  };
  const whole = { ...listed, ArchiveArn: arn, Description: 'd', EventPattern: pattern };
  assert.deepEqual(await call('DescribeArchive', { ArchiveName: 'a' }), whole);
  for (const filter of [{ NamePrefix: 'a' }, { EventSourceArn: bus }, { State: 'ENABLED' }, {}])
    assert.deepEqual(await call('ListArchives', filter), { Archives: [listed] });
  for (const filter of [{ NamePrefix: 'b' }, { State: 'DISABLED' }])
    assert.deepEqual(await call('ListArchives', filter), { Archives: [] });
  assert.deepEqual(await call('UpdateArchive', { ArchiveName: 'a', RetentionDays: 0 }), {
    ArchiveArn: arn,
    CreationTime: at,
    State: 'ENABLED',
  });
  assert.deepEqual(await call('DescribeArchive', { ArchiveName: 'a' }), {
    ...whole,
    RetentionDays: 0,
  });
  await call('DeleteArchive', { ArchiveName: 'a' });
  assert.deepEqual(await call('ListRules'), { Rules: [] });
  for (const name of ['DescribeArchive', 'DeleteArchive'] as const)
    await assert.rejects(call(name, { ArchiveName: 'a' }), notFound('Archive a does not exist.'));
});

it('is fed by a managed rule, which only force takes away', async () => {
  await create({ EventPattern: pattern });
  const { Rules: rules } = await call('ListRules');
  assert.deepEqual(rules, [
    {
      Name: 'Events-Archive-a',
      Arn: 'arn:aws:events:eu-west-1:123456789012:rule/Events-Archive-a',
      EventPattern: pattern,
      State: 'ENABLED',
      Description: 'Feeds the archive a',
      ManagedBy: 'prod.vhs.events.aws.internal',
      EventBusName: 'default',
    },
  ]);
  const Name = 'Events-Archive-a';
  const force = "Events-Archive-a is a managed rule. Set 'force' parameter to true to override.";
  const managed = { name: 'ManagedRuleException' };
  await assert.rejects(call('DeleteRule', { Name }), { ...managed, message: force });
  await assert.rejects(call('RemoveTargets', { Rule: Name, Ids: ['x'] }), managed);
  await assert.rejects(call('DisableRule', { Name }), managed);
  await assert.rejects(call('PutRule', { Name, EventPattern: pattern }), managed);
  const Targets = [{ Id: 'x', Arn: 'arn:aws:sns:eu-west-1:123456789012:t' }];
  await assert.rejects(call('PutTargets', { Rule: Name, Targets }), managed);
  await call('DeleteRule', { Name, Force: true });
  const state = async () => (await call('DescribeArchive', { ArchiveName: 'a' }))['State'];
  assert.equal(await state(), 'DISABLED');
  await put('app');
  assert.deepEqual(await size(), [0, 0]);
  await call('UpdateArchive', { ArchiveName: 'a', Description: 'new' });
  assert.equal(await state(), 'ENABLED');
  await put('app');
  assert.equal((await size())[0], 1);
});

it('keeps what matches, and tells how much that is', async () => {
  await call('CreateEventBus', { Name: 'b' });
  await create({ EventPattern: pattern });
  await create({ ArchiveName: 'all' });
  await create({ ArchiveName: 'other', EventSourceArn: bus.replace('default', 'b') });
  await put('app');
  await put('else');
  await put('app', { EventBusName: 'b' });
  const [events, bytes] = await size();
  assert.equal(events, 1);
  const event = rig.store.reader.archives.archives()[0]?.archive ?? '';
  const [kept] = rig.store.reader.archives.archivedEvents({
    archive: event,
    fromMs: 0,
    toMs: Number.MAX_SAFE_INTEGER,
    limit: 9,
    bytes: 9_999,
  });
  assert.equal(bytes, Buffer.byteLength(kept?.body ?? ''));
  assert.match(kept?.body ?? '', /^\{"version":"0","id":.*"source":"app".*"text":"é"\}\}$/);
  assert.equal((await size('all'))[0], 2);
  assert.equal((await size('other'))[0], 1);
  const next = await rig.restart().up();
  const { EventCount } = await eventsCaller(next)('DescribeArchive', { ArchiveName: 'all' });
  assert.equal(EventCount, 2);
});

it('keeps what becomes of jobs', async () => {
  rig = await Rig.open();
  call = eventsCaller(rig);
  await create({ EventPattern: '{"source":["aws.batch"],"detail":{"status":["RUNNABLE"]}}' });
  await rig.submit();
  assert.equal((await size())[0], 1);
});

it('forgets events that are too old, and those of archives that are gone', async () => {
  await create({ RetentionDays: 1 });
  await create({ ArchiveName: 'good' });
  await put('app', { Time: new Date(rig.clock.now() - 2 * dayMs) });
  await put('app');
  await rig.clock.pass(limit.events.archiveTrimPeriodMs + 1_000);
  assert.equal((await size())[0], 1);
  assert.equal((await size('good'))[0], 2);
  await rig.clock.pass(dayMs + limit.events.archiveTrimPeriodMs);
  assert.deepEqual(await size(), [0, 0]);
  assert.equal((await size('good'))[0], 2);
  const { archives } = rig.store.reader;
  assert.equal(archives.archives().length, 2);
  await call('DeleteArchive', { ArchiveName: 'good' });
  await create({ ArchiveName: 'good' });
  assert.deepEqual(await size('good'), [0, 0], 'it is another one');
  await rig.clock.pass(limit.events.archiveTrimPeriodMs + 1_000);
  assert.equal(archives.archives().length, 1);
});

it('is refused where it cannot be', async () => {
  await create();
  await assert.rejects(create(), {
    name: 'ResourceAlreadyExistsException',
    message: 'Archive a already exists.',
  });
  const more = { ArchiveName: 'b' };
  await assert.rejects(
    create({ ...more, EventSourceArn: bus.replace('default', 'none') }),
    notFound('Event bus none does not exist.'),
  );
  await assert.rejects(create({ ArchiveName: 'x'.repeat(49) }), invalid(/48$/));
  await assert.rejects(create({ ...more, RetentionDays: -1 }), invalid(/'retentionDays' failed/));
  await assert.rejects(
    create({ ...more, KmsKeyIdentifier: 'k' }),
    invalid('KmsKeyIdentifier is not supported by Longshore.'),
  );
  await assert.rejects(create({ ...more, EventPattern: '{"a":1}' }), {
    name: 'InvalidEventPatternException',
  });
  await assert.rejects(
    call('UpdateArchive', { ArchiveName: 'none' }),
    invalid('At least one of EventPattern, RetentionDays or Description must be provided.'),
  );
  await assert.rejects(
    call('UpdateArchive', { ArchiveName: 'none', RetentionDays: 1 }),
    notFound('Archive none does not exist.'),
  );
  await assert.rejects(
    call('ListArchives', { NamePrefix: 'a', State: 'ENABLED' }),
    invalid(/^At most one filter is allowed for ListArchives\./),
  );
  await assert.rejects(
    call('ListArchives', { EventSourceArn: bus.replace('default', 'none') }),
    notFound('Event bus none does not exist.'),
  );
  await call('PutRule', { Name: 'Events-Archive-c', EventPattern: pattern });
  await assert.rejects(create({ ArchiveName: 'c' }), {
    name: 'ResourceAlreadyExistsException',
    message: 'Rule Events-Archive-c already exists.',
  });
  for (let n = 1; n < limit.events.archives; n++) await create({ ArchiveName: `a${n}` });
  await assert.rejects(create({ ArchiveName: 'more' }), { name: 'LimitExceededException' });
});
