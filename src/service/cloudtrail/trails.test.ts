// Trails through the pipeline: what is made, shown, changed and refused; and what is delivered,
// when, and once more after what went wrong.

import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as sdk from '@aws-sdk/client-cloudtrail';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as sts from '@aws-sdk/client-sts';
import { limit } from '../../core/limit.ts';
import { must } from '../../base/assert.ts';
import type { KeyMaker } from '../../port/key-maker.ts';
import type { TrailPlace } from '../../port/trail-place.ts';
import { account, contextIn } from '../../../test/house/caller.ts';
import { Rig } from '../../../test/house/rig.ts';
import { SdkCaller } from '../../../test/house/sdk-caller.ts';
import { scopeOf } from '../../base/ids.ts';
import { digestEveryMs } from './delivery/digester.ts';
import { cloudTrailOperations } from './operations.ts';
import type { CloudTrailOperation } from './deps.ts';

const arn = (name: string): string => `arn:aws:cloudtrail:us-east-1:${account}:trail/${name}`;

/** Buckets in memory. */
class Buckets implements TrailPlace {
  readonly files = new Map<string, Uint8Array>();
  readonly buckets = new Set(['logs']);
  failure: Error | undefined;

  has = async (bucket: string): Promise<boolean> => {
    if (this.failure) throw this.failure;
    return this.buckets.has(bucket);
  };

  readonly metadata = new Map<string, Readonly<Record<string, string>>>();

  put: TrailPlace['put'] = async (bucket, key, bytes, metadata) => {
    if (this.failure) throw this.failure;
    this.files.set(`${bucket}/${key}`, bytes);
    this.metadata.set(`${bucket}/${key}`, metadata);
  };

  text = (path: string): string => gunzipSync(this.files.get(path) ?? '').toString();

  /** What the files hold, in the order in which they came. */
  get events(): Record<string, unknown>[] {
    return [...this.files.keys()].flatMap(
      (path) => (JSON.parse(this.text(path)) as { Records: Record<string, unknown>[] }).Records,
    );
  }

  get groups(): unknown[] {
    return this.events
      .filter(({ eventName }) => eventName === 'CreateLogGroup')
      .map(({ requestParameters }) => (requestParameters as { logGroupName: string }).logGroupName);
  }
}

class Caller extends SdkCaller {
  static async with(buckets?: Buckets, audit: 'changes' | 'all' = 'changes'): Promise<Caller> {
    return new Caller(await Rig.bare({ audit, ...(buckets && { trailPlace: buckets }) }));
  }

  trail = (command: unknown) => this.send(sdk, 'CloudTrailClient', command);
  group = (logGroupName: string) =>
    this.send(logs, 'CloudWatchLogsClient', new logs.CreateLogGroupCommand({ logGroupName }));

  create = (name = 'main', more: Partial<sdk.CreateTrailCommandInput> = {}) =>
    this.trail(new sdk.CreateTrailCommand({ Name: name, S3BucketName: 'logs', ...more }));
  start = (name = 'main') => this.trail(new sdk.StartLoggingCommand({ Name: name }));
  stop = (name = 'main') => this.trail(new sdk.StopLoggingCommand({ Name: name }));
  status = (name = 'main') => this.trail(new sdk.GetTrailStatusCommand({ Name: name }));

  /** All that was called is on record, and is delivered. */
  async deliver(): Promise<void> {
    await this.rig.clock.pass(limit.recordsWithinMs);
    await this.through(must(this.rig.app.deliverer, 'trails are delivered').deliver());
  }

  refused(command: unknown, name: string): Promise<void> {
    return assert.rejects(this.trail(command), { name });
  }
}

const without = ({ $metadata: _metadata, ...answer }: Record<string, unknown>) => answer;

describe('a trail', () => {
  it('is made, shown as Terraform reads it, changed and deleted', async () => {
    const caller = await Caller.with(new Buckets());
    const made = {
      Name: 'main',
      S3BucketName: 'logs',
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      TrailARN: arn('main'),
      LogFileValidationEnabled: false,
      IsOrganizationTrail: false,
    };
    assert.deepEqual(
      without(await caller.create('main', { TagsList: [{ Key: 'a', Value: 'b' }] })),
      made,
    );
    const shown = {
      ...made,
      HomeRegion: 'us-east-1',
      HasCustomEventSelectors: false,
      HasInsightSelectors: false,
    };
    for (const given of ['main', arn('main')]) {
      const { Trail } = await caller.trail(new sdk.GetTrailCommand({ Name: given }));
      assert.deepEqual(Trail, shown);
      const { trailList } = await caller.trail(
        new sdk.DescribeTrailsCommand({ trailNameList: [given] }),
      );
      assert.deepEqual(trailList, [shown]);
    }
    assert.deepEqual((await caller.trail(new sdk.ListTrailsCommand({})))['Trails'], [
      { Name: 'main', TrailARN: arn('main'), HomeRegion: 'us-east-1' },
    ]);
    const tags = async () =>
      (await caller.trail(new sdk.ListTagsCommand({ ResourceIdList: [arn('main')] })))[
        'ResourceTagList'
      ];
    const [tag, other] = [
      { Key: 'a', Value: 'b' },
      { Key: 'c', Value: '' },
    ];
    await caller.trail(new sdk.AddTagsCommand({ ResourceId: arn('main'), TagsList: [other] }));
    assert.deepEqual(await tags(), [{ ResourceId: arn('main'), TagsList: [tag, other] }]);
    await caller.trail(new sdk.RemoveTagsCommand({ ResourceId: arn('main'), TagsList: [tag] }));
    assert.deepEqual(await tags(), [{ ResourceId: arn('main'), TagsList: [other] }]);

    const all = {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    };
    const selectors = async () =>
      (await caller.trail(new sdk.GetEventSelectorsCommand({ TrailName: 'main' })))[
        'EventSelectors'
      ];
    assert.deepEqual(await selectors(), [all]);
    await caller.trail(
      new sdk.PutEventSelectorsCommand({
        TrailName: 'main',
        EventSelectors: [{ ReadWriteType: 'WriteOnly' }],
      }),
    );
    assert.deepEqual(await selectors(), [{ ...all, ReadWriteType: 'WriteOnly' }]);
    await caller.refused(
      new sdk.GetInsightSelectorsCommand({ TrailName: 'main' }),
      'InsightNotEnabledException',
    );

    await caller.trail(
      new sdk.UpdateTrailCommand({ Name: 'main', S3KeyPrefix: 'a/b', IsMultiRegionTrail: true }),
    );
    const { Trail } = await caller.trail(new sdk.GetTrailCommand({ Name: 'main' }));
    assert.deepEqual(Trail, {
      ...shown,
      S3KeyPrefix: 'a/b',
      IsMultiRegionTrail: true,
      HasCustomEventSelectors: true,
    });
    await caller.trail(new sdk.DeleteTrailCommand({ Name: 'main' }));
    assert.deepEqual((await caller.trail(new sdk.DescribeTrailsCommand({})))['trailList'], []);
    await caller.refused(new sdk.GetTrailStatusCommand({ Name: 'main' }), 'TrailNotFoundException');
  });

  it('is refused what it cannot be, or do', async () => {
    const buckets = new Buckets();
    const caller = await Caller.with(buckets);
    await caller.create();
    const cases: [more: Partial<sdk.CreateTrailCommandInput>, name: string][] = [
      [{}, 'TrailAlreadyExistsException'],
      [{ Name: 'ab' }, 'InvalidTrailNameException'],
      [{ Name: 'a--b' }, 'InvalidTrailNameException'],
      [{ Name: '10.0.0.1' }, 'InvalidTrailNameException'],
      [{ S3BucketName: 'none' }, 'S3BucketDoesNotExistException'],
      [{ S3BucketName: '../etc' }, 'InvalidS3BucketNameException'],
      [{ S3BucketName: 'a..b' }, 'InvalidS3BucketNameException'],
      [{ S3KeyPrefix: '../x' }, 'InvalidS3PrefixException'],
      [{ S3KeyPrefix: '/x' }, 'InvalidS3PrefixException'],
      [{ S3KeyPrefix: 'x'.repeat(201) }, 'InvalidS3PrefixException'],
      [{ KmsKeyId: 'k' }, 'UnsupportedOperationException'],
      [{ SnsTopicName: 't' }, 'UnsupportedOperationException'],
      [{ CloudWatchLogsLogGroupArn: 'arn' }, 'UnsupportedOperationException'],
      [{ IsOrganizationTrail: true }, 'UnsupportedOperationException'],
      [
        { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false },
        'InvalidParameterCombinationException',
      ],
      [{ TagsList: [{ Key: 'aws:x', Value: '' }] }, 'InvalidTagParameterException'],
      [
        { TagsList: Array.from({ length: 51 }, (_none, at) => ({ Key: `k${at}`, Value: '' })) },
        'TagsLimitExceededException',
      ],
    ];
    for (const [more, name] of cases) {
      const given = { Name: 'main', S3BucketName: 'logs', ...more };
      await caller.refused(new sdk.CreateTrailCommand(given), name);
    }
    const { EventSelectors } = {
      EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object' }] }],
    };
    for (const selectors of [
      { EventSelectors },
      { EventSelectors: [] },
      { EventSelectors: [{}, {}] },
      { EventSelectors: [{ ReadWriteType: 'Some' as never }] },
      { EventSelectors: [{ ExcludeManagementEventSources: ['batch.amazonaws.com'] }] },
      { AdvancedEventSelectors: [{ FieldSelectors: [] }] },
    ])
      await caller.refused(
        new sdk.PutEventSelectorsCommand({ TrailName: 'main', ...selectors }),
        'InvalidEventSelectorsException',
      );
    for (const name of ['a2', 'a3', 'a4', 'a5']) await caller.create(`trail-${name}`);
    await caller.refused(
      new sdk.CreateTrailCommand({ Name: 'one-more', S3BucketName: 'logs' }),
      'MaximumNumberOfTrailsExceededException',
    );
    buckets.failure = new Error('no route');
    await caller.refused(
      new sdk.UpdateTrailCommand({ Name: 'main', S3BucketName: 'logs' }),
      'InsufficientS3BucketPolicyException',
    );
    await caller.refused(
      new sdk.GetTrailCommand({ Name: `arn:aws:cloudtrail:us-east-1:999999999999:trail/main` }),
      'TrailNotFoundException',
    );
    await caller.refused(
      new sdk.GetTrailCommand({ Name: 'arn:x' }),
      'CloudTrailARNInvalidException',
    );
    await assert.rejects((await Caller.with()).create(), /--trail-dir/);
  });

  it('of all regions is seen in all, and changed at home alone', async () => {
    const caller = await Caller.with(new Buckets());
    await caller.create('main', { IsMultiRegionTrail: true });
    await caller.create('here');
    const away = contextIn(scopeOf(account, 'eu-west-1'));
    const ask = <Output>(name: string, input: object): Promise<Output> =>
      caller.rig.call(
        cloudTrailOperations[name] as CloudTrailOperation<object, Output>,
        input,
        away,
      ) as never;
    const { trailList } = await ask<sdk.DescribeTrailsCommandOutput>('DescribeTrails', {});
    assert.deepEqual(
      trailList?.map(({ TrailARN }) => TrailARN),
      [arn('main')],
    );
    assert.deepEqual(await ask('DescribeTrails', { includeShadowTrails: false }), {
      trailList: [],
    });
    const { Trail } = await ask<sdk.GetTrailCommandOutput>('GetTrail', { Name: 'main' });
    assert.equal(Trail?.HomeRegion, 'us-east-1');
    await assert.rejects(ask('StartLogging', { Name: arn('main') }), {
      name: 'InvalidHomeRegionException',
    });
    await assert.rejects(ask('StartLogging', { Name: 'main' }), { name: 'TrailNotFoundException' });
  });
});

describe('what a trail delivers', () => {
  it('is what was called while it logs, with what was answered, once', async () => {
    const buckets = new Buckets();
    const caller = await Caller.with(buckets);
    await caller.create('main', { S3KeyPrefix: 'mine' });
    await caller.group('before');
    await caller.start();
    await caller.group('g1');
    await caller.group('g2');
    await caller.deliver();
    assert.deepEqual(
      buckets.events.map(({ eventName }) => eventName),
      ['StartLogging', 'CreateLogGroup', 'CreateLogGroup'],
    );
    assert.deepEqual(buckets.groups, ['g1', 'g2']);
    const [key] = buckets.files.keys();
    assert.match(
      key ?? '',
      /^logs\/mine\/AWSLogs\/123456789012\/CloudTrail\/us-east-1\/2023\/11\/14\/123456789012_CloudTrail_us-east-1_20231114T\d{4}Z_\w{16}\.json\.gz$/,
    );
    await caller.deliver();
    assert.equal(buckets.files.size, 1);
    await caller.group('g3');
    await caller.stop();
    await caller.rig.clock.pass(10);
    await caller.group('after');
    await caller.deliver();
    await caller.deliver();
    assert.deepEqual(buckets.groups, ['g1', 'g2', 'g3']);
    await caller.start();
    await caller.group('g4');
    await caller.deliver();
    assert.deepEqual(buckets.groups, ['g1', 'g2', 'g3', 'g4']);
    const status = await caller.status();
    assert.equal(status['IsLogging'], true);
    assert.ok(status['LatestDeliveryTime'] instanceof Date);
    assert.equal(status['LatestDeliveryError'], undefined);
    assert.deepEqual(caller.rig.problems, []);
  });

  it('is delivered by itself, every so often', async () => {
    const buckets = new Buckets();
    const caller = await Caller.with(buckets);
    await caller.create();
    await caller.start();
    caller.rig.app.deliverer?.open();
    await caller.group('g');
    assert.equal(buckets.files.size, 0);
    while (buckets.files.size === 0) {
      await caller.rig.clock.pass(60_000);
      await new Promise(setImmediate);
    }
    assert.deepEqual(buckets.groups, ['g']);
    await caller.through(must(caller.rig.app.deliverer, 'trails are delivered').close());
  });

  it('waits for an answer that is still to come, and not for one that never will', async () => {
    const buckets = new Buckets();
    const caller = await Caller.with(buckets);
    await caller.create();
    await caller.start();
    await caller.group('g');
    const next = new Caller(await caller.rig.restart().up());
    await next.deliver();
    assert.equal(buckets.files.size, 0);
    await next.rig.clock.pass(5_000);
    await next.deliver();
    assert.deepEqual(buckets.groups, ['g']);
    await next.group('h');
    await next.deliver();
    assert.deepEqual(buckets.groups, ['g', 'h']);
  });

  it('is tried again where it could not be put, and the status says why', async () => {
    const buckets = new Buckets();
    const caller = await Caller.with(buckets);
    await caller.create();
    await caller.start();
    await caller.group('g');
    buckets.failure = new Error('AccessDenied');
    await caller.deliver();
    await caller.deliver();
    assert.deepEqual(caller.rig.problems, ['delivering trail main to logs: AccessDenied']);
    const failed = await caller.status();
    assert.equal(failed['LatestDeliveryError'], 'AccessDenied');
    assert.equal(failed['LatestDeliveryAttemptSucceeded'], '');
    buckets.failure = undefined;
    await caller.deliver();
    assert.deepEqual(buckets.groups, ['g']);
    assert.equal((await caller.status())['LatestDeliveryError'], undefined);
  });

  it('is of its regions and services, and of the kind that it is for', async () => {
    const buckets = new Buckets();
    const caller = await Caller.with(buckets, 'all');
    await caller.create('reads-only', { IncludeGlobalServiceEvents: false });
    await caller.trail(
      new sdk.PutEventSelectorsCommand({
        TrailName: 'reads-only',
        EventSelectors: [{ ReadWriteType: 'ReadOnly' }],
      }),
    );
    await caller.start('reads-only');
    await caller.group('g');
    await caller.send(sts, 'STSClient', new sts.GetCallerIdentityCommand({}));
    await caller.send(logs, 'CloudWatchLogsClient', new logs.DescribeLogGroupsCommand({}));
    await caller.deliver();
    const names = (): unknown[] => buckets.events.map(({ eventName }) => eventName);
    assert.deepEqual(names(), ['DescribeLogGroups']);
    await caller.trail(
      new sdk.UpdateTrailCommand({ Name: 'reads-only', IncludeGlobalServiceEvents: true }),
    );
    await caller.send(sts, 'STSClient', new sts.GetCallerIdentityCommand({}));
    await caller.deliver();
    assert.deepEqual(names(), ['DescribeLogGroups', 'GetCallerIdentity']);
  });
});

describe('digests of what a trail delivers', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privatePem = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const keys: KeyMaker = {
    make: async () => ({
      privatePem,
      privateDer: new Uint8Array(),
      publicBlob: new Uint8Array(),
    }),
  };
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

  it('tell its hashes, and are signed in a chain', async () => {
    const buckets = new Buckets();
    const caller = new Caller(await Rig.bare({ audit: 'changes', trailPlace: buckets, keys }));
    await caller.create('main', { EnableLogFileValidation: true });
    await caller.start();
    await caller.deliver();
    await caller.group('g');
    await caller.deliver();
    const isDigest = (path: string): boolean => path.includes('CloudTrail-Digest');
    const files = [...buckets.files.keys()];
    assert.deepEqual(files.filter(isDigest), []);
    for (let hour = 0; hour < 2; hour++) {
      caller.rig.clock.setBy(digestEveryMs);
      await caller.deliver();
    }
    const [first = '', second = '', ...others] = [...buckets.files.keys()].filter(isDigest);
    assert.deepEqual(others, []);
    assert.match(
      first,
      /^logs\/AWSLogs\/123456789012\/CloudTrail-Digest\/us-east-1\/\d{4}\/\d\d\/\d\d\/123456789012_CloudTrail-Digest_us-east-1_main_us-east-1_\d{8}T\d{6}Z\.json\.gz$/,
    );
    const { PublicKeyList } = (await caller.trail(
      new sdk.ListPublicKeysCommand({}),
    )) as unknown as sdk.ListPublicKeysCommandOutput;
    const [key] = PublicKeyList ?? [];
    const publicKey = createPublicKey({
      key: Buffer.from(key?.Value ?? []),
      format: 'der',
      type: 'pkcs1',
    });
    /** What a digest says, if its signature is right. */
    const checked = (path: string): Record<string, unknown> => {
      const text = buckets.text(path);
      const digest = JSON.parse(text) as Record<string, unknown>;
      const { digestEndTime, digestS3Bucket, digestS3Object, previousDigestSignature } = digest;
      assert.equal(`${String(digestS3Bucket)}/${String(digestS3Object)}`, path);
      assert.equal(digest['digestPublicKeyFingerprint'], key?.Fingerprint);
      const signed = `${String(digestEndTime)}\n${path}\n${hash(text)}\n${String(previousDigestSignature)}`;
      const { signature = '' } = buckets.metadata.get(path) ?? {};
      assert.ok(verify('sha256', Buffer.from(signed), publicKey, Buffer.from(signature, 'hex')));
      return digest;
    };
    const [before, after] = [checked(first), checked(second)];
    const logFiles = before['logFiles'] as { s3Object: string; hashValue: string }[];
    // The chain begins with the first delivery after the trail was told to have one.
    const delivered = files.slice(1);
    assert.deepEqual(
      logFiles.map(({ s3Object, hashValue }) => [`logs/${s3Object}`, hashValue]),
      delivered.map((path) => [path, hash(buckets.text(path))]),
    );
    assert.equal(logFiles.length, 1);
    assert.equal(before['previousDigestSignature'], null);
    assert.deepEqual(after['logFiles'], []);
    assert.equal(after['previousDigestSignature'], buckets.metadata.get(first)?.['signature']);
    assert.equal(`logs/${String(after['previousDigestS3Object'])}`, first);
    assert.equal(after['previousDigestHashValue'], hash(buckets.text(first)));
    assert.ok((await caller.status())['LatestDigestDeliveryTime'] instanceof Date);

    const stored = JSON.stringify(caller.rig.store.commits.map(({ tableWrites }) => tableWrites));
    assert.ok(!stored.includes('PRIVATE KEY'));
  });
});
