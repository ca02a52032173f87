// PutEvents, through the SDK's own client: what becomes of entries, which fail and how, and whose
// buses somebody may put events to.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-eventbridge';
import { busEventsOf } from '../../../../test/house/bus-events.ts';
import { CheckedServer } from '../../../../test/house/checked-server.ts';
import { scope } from '../../../../test/house/caller.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { must } from '../../../base/assert.ts';
import { scopeOf } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { NewBusEvent } from '../../../port/delivery.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import type { EventsKinds } from '../resources.ts';
import { putEvents } from './put-events.ts';

const other = '999999999999';
const EventPattern = '{"source":["app"]}';
const entry = { Source: 'app', DetailType: 't', Detail: '{"a":1}' };

describe('PutEvents', () => {
  let rig: Rig;
  let call: ReturnType<typeof eventsCaller>;
  let events: NewBusEvent[];
  const put = (...Entries: object[]) => call('PutEvents', { Entries });
  beforeEach(async () => {
    rig = await Rig.bare();
    call = eventsCaller(rig);
    await call('PutRule', { Name: 'r', EventPattern });
    events = busEventsOf(rig);
  });

  it('hands in events as targets see them, with ids of their own', async () => {
    await call('CreateEventBus', { Name: 'b' });
    const answer = await put(
      { ...entry, Time: new Date(1_600_000_000_500), Resources: ['arn:x'], TraceHeader: 'Root=1' },
      { ...entry, EventBusName: 'b' },
      { ...entry, EventBusName: 'arn:aws:events:eu-west-1:123456789012:event-bus/b' },
    );
    const ids = (answer['Entries'] as { EventId: string }[]).map(({ EventId }) => EventId);
    assert.equal(new Set(ids).size, 3);
    assert.equal(answer['FailedEntryCount'], 0);
    assert.deepEqual(
      events.map(({ bus }) => bus),
      ['default', 'b', 'b'],
    );
    assert.deepEqual(events[0], {
      scope,
      bus: 'default',
      atMs: rig.clock.now(),
      event: {
        version: '0',
        id: ids[0],
        'detail-type': 't',
        source: 'app',
        account: '123456789012',
        time: '2020-09-13T12:26:40Z',
        region: 'eu-west-1',
        resources: ['arn:x'],
        detail: { a: 1 },
      },
    });
    assert.deepEqual(Object.keys(events[1]?.event ?? {}), Object.keys(events[0]?.event ?? {}));
    const { time, resources } = must(events[1], 'an event').event as {
      time: string;
      resources: string[];
    };
    assert.equal(time, new Date(rig.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'));
    assert.deepEqual(resources, []);
  });

  it('says of each entry alone what is wrong with it', async () => {
    const argument = (name: string) => ({
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    });
    const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const unauthorized = {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
    const deep = `{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}`;
    const faulty = [
      [{ ...entry, Source: undefined }, argument('Source')],
      [{ ...entry, DetailType: '' }, argument('DetailType')],
      [{ ...entry, Detail: undefined }, argument('Detail')],
      [{ ...entry, Detail: '{' }, malformed],
      [{ ...entry, Detail: '["a"]' }, malformed],
      [{ ...entry, Detail: '"a"' }, malformed],
      [{ ...entry, Detail: deep }, malformed],
      [{ ...entry, Source: 'aws.batch' }, unauthorized],
      // Of environments and queues the server tells itself by this source.
      [{ ...entry, Source: 'longshore' }, unauthorized],
    ] as const;
    const answer = await put(...faulty.map(([given]) => given), entry);
    const answers = answer['Entries'] as object[];
    assert.equal(answer['FailedEntryCount'], faulty.length);
    assert.deepEqual(
      answers.slice(0, -1),
      faulty.map(([, fault]) => fault),
    );
    assert.deepEqual(Object.keys(answers.at(-1) ?? {}), ['EventId']);
    assert.equal(events.length, 1);
    const region = { ...entry, EventBusName: 'arn:aws:events:us-east-1:123456789012:event-bus/b' };
    assert.match(JSON.stringify(await put(region)), /InvalidArgument.*in another Region/);
  });

  it('refuses requests as a whole that are too many or too large', async () => {
    const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });
    await assert.rejects(put(), invalid(/'entries' failed .* greater than or equal to 1$/));
    const many = Array.from({ length: 11 }, () => entry);
    await assert.rejects(put(...many), invalid(/'entries' failed .* less than or equal to 10$/));
    await assert.rejects(
      rig.call(putEvents, { Entries: [entry], EndpointId: 'abc.veo' }),
      invalid('EndpointId is not supported by Longshore.'),
    );
    await assert.rejects(
      put({ ...entry, EventBusName: 'a b' }),
      invalid(/'entries\.1\.member\.eventBusName' failed/),
    );
    await assert.rejects(put({ ...entry, TraceHeader: '' }), invalid(/traceHeader' failed/));
    const sized = (bytes: number) => {
      const rest = 14 + 2 * 'é'.length * 2 + '{"a":""}'.length + 'arn'.length;
      return {
        Time: new Date(0),
        Source: 'é',
        DetailType: 'é',
        Resources: ['arn'],
        Detail: JSON.stringify({ a: 'x'.repeat(bytes - rest) }),
      };
    };
    const half = limit.events.entryBytes / 2;
    assert.equal((await put(sized(half), sized(half)))['FailedEntryCount'], 0);
    await assert.rejects(
      put(sized(half), sized(half + 1)),
      invalid('Total size of the entries in the request is over the limit.'),
    );
    assert.equal(events.length, 2);
  });

  it('stores nothing where no rule has a pattern', async () => {
    await call('DeleteRule', { Name: 'r' });
    assert.equal((await put(entry))['FailedEntryCount'], 0);
    const elsewhere = {
      ...entry,
      EventBusName: 'arn:aws:events:eu-west-1:123456789012:event-bus/x',
    };
    assert.equal((await put(elsewhere))['FailedEntryCount'], 0);
    assert.deepEqual(events, []);
  });
});

describe('leave to put events', () => {
  it('is of the caller and of the bus, whose policy others need', async () => {
    const server = await CheckedServer.open();
    const events = busEventsOf(server.rig);
    const bus = `arn:aws:events:eu-west-1:${other}:event-bus/default`;
    const user = await server.user('ann', { Action: 'events:PutEvents' });
    const putTo = (EventBusName: string, Source = 'app') =>
      user(sdk, new sdk.PutEventsCommand({ Entries: [{ ...entry, Source, EventBusName }] }));
    await server.root(sdk, new sdk.PutRuleCommand({ Name: 'r', EventPattern }));
    await putTo('default');
    assert.equal(events.length, 1);
    const denied = {
      name: 'AccessDeniedException',
      message: /events:PutEvents on resource: .*no resource-based policy allows/,
    };
    await assert.rejects(putTo(bus), denied);
    await assert.rejects(putTo(bus.replace('default', 'none')), denied);

    const { space } = server.rig.depsOf<{ space: ResourceSpace<EventsKinds> }>('events');
    const allow = (statement: object) =>
      server.rig.settled(
        space.change(scopeOf(other, 'eu-west-1'), { part: 'test' }, (draft) => {
          const policy = JSON.stringify({
            Statement: {
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::123456789012:root' },
              Action: 'events:PutEvents',
              Resource: bus,
              ...statement,
            },
          });
          draft.put('bus', 'default', { name: 'default', tags: {}, policy });
          draft.put('rule', 'default/r', {
            bus: 'default',
            name: 'r',
            pattern: EventPattern,
            state: 'ENABLED',
            tags: {},
            sinceMs: 0,
            targets: [],
          });
        }),
      );
    await allow({ Condition: { StringEquals: { 'events:source': 'app' } } });
    await putTo(bus);
    assert.equal(events.length, 2);
    assert.equal(events[1]?.scope, scopeOf(other, 'eu-west-1'));
    assert.match(JSON.stringify(events[1]?.event), /"account":"123456789012"/);
    await assert.rejects(putTo(bus, 'else'), denied);
  });
});
