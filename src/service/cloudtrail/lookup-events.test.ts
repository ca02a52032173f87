// Records from the call to LookupEvents, through the pipeline: what is on record of which calls,
// how it is found, and what is left of it when the server dies.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as sts from '@aws-sdk/client-sts';
import { limit } from '../../core/limit.ts';
import { ask } from '../../../test/house/ask.ts';
import { account } from '../../../test/house/caller.ts';
import { Rig, type RigOptions } from '../../../test/house/rig.ts';
import { SdkCaller } from '../../../test/house/sdk-caller.ts';

interface Found {
  readonly Events: readonly cloudtrail.Event[];
  readonly NextToken?: string;
}

/** A caller whose calls are put on record. */
class Caller extends SdkCaller {
  static async on(options: RigOptions): Promise<Caller> {
    return new Caller(await Rig.bare(options));
  }

  batch = (command: unknown) => this.send(batch, 'BatchClient', command);
  logs = (command: unknown) => this.send(logs, 'CloudWatchLogsClient', command);
  sts = (command: unknown) => this.send(sts, 'STSClient', command);

  group = (logGroupName: string): Promise<unknown> =>
    this.logs(new logs.CreateLogGroupCommand({ logGroupName }));

  /** Once all that waits is written. */
  async lookup(input: cloudtrail.LookupEventsCommandInput = {}): Promise<Found> {
    await this.rig.clock.pass(limit.recordsWithinMs);
    const command = new cloudtrail.LookupEventsCommand(input);
    return (await this.send(cloudtrail, 'CloudTrailClient', command)) as unknown as Found;
  }

  async names(input: cloudtrail.LookupEventsCommandInput = {}): Promise<(string | undefined)[]> {
    return (await this.lookup(input)).Events.map(({ EventName }) => EventName);
  }
}

const where = (
  AttributeKey: cloudtrail.LookupAttributeKey,
  AttributeValue: string | undefined,
): cloudtrail.LookupEventsCommandInput => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});

const told = (event: cloudtrail.Event | undefined): Record<string, unknown> =>
  JSON.parse(event?.CloudTrailEvent ?? '{}') as Record<string, unknown>;

describe('what is on record', () => {
  it('is each change with its answer, and no read, unless all is', async () => {
    const caller = await Caller.on({ audit: 'changes' });
    await caller.group('g');
    await caller.logs(new logs.DescribeLogGroupsCommand({}));
    await caller.batch(
      new batch.RegisterJobDefinitionCommand({
        jobDefinitionName: 'd',
        type: 'container',
        containerProperties: {
          image: 'busybox',
          environment: [{ name: 'PASSWORD', value: 'hunter2' }],
          resourceRequirements: [
            { type: 'VCPU', value: '1' },
            { type: 'MEMORY', value: '64' },
          ],
        },
      }),
    );
    const { Events } = await caller.lookup();
    assert.deepEqual(
      Events.map(({ EventName, ReadOnly, Username, EventSource }) => [
        EventName,
        ReadOnly,
        Username,
        EventSource,
      ]),
      [
        ['RegisterJobDefinition', 'false', 'root', 'batch.amazonaws.com'],
        ['CreateLogGroup', 'false', 'root', 'logs.amazonaws.com'],
      ],
    );
    const [registered] = Events;
    const event = told(registered);
    const jobDefinitionArn = `arn:aws:batch:us-east-1:${account}:job-definition/d:1`;
    assert.deepEqual(event['responseElements'], {
      jobDefinitionName: 'd',
      jobDefinitionArn,
      revision: 1,
    });
    assert.ok(!JSON.stringify(Events).includes('hunter2'));
    assert.ok(
      registered?.Resources?.some(
        ({ ResourceName, ResourceType }) =>
          ResourceName === 'd:1' && ResourceType === 'AWS::Batch::JobDefinition',
      ),
    );
    assert.deepEqual(event['userIdentity'], {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId: account,
    });
    assert.equal(event['sourceIPAddress'], '10.0.0.1');
    assert.equal(event['recipientAccountId'], account);
  });

  it('is each read and each failure, where all is', async () => {
    const caller = await Caller.on({ audit: 'all' });
    await caller.sts(new sts.GetCallerIdentityCommand({}));
    await caller.rig.clock.pass(limit.recordsWithinMs);
    await caller.group('g');
    await caller.rig.clock.pass(1);
    await assert.rejects(caller.group('g'));
    await assert.rejects(
      caller.batch(
        new batch.SubmitJobCommand({
          jobName: 'n',
          jobQueue: 'none',
          jobDefinition: 'none',
        }),
      ),
    );
    const { Events } = await caller.lookup();
    assert.deepEqual(
      Events.map((event) => [event.EventName, event.ReadOnly, told(event)['errorCode']]),
      [
        ['SubmitJob', 'false', 'ClientException'],
        ['CreateLogGroup', 'false', 'ResourceAlreadyExistsException'],
        ['CreateLogGroup', 'false', undefined],
        ['GetCallerIdentity', 'true', undefined],
      ],
    );
    assert.deepEqual(await caller.names(where('ReadOnly', 'true')), [
      'LookupEvents',
      'GetCallerIdentity',
    ]);
  });

  it('is nothing where that is said', async () => {
    const caller = await Caller.on({ audit: 'off' });
    await caller.group('g');
    assert.deepEqual(await caller.names(), []);
  });

  it('is what an unknown operation of ours is not: a request that names none', async () => {
    const caller = await Caller.on({ audit: 'all' });
    await ask(caller.rig.app.pipeline, {
      method: 'GET',
      path: '/nothing',
      query: '',
      headers: {},
      rawHeaders: [],
      sourceAddress: '10.0.0.1',
    });
    assert.deepEqual(await caller.names(), []);
  });

  it('is a change without its answer, where the server died in between', async () => {
    const caller = await Caller.on({ audit: 'changes' });
    await caller.group('g');
    const next = new Caller(await caller.rig.restart().up());
    const { Events } = await next.lookup();
    assert.deepEqual(
      Events.map(({ EventName }) => EventName),
      ['CreateLogGroup'],
    );
    assert.deepEqual(told(Events[0])['requestParameters'], { logGroupName: 'g' });
    assert.equal(told(Events[0])['responseElements'], null);
    await next.group('h');
    assert.deepEqual(await next.names(), ['CreateLogGroup', 'CreateLogGroup']);
  });
});

describe('LookupEvents', () => {
  it('goes through pages, newest first, and finds by each attribute', async () => {
    const caller = await Caller.on({ audit: 'all' });
    const names = Array.from({ length: 7 }, (_none, index) => `g${index}`);
    for (const name of names) {
      await caller.group(name);
      await caller.rig.clock.pass(1000);
    }
    const seen: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await caller.lookup({
        ...where('EventName', 'CreateLogGroup'),
        MaxResults: 3,
        NextToken,
      });
      assert.ok(page.Events.length <= 3);
      for (const event of page.Events)
        seen.push((told(event)['requestParameters'] as { logGroupName: string }).logGroupName);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    assert.deepEqual(seen, names.toReversed());

    const [first] = (await caller.lookup(where('ResourceName', 'g3'))).Events;
    assert.deepEqual(first?.Resources, [
      { ResourceType: 'AWS::Logs::LogGroup', ResourceName: 'g3' },
    ]);
    assert.deepEqual((await caller.lookup(where('EventId', first?.EventId))).Events, [first]);
    const other = `${first?.EventId?.slice(0, -1)}f`;
    assert.deepEqual((await caller.lookup(where('EventId', other))).Events, []);
    assert.deepEqual((await caller.lookup(where('EventId', 'nothing'))).Events, []);
    const isAll = async (key: cloudtrail.LookupAttributeKey, value: string): Promise<void> =>
      assert.equal((await caller.lookup(where(key, value))).Events.length, 7, key);
    await isAll('EventSource', 'logs.amazonaws.com');
    await isAll('ResourceType', 'AWS::Logs::LogGroup');
    await isAll('ReadOnly', 'false');
    assert.ok((await caller.names(where('Username', 'root'))).length > 7);
    assert.ok((await caller.names(where('AccessKeyId', account))).length > 7);
    assert.deepEqual(await caller.names(where('Username', 'eve')), []);
    const at = first?.EventTime as Date;
    assert.deepEqual(
      (await caller.lookup({ StartTime: at, EndTime: new Date(at.getTime() + 999) })).Events.filter(
        ({ EventName }) => EventName === 'CreateLogGroup',
      ),
      [first],
    );
    assert.deepEqual(await caller.names({ EventCategory: 'insight' }), []);
  });

  it('refuses what it cannot do', async () => {
    const caller = await Caller.on({ audit: 'changes' });
    const now = new Date(caller.rig.clock.now());
    const cases: [input: cloudtrail.LookupEventsCommandInput, name: string][] = [
      [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
      [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
      [{ NextToken: 'x' }, 'InvalidNextTokenException'],
      [{ EventCategory: 'other' as never }, 'InvalidEventCategoryException'],
      [{ StartTime: now, EndTime: new Date(0) }, 'InvalidTimeRangeException'],
      [where('Nothing' as never, 'x'), 'InvalidLookupAttributesException'],
      [where('constructor' as never, 'x'), 'InvalidLookupAttributesException'],
      [where('Username', ''), 'InvalidLookupAttributesException'],
      [
        {
          LookupAttributes: [
            { AttributeKey: 'ReadOnly', AttributeValue: 'true' },
            { AttributeKey: 'ReadOnly', AttributeValue: 'true' },
          ],
        },
        'InvalidLookupAttributesException',
      ],
    ];
    for (const [input, name] of cases)
      await assert.rejects(caller.lookup(input), { name }, JSON.stringify(input));
  });

  it('shows an account its own records alone', async () => {
    const caller = await Caller.on({ audit: 'changes' });
    await caller.group('g');
    const { Events } = await caller.lookup();
    const stored = caller.rig.store.reader.callRecordsAbove(0, 10);
    assert.equal(stored.length, 1);
    const of = (scope: string) =>
      caller.rig.store.reader.newestCallRecords({ scope: scope as never, limit: 10 }).length;
    assert.deepEqual(
      [Events.length, of(`${account}/us-east-1`), of(`${account}/eu-west-1`), of('1/us-east-1')],
      [1, 1, 0, 0],
    );
  });
});
