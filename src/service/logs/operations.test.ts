// The operations of CloudWatch Logs: what each checks, does and answers.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { scopeOf } from '../../base/ids.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { notBuilt, type Operation } from '../../wire/operation.ts';
import { account, contextIn, scope } from '../../../test/house/caller.ts';
import { envelope, Rig } from '../../../test/house/rig.ts';
import type { LogsDeps } from './deps.ts';
import { logsOperations } from './operations.ts';

const day = 86_400_000;
const group = '/aws/batch/job';

/** A caller of operations by AWS's names, as the wire calls them. */
class Client {
  readonly rig: Rig;
  readonly #context;

  constructor(of = scope, rig = new Rig()) {
    this.#context = contextIn(of);
    this.rig = rig;
  }

  get nowMs(): number {
    return this.rig.clock.now();
  }

  async call<Output = Record<string, unknown>>(name: string, input: object): Promise<Output> {
    const operation = logsOperations[name] as Operation<LogsDeps, object, Output>;
    const access = operation.authorizes(input, this.#context);
    assert.equal(access[0]?.action, `logs:${name}`);
    for (const { resources } of access) {
      assert.ok(resources.length > 0);
      for (const resource of resources) assert.match(resource, /^arn:aws:logs:/);
    }
    return this.rig.call(operation, input, this.#context);
  }

  async refused(name: string, input: object, type: string, text = /./): Promise<void> {
    await assert.rejects(
      this.call(name, input),
      (error) => error instanceof AwsError && error.name === type && text.test(error.message),
      `${name} ${JSON.stringify(input)}`,
    );
  }

  async stream(
    name: string,
    messages: readonly string[] = [],
    firstMs = this.nowMs - 1000,
  ): Promise<void> {
    await this.call('CreateLogGroup', { logGroupName: group }).catch(() => undefined);
    await this.call('CreateLogStream', { logGroupName: group, logStreamName: name });
    if (messages.length > 0) await this.put(name, messages, firstMs);
  }

  /** So many, `s0` and so on, all at once. */
  async streams(count: number, createdAtMs: (at: number) => number): Promise<void> {
    const row = (at: number) => ({ scope, group, name: `s${at}`, createdAtMs: createdAtMs(at) });
    const writes = Array.from({ length: count }, (_none, at) =>
      this.rig.control.bus.write({ table: 'log-stream', write: 'create', row: row(at) }, envelope),
    );
    await this.rig.settled(Promise.all(writes));
  }

  put(
    name: string,
    messages: readonly string[],
    firstMs: number,
  ): Promise<sdk.PutLogEventsResponse> {
    return this.call('PutLogEvents', {
      logGroupName: group,
      logStreamName: name,
      logEvents: messages.map((message, at) => ({ timestamp: firstMs + at, message })),
    });
  }
}

const invalid = 'InvalidParameterException';
const missing = 'ResourceNotFoundException';
const exists = 'ResourceAlreadyExistsException';

describe('the table', () => {
  const known = Object.values(sdk as Record<string, unknown>).flatMap((value) =>
    Array.isArray(value) && value[0] === 9 ? [value[2] as string] : [],
  );

  it('holds exactly the operations of the SDK', () => {
    assert.ok(known.length > 100);
    assert.deepEqual(Object.keys(logsOperations).toSorted(), known.toSorted());
  });

  it('has twenty that are built', () => {
    assert.equal(Object.values(logsOperations).filter((entry) => entry !== notBuilt).length, 20);
  });
});

describe('names and identifiers', () => {
  it('are checked by AWS’s patterns', async () => {
    const client = new Client();
    for (const logGroupName of ['', 'a b', 'a:b', 'ä', 'a*', 'x'.repeat(513)]) {
      for (const name of ['CreateLogGroup', 'DeleteLogGroup', 'DeleteRetentionPolicy'])
        await client.refused(name, { logGroupName }, invalid, /logGroupName/);
      await client.refused('GetLogEvents', { logGroupName, logStreamName: 's' }, invalid);
    }
    for (const logStreamName of ['', 'a:b', 'a*', 'x'.repeat(513)]) {
      for (const name of ['CreateLogStream', 'DeleteLogStream', 'GetLogEvents'])
        await client.refused(
          name,
          { logGroupName: group, logStreamName },
          invalid,
          /logStreamName/,
        );
    }
    await client.call('CreateLogGroup', { logGroupName: 'aA0._-/#' });
    await client.call('CreateLogStream', {
      logGroupName: 'aA0._-/#',
      logStreamName: 'ä b\n/$LATEST[1]',
    });
  });

  it('may be a name or an ARN of either form, not both, and of this account and region', async () => {
    const client = new Client();
    await client.stream('s', ['one']);
    const arn = `arn:aws:logs:eu-west-1:123456789012:log-group:${group}`;
    for (const logGroupIdentifier of [group, arn, `${arn}:*`]) {
      for (const name of ['GetLogEvents', 'FilterLogEvents']) {
        const { events } = await client.call<sdk.GetLogEventsResponse>(name, {
          logGroupIdentifier,
          ...(name === 'GetLogEvents' ? { logStreamName: 's' } : {}),
        });
        assert.equal(events?.[0]?.message, 'one');
      }
    }
    await client.refused(
      'FilterLogEvents',
      { logGroupIdentifier: group, logGroupName: group },
      invalid,
      /mutually exclusive/,
    );
    await client.refused('FilterLogEvents', {}, invalid, /logGroupName/);
    for (const other of [
      arn.replace('eu-west-1', 'us-east-1'),
      arn.replace('123456789012', '123456789013'),
      'arn:aws:logs:nowhere',
      `${arn}:x`,
    ])
      await client.refused('FilterLogEvents', { logGroupIdentifier: other }, missing);
  });
});

describe('groups and streams', () => {
  it('are created once and deleted once', async () => {
    const client = new Client();
    await client.refused('CreateLogStream', { logGroupName: group, logStreamName: 's' }, missing);
    await client.call('CreateLogGroup', {
      logGroupName: group,
      logGroupClass: 'STANDARD',
      tags: {},
    });
    await client.refused('CreateLogGroup', { logGroupName: group }, exists);
    await client.call('CreateLogStream', { logGroupName: group, logStreamName: 's' });
    await client.refused('CreateLogStream', { logGroupName: group, logStreamName: 's' }, exists);
    await client.put('s', ['one'], client.nowMs);
    await client.call('DeleteLogStream', { logGroupName: group, logStreamName: 's' });
    assert.equal(client.rig.sink.size, 0);
    await client.refused(
      'DeleteLogStream',
      { logGroupName: group, logStreamName: 's' },
      missing,
      /log stream/,
    );
    await client.refused(
      'DeleteLogStream',
      { logGroupName: 'none', logStreamName: 's' },
      missing,
      /log group/,
    );
    await client.stream('a', ['x']);
    await client.stream('b', ['y']);
    await client.call('DeleteLogGroup', { logGroupName: group });
    assert.equal(client.rig.sink.size, 0);
    await client.refused('DeleteLogGroup', { logGroupName: group }, missing);
  });

  it('refuse what a group cannot do here', async () => {
    const client = new Client();
    for (const more of [
      { kmsKeyId: 'arn:aws:kms:x' },
      { logGroupClass: 'INFREQUENT_ACCESS' },
      { deletionProtectionEnabled: true },
    ])
      await client.refused('CreateLogGroup', { logGroupName: group, ...more }, invalid, /support/);
    await client.refused('CreateLogGroup', { logGroupName: 'aws/mine' }, invalid, /reserved/);
    assert.deepEqual((await client.call('DescribeLogGroups', {}))['logGroups'], []);
  });

  it('delete all streams of a very large group', async () => {
    const client = new Client();
    await client.call('CreateLogGroup', { logGroupName: group });
    await client.streams(2100, (at) => at);
    await client.call('DeleteLogGroup', { logGroupName: group });
    assert.equal(new Set(client.rig.sink.deleted).size, 2100);
  });
});

describe('retention', () => {
  it('takes AWS’s values only', async () => {
    const client = new Client();
    await client.stream('s');
    for (const retentionInDays of [0, 2, 8, 1.5, -1, 4000])
      await client.refused(
        'PutRetentionPolicy',
        { logGroupName: group, retentionInDays },
        invalid,
        /must be one of 1, 3, 5/,
      );
    await client.refused('PutRetentionPolicy', { logGroupName: group }, invalid);
    await client.refused(
      'PutRetentionPolicy',
      { logGroupName: 'none', retentionInDays: 7 },
      missing,
    );
    await client.refused('DeleteRetentionPolicy', { logGroupName: 'none' }, missing);
  });

  it('leaves expired events out of every answer', async () => {
    const client = new Client();
    const { nowMs } = client;
    await client.stream('s', ['old'], nowMs - 5 * day);
    await client.put('s', ['new'], nowMs);
    await client.stream('expired', ['gone'], nowMs - 5 * day);
    const seen = async (): Promise<unknown[]> => {
      const read = await client.call<sdk.GetLogEventsResponse>('GetLogEvents', {
        logGroupName: group,
        logStreamName: 's',
        startTime: 0,
      });
      const found = await client.call<sdk.FilterLogEventsResponse>('FilterLogEvents', {
        logGroupName: group,
      });
      const described = await client.call<sdk.DescribeLogStreamsResponse>('DescribeLogStreams', {
        logGroupName: group,
      });
      return [
        read.events?.map((event) => event.message),
        found.events?.map((event) => event.message),
        described.logStreams?.map((stream) => stream.lastEventTimestamp),
      ];
    };
    assert.deepEqual(await seen(), [
      ['old', 'new'],
      ['gone', 'old', 'new'],
      [nowMs - 5 * day, nowMs],
    ]);
    await client.call('PutRetentionPolicy', { logGroupName: group, retentionInDays: 3 });
    assert.deepEqual(await seen(), [['new'], ['new'], [undefined, nowMs]]);
    const put = await client.put('s', ['again'], nowMs - 4 * day);
    assert.deepEqual(put.rejectedLogEventsInfo, { expiredLogEventEndIndex: 1 });
    await client.call('DeleteRetentionPolicy', { logGroupName: group });
    assert.deepEqual(await seen(), [
      ['old', 'new'],
      ['gone', 'old', 'new'],
      [nowMs - 5 * day, nowMs],
    ]);
  });
});

describe('PutLogEvents', () => {
  const put = (logEvents: unknown): object => ({
    logGroupName: group,
    logStreamName: 's',
    logEvents,
  });

  it('refuses a batch that is wrong as a whole, and writes nothing of it', async () => {
    const client = new Client();
    await client.stream('s');
    const timestamp = client.nowMs;
    const table: readonly (readonly [events: unknown, text: RegExp])[] = [
      [[], /1 to 10000/],
      [Array.from({ length: 10_001 }, () => ({ timestamp, message: 'x' })), /1 to 10000/],
      [[{ timestamp, message: '' }], /at least 1/],
      [[{ timestamp: -1, message: 'x' }], /timestamp/],
      [[{ timestamp: 1.5, message: 'x' }], /timestamp/],
      [[{ message: 'x' }], /timestamp/],
      [[{ timestamp }], /message/],
      [
        [
          { timestamp, message: 'a' },
          { timestamp: timestamp - 1, message: 'b' },
        ],
        /chronological/,
      ],
      [[{ timestamp, message: 'é'.repeat(524_276) }], /too large/],
      [
        [
          { timestamp: timestamp - 25 * 3_600_000, message: 'a' },
          { timestamp, message: 'b' },
        ],
        /24 hours/,
      ],
    ];
    for (const [events, text] of table)
      await client.refused('PutLogEvents', put(events), invalid, text);
    assert.equal(client.rig.sink.size, 0);
    await client.call('PutLogEvents', put([{ timestamp, message: 'x'.repeat(1_048_576 - 26) }]));
    await client.refused(
      'PutLogEvents',
      { ...put([{ timestamp, message: 'x' }]), logStreamName: 'none' },
      missing,
      /log stream/,
    );
    await client.refused(
      'PutLogEvents',
      { ...put([{ timestamp, message: 'x' }]), logGroupName: 'none' },
      missing,
      /log group/,
    );
  });

  it('leaves out what is too old or too new and says so', async () => {
    const client = new Client();
    await client.stream('s');
    const { nowMs } = client;
    const at = (offsets: readonly number[]): object =>
      put(offsets.map((offset) => ({ timestamp: nowMs + offset, message: `${offset}` })));
    const rejected = async (offsets: readonly number[]): Promise<unknown> =>
      (await client.call<sdk.PutLogEventsResponse>('PutLogEvents', at(offsets)))
        .rejectedLogEventsInfo;
    assert.equal(await rejected([-1, 0, 7_200_000]), undefined);
    assert.deepEqual(await rejected([-15 * day, -14 * day - 1, -5, 0, 7_200_001]), {
      tooOldLogEventEndIndex: 2,
      tooNewLogEventStartIndex: 4,
    });
    assert.deepEqual(await rejected([-15 * day]), { tooOldLogEventEndIndex: 1 });
    assert.deepEqual(await rejected([7_200_001]), { tooNewLogEventStartIndex: 0 });
    const { events } = await client.call<sdk.GetLogEventsResponse>('GetLogEvents', {
      logGroupName: group,
      logStreamName: 's',
    });
    assert.deepEqual(
      events?.map((event) => event.message),
      ['-1', '0', '7200000', '-5', '0'],
    );
  });

  it('answers a sequence token, ignores the one it gets, and closes its writer', async () => {
    const client = new Client();
    await client.stream('s');
    const { nextSequenceToken } = await client.call<sdk.PutLogEventsResponse>('PutLogEvents', {
      ...put([{ timestamp: client.nowMs, message: 'x' }]),
      sequenceToken: 'whatever',
    });
    assert.match(nextSequenceToken ?? '', /^\d{56}$/);
    assert.equal(client.rig.sink.openWriters, 0);
  });

  it('does not bring a stream back that is deleted under its hands', async () => {
    const client = new Client();
    await client.stream('s');
    const open = client.rig.sink.openWriter;
    client.rig.sink.openWriter = async (key) => {
      await client.call('DeleteLogStream', { logGroupName: group, logStreamName: 's' });
      return open(key);
    };
    await client.refused('PutLogEvents', put([{ timestamp: client.nowMs, message: 'x' }]), missing);
    assert.equal(client.rig.sink.size, 0);
    assert.equal(client.rig.sink.openWriters, 0);
  });
});

describe('GetLogEvents', () => {
  const get = (client: Client, more: object = {}): Promise<sdk.GetLogEventsResponse> =>
    client.call('GetLogEvents', { logGroupName: group, logStreamName: 's', ...more });
  const texts = (answer: sdk.GetLogEventsResponse): (string | undefined)[] | undefined =>
    answer.events?.map((event) => event.message);

  it('pages to the end and back, and stops by the same token', async () => {
    const client = new Client();
    await client.stream('s', ['a', 'b', 'c', 'd', 'e']);
    const first = await get(client, { startFromHead: true, limit: 2 });
    assert.deepEqual(texts(first), ['a', 'b']);
    const second = await get(client, {
      nextToken: first.nextForwardToken,
      limit: 2,
      startFromHead: true,
    });
    const third = await get(client, { nextToken: second.nextForwardToken, limit: 2 });
    assert.deepEqual([texts(second), texts(third)], [['c', 'd'], ['e']]);
    const end = await get(client, { nextToken: third.nextForwardToken });
    assert.deepEqual(texts(end), []);
    assert.equal(end.nextForwardToken, third.nextForwardToken);
    await client.put('s', ['f'], client.nowMs);
    assert.deepEqual(texts(await get(client, { nextToken: end.nextForwardToken })), ['f']);
    const newest = await get(client, { limit: 2 });
    assert.deepEqual(texts(newest), ['e', 'f']);
    const older = await get(client, { nextToken: newest.nextBackwardToken });
    assert.deepEqual(texts(older), ['a', 'b', 'c', 'd']);
    assert.equal(
      (await get(client, { nextToken: older.nextBackwardToken })).nextBackwardToken,
      older.nextBackwardToken,
    );
    assert.match(first.nextForwardToken ?? '', /^f\/\d{56}\/s$/);
    assert.match(first.nextBackwardToken ?? '', /^b\/\d{56}\/s$/);
  });

  it('takes in startTime and leaves out endTime', async () => {
    const client = new Client();
    await client.stream('s', ['a', 'b', 'c', 'd'], 1_699_999_999_000);
    assert.deepEqual(
      texts(await get(client, { startTime: 1_699_999_999_001, endTime: 1_699_999_999_003 })),
      ['b', 'c'],
    );
  });

  it('has tokens also where there is nothing', async () => {
    const client = new Client();
    await client.stream('s');
    const empty = await get(client, { startFromHead: true });
    assert.deepEqual(empty.events, []);
    assert.equal(
      (await get(client, { nextToken: empty.nextForwardToken })).nextForwardToken,
      empty.nextForwardToken,
    );
  });

  it('refuses what is wrong, and names what is missing as Nextflow expects', async () => {
    const client = new Client();
    await client.stream('s');
    const input = { logGroupName: group, logStreamName: 's' };
    for (const nextToken of ['', 'x', 'f/1/s', `f/${'9'.repeat(56)}/s`, `g/${'0'.repeat(56)}/s`])
      await client.refused('GetLogEvents', { ...input, nextToken }, invalid, /nextToken/);
    for (const limit of [0, 10_001, 1.5, -1])
      await client.refused('GetLogEvents', { ...input, limit }, invalid, /limit/);
    for (const startTime of [-1, 0.5])
      await client.refused('GetLogEvents', { ...input, startTime }, invalid, /startTime/);
    await client.refused(
      'GetLogEvents',
      { ...input, logStreamName: 'none' },
      missing,
      /log stream does not exist/,
    );
    await client.refused(
      'GetLogEvents',
      { ...input, logGroupName: 'none' },
      missing,
      /log group does not exist/,
    );
  });
});

describe('FilterLogEvents', () => {
  const filter = (client: Client, more: object = {}): Promise<sdk.FilterLogEventsResponse> =>
    client.call('FilterLogEvents', { logGroupName: group, ...more });
  const texts = (answer: sdk.FilterLogEventsResponse): (string | undefined)[] | undefined =>
    answer.events?.map((event) => event.message);

  async function filled(): Promise<Client> {
    const client = new Client();
    await client.stream('job/a', ['a0', 'a1', 'a2']);
    await client.stream('job/b', ['b0', 'b1'], client.nowMs - 999);
    await client.stream('other', ['o0'], client.nowMs);
    return client;
  }

  it('interleaves streams, and has no token at the end', async () => {
    const client = await filled();
    const answer = await filter(client, { interleaved: true });
    assert.deepEqual(texts(answer), ['a0', 'a1', 'b0', 'a2', 'b1', 'o0']);
    assert.equal(answer.nextToken, undefined);
    assert.deepEqual(answer.searchedLogStreams, []);
    assert.deepEqual(Object.keys(answer.events?.[0] ?? {}).toSorted(), [
      'eventId',
      'ingestionTime',
      'logStreamName',
      'message',
      'timestamp',
    ]);
    const first = await filter(client, { limit: 4 });
    const second = await filter(client, { limit: 4, nextToken: first.nextToken });
    assert.deepEqual(
      [texts(first), texts(second), second.nextToken],
      [['a0', 'a1', 'b0', 'a2'], ['b1', 'o0'], undefined],
    );
  });

  it('keeps to streams, prefix, time and pattern', async () => {
    const client = await filled();
    assert.deepEqual(texts(await filter(client, { logStreamNames: ['other', 'job/b', 'other'] })), [
      'b0',
      'b1',
      'o0',
    ]);
    assert.deepEqual(texts(await filter(client, { logStreamNamePrefix: 'job/' })), [
      'a0',
      'a1',
      'b0',
      'a2',
      'b1',
    ]);
    assert.deepEqual(texts(await filter(client, { filterPattern: '1' })), ['a1', 'b1']);
    assert.deepEqual(
      texts(
        await filter(client, {
          startTime: client.nowMs - 999,
          endTime: client.nowMs - 998,
        }),
      ),
      ['a1', 'b0', 'a2', 'b1'],
      'the end is taken in',
    );
  });

  it('refuses what is wrong', async () => {
    const client = await filled();
    const input = { logGroupName: group };
    await client.refused(
      'FilterLogEvents',
      { ...input, logStreamNames: ['other'], logStreamNamePrefix: 'job' },
      invalid,
      /mutually exclusive/,
    );
    await client.refused('FilterLogEvents', { ...input, logStreamNames: [] }, invalid, /1 to 100/);
    await client.refused(
      'FilterLogEvents',
      { ...input, logStreamNames: ['other', 'none'] },
      missing,
      /log stream/,
    );
    await client.refused(
      'FilterLogEvents',
      { ...input, filterPattern: '{' },
      invalid,
      /filter pattern/,
    );
    await client.refused(
      'FilterLogEvents',
      { ...input, filterPattern: 'busy' },
      'ThrottlingException',
      /Rate exceeded/,
    );
    await client.refused(
      'FilterLogEvents',
      { ...input, filterPattern: 'x'.repeat(1025) },
      invalid,
      /filterPattern/,
    );
    for (const nextToken of [
      'x',
      Buffer.from('["FilterLogEvents","x"]').toString('base64url'),
      Buffer.from('["Other","1"]').toString('base64url'),
      Buffer.from('["FilterLogEvents",1]').toString('base64url'),
    ])
      await client.refused('FilterLogEvents', { ...input, nextToken }, invalid, /nextToken/);
    await client.refused('FilterLogEvents', { logGroupName: 'none' }, missing);
    await client.refused('FilterLogEvents', { ...input, limit: 10_001 }, invalid, /limit/);
  });
});

describe('DescribeLogGroups', () => {
  const describeGroups = (
    client: Client,
    more: object = {},
  ): Promise<sdk.DescribeLogGroupsResponse> => client.call('DescribeLogGroups', more);
  const names = (answer: sdk.DescribeLogGroupsResponse): (string | undefined)[] | undefined =>
    answer.logGroups?.map((one) => one.logGroupName);

  it('answers all fields, pages, and finds by prefix, pattern and identifier', async () => {
    const client = new Client();
    for (const logGroupName of ['b', 'a', 'aX', 'ax', 'c'])
      await client.call('CreateLogGroup', { logGroupName });
    await client.call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 30 });
    const all = await describeGroups(client);
    assert.deepEqual(names(all), ['a', 'aX', 'ax', 'b', 'c']);
    const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:a';
    assert.deepEqual(all.logGroups?.[0], {
      logGroupName: 'a',
      creationTime: client.nowMs,
      arn: `${arn}:*`,
      logGroupArn: arn,
      retentionInDays: 30,
      metricFilterCount: 0,
      storedBytes: 1234,
      logGroupClass: 'STANDARD',
    });
    const first = await describeGroups(client, { limit: 3 });
    const second = await describeGroups(client, { limit: 3, nextToken: first.nextToken });
    assert.deepEqual(
      [names(first), names(second), second.nextToken],
      [['a', 'aX', 'ax'], ['b', 'c'], undefined],
    );
    assert.deepEqual(names(await describeGroups(client, { logGroupNamePrefix: 'a' })), [
      'a',
      'aX',
      'ax',
    ]);
    const found = await describeGroups(client, { logGroupNamePattern: 'X' });
    assert.deepEqual(found.logGroups, [
      {
        logGroupName: 'aX',
        creationTime: client.nowMs,
        arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:aX:*',
      },
    ]);
    assert.deepEqual(
      names(await describeGroups(client, { logGroupIdentifiers: ['c', arn, 'none', 'c'] })),
      ['a', 'c'],
    );
    assert.deepEqual(
      names(await describeGroups(client, { logGroupClass: 'INFREQUENT_ACCESS' })),
      [],
    );
  });

  it('refuses what is wrong', async () => {
    const client = new Client();
    await client.refused(
      'DescribeLogGroups',
      { logGroupNamePrefix: 'a', logGroupNamePattern: 'b' },
      invalid,
      /mutually exclusive/,
    );
    await client.refused(
      'DescribeLogGroups',
      { logGroupIdentifiers: ['a'], logGroupNamePrefix: 'b' },
      invalid,
    );
    await client.refused('DescribeLogGroups', { limit: 51 }, invalid, /limit/);
    await client.refused('DescribeLogGroups', { nextToken: 'x' }, invalid, /nextToken/);
    await client.refused('DescribeLogGroups', { logGroupClass: 'x' }, invalid, /logGroupClass/);
  });

  it('knows the groups of its own account and region only', async () => {
    const here = new Client();
    await here.call('CreateLogGroup', { logGroupName: 'a' });
    const there = new Client(scopeOf(account, 'us-east-1'), here.rig);
    assert.deepEqual(names(await describeGroups(there)), []);
  });
});

describe('DescribeLogStreams', () => {
  const describeStreams = (
    client: Client,
    more: object = {},
  ): Promise<sdk.DescribeLogStreamsResponse> =>
    client.call('DescribeLogStreams', { logGroupName: group, ...more });
  const names = (answer: sdk.DescribeLogStreamsResponse): (string | undefined)[] | undefined =>
    answer.logStreams?.map((one) => one.logStreamName);

  async function pages(client: Client, input: object): Promise<(string | undefined)[]> {
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const answer = await describeStreams(client, { ...input, nextToken });
      seen.push(...(names(answer) ?? []));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    return seen;
  }

  it('answers all fields, in either order and direction, on pages', async () => {
    const client = new Client();
    const { nowMs } = client;
    await client.stream('b', ['x', 'y'], nowMs - 500);
    await client.stream('a', ['x'], nowMs - 100);
    await client.stream('c', ['x'], nowMs - 1000);
    await client.rig.clock.pass(10);
    await client.stream('empty');
    const all = await describeStreams(client);
    assert.deepEqual(names(all), ['a', 'b', 'c', 'empty']);
    assert.deepEqual(all.logStreams?.[1], {
      logStreamName: 'b',
      creationTime: nowMs,
      firstEventTimestamp: nowMs - 500,
      lastEventTimestamp: nowMs - 499,
      lastIngestionTime: nowMs,
      storedBytes: 200,
      uploadSequenceToken: '200'.padStart(56, '0'),
      arn: `arn:aws:logs:eu-west-1:123456789012:log-group:${group}:log-stream:b`,
    });
    for (const limit of [1, 2, 50]) {
      assert.deepEqual(await pages(client, { limit }), ['a', 'b', 'c', 'empty']);
      assert.deepEqual(await pages(client, { limit, descending: true }), ['empty', 'c', 'b', 'a']);
      assert.deepEqual(await pages(client, { limit, orderBy: 'LastEventTime' }), [
        'empty',
        'c',
        'b',
        'a',
      ]);
      assert.deepEqual(await pages(client, { limit, orderBy: 'LastEventTime', descending: true }), [
        'a',
        'b',
        'c',
        'empty',
      ]);
    }
    assert.deepEqual(names(await describeStreams(client, { logStreamNamePrefix: 'e' })), ['empty']);
  });

  it('orders a very large group by creation', async () => {
    const client = new Client();
    await client.stream('first');
    await client.streams(1001, (at) => client.nowMs + at + 1);
    const answer = await describeStreams(client, {
      orderBy: 'LastEventTime',
      descending: true,
      limit: 2,
    });
    assert.deepEqual(names(answer), ['s1000', 's999']);
    assert.deepEqual(
      names(
        await describeStreams(client, {
          orderBy: 'LastEventTime',
          descending: true,
          limit: 2,
          nextToken: answer.nextToken,
        }),
      ),
      ['s998', 's997'],
    );
    assert.deepEqual(names(await describeStreams(client, { orderBy: 'LastEventTime', limit: 2 })), [
      'first',
      's0',
    ]);
  });

  it('refuses what is wrong', async () => {
    const client = new Client();
    await client.stream('s');
    await client.refused('DescribeLogStreams', { logGroupName: 'none' }, missing);
    await client.refused(
      'DescribeLogStreams',
      { logGroupName: group, orderBy: 'LastEventTime', logStreamNamePrefix: 's' },
      invalid,
      /Cannot order/,
    );
    await client.refused(
      'DescribeLogStreams',
      { logGroupName: group, orderBy: 'Size' },
      invalid,
      /orderBy/,
    );
    await client.refused(
      'DescribeLogStreams',
      { logGroupName: group, limit: 51 },
      invalid,
      /limit/,
    );
    const byName = Buffer.from('["DescribeLogStreams name",["a",1]]').toString('base64url');
    await client.refused(
      'DescribeLogStreams',
      { logGroupName: group, orderBy: 'LastEventTime', nextToken: byName },
      invalid,
      /nextToken/,
    );
  });
});

describe('tags of a log group', () => {
  const resourceArn = `arn:aws:logs:eu-west-1:123456789012:log-group:${group}`;

  it('come with it, change by both generations of operations, and go with it', async () => {
    const client = new Client();
    await client.call('CreateLogGroup', { logGroupName: group, tags: { team: 'docks', a: 'b' } });
    assert.deepEqual(await client.call('ListTagsForResource', { resourceArn }), {
      tags: { team: 'docks', a: 'b' },
    });
    await client.call('TagResource', { resourceArn: `${resourceArn}:*`, tags: { a: 'c', d: '' } });
    await client.call('UntagResource', { resourceArn, tagKeys: ['team', 'none'] });
    assert.deepEqual(await client.call('ListTagsLogGroup', { logGroupName: group }), {
      tags: { a: 'c', d: '' },
    });
    await client.call('TagLogGroup', { logGroupName: group, tags: { e: 'f' } });
    await client.call('UntagLogGroup', { logGroupName: group, tags: ['a', 'd'] });
    assert.deepEqual(await client.call('ListTagsForResource', { resourceArn }), {
      tags: { e: 'f' },
    });
    await client.call('PutRetentionPolicy', { logGroupName: group, retentionInDays: 7 });
    assert.deepEqual(await client.call('ListTagsForResource', { resourceArn }), {
      tags: { e: 'f' },
    });
    await client.call('DeleteLogGroup', { logGroupName: group });
    await client.call('CreateLogGroup', { logGroupName: group });
    assert.deepEqual(await client.call('ListTagsForResource', { resourceArn }), { tags: {} });
  });

  it('are refused with what is wrong', async () => {
    const client = new Client();
    await client.refused('ListTagsForResource', { resourceArn }, missing);
    await client.refused('TagResource', { resourceArn, tags: { a: 'b' } }, missing);
    await client.refused(
      'ListTagsForResource',
      { resourceArn: 'arn:aws:logs:eu-west-1:999999999999:log-group:g' },
      missing,
    );
    await client.call('CreateLogGroup', { logGroupName: group });
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v']));
    await client.refused('TagResource', { resourceArn, tags: many }, 'TooManyTagsException');
    await client.refused('TagLogGroup', { logGroupName: group, tags: many }, invalid);
    await client.refused('CreateLogGroup', { logGroupName: 'other', tags: many }, invalid, /50/);
    for (const tags of [
      { 'aws:a': 'b' },
      { '': 'b' },
      { a: 'x'.repeat(257) },
      { ['k'.repeat(129)]: 'v' },
      { 'a\n': 'b' },
    ])
      await client.refused('TagResource', { resourceArn, tags }, invalid);
  });
});
