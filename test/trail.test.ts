// The record of calls from end to end, on the real program: through the AWS CLI as people look it
// up, over a crash, and as files that a trail has delivered.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  LookupEventsCommand,
  StartLoggingCommand,
  type Event,
} from '@aws-sdk/client-cloudtrail';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { S3Server } from './s3-server.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';
import { setVariables } from './variables.ts';

describe('the record of calls', () => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-trails-'));
  let server: TestServer;
  before(async () => {
    mkdirSync(join(directory, 'audit'));
    server = await TestServer.start('fake', ['--trail-dir', directory, '--trail-every', '1s']);
    await server.logs.send(new CreateLogGroupCommand({ logGroupName: 'first' }));
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The events of one name, which may lag. */
  async function events(name: string, count: number): Promise<readonly Event[]> {
    const client = new CloudTrailClient(server.clientOptions());
    const found = await until(`${count} events ${name}`, async () => {
      const { Events = [] } = await client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }],
        }),
      );
      return Events.length >= count && Events;
    });
    client.destroy();
    return found;
  }

  test('outlives the server, however that ends', async () => {
    await server.logs.send(new CreateLogGroupCommand({ logGroupName: 'second' }));
    await server.kill('SIGKILL');
    await server.restart();
    const [last] = await events('CreateLogGroup', 2);
    const { requestParameters } = JSON.parse(last?.CloudTrailEvent ?? '{}') as {
      requestParameters?: object;
    };
    assert.deepEqual(requestParameters, { logGroupName: 'second' });
  });

  test('is delivered as files', async () => {
    const client = new CloudTrailClient(server.clientOptions());
    await client.send(new CreateTrailCommand({ Name: 'main', S3BucketName: 'audit' }));
    await client.send(new StartLoggingCommand({ Name: 'main' }));
    client.destroy();
    await server.logs.send(new CreateLogGroupCommand({ logGroupName: 'third' }));
    const delivered = (): string[] =>
      readdirSync(join(directory, 'audit'), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.json.gz'))
        .flatMap((path) => {
          const text = gunzipSync(readFileSync(join(directory, 'audit', path))).toString();
          const { Records } = JSON.parse(text) as { Records: { eventName: string }[] };
          return Records.map(({ eventName }) => eventName);
        });
    await until('files of a trail', () => delivered().includes('CreateLogGroup'));
    assert.deepEqual(delivered(), ['StartLogging', 'CreateLogGroup']);
  });

  describe('through the AWS CLI', { skip: requirement('awscli').skip }, () => {
    test('is looked up without a signature, which the CLI asks for by a longer name', async () => {
      const { Events } = await new AwsCli(server)
        .json`cloudtrail lookup-events --no-sign-request --max-items 1`;
      assert.equal(Events.length, 1);
    });

    test('is looked up by name, page by page', async () => {
      const aws = new AwsCli(server);
      await events('CreateLogGroup', 2);
      const { Events } = await aws.json`cloudtrail lookup-events --page-size 1
        --lookup-attributes AttributeKey=EventName,AttributeValue=CreateLogGroup`;
      assert.ok(Events.length >= 2);
      assert.deepEqual(
        [Events[0].EventName, Events[0].Username, Events[0].ReadOnly, Events[0].EventSource],
        ['CreateLogGroup', 'root', 'false', 'logs.amazonaws.com'],
      );
      const none = await aws.json`cloudtrail lookup-events
        --lookup-attributes AttributeKey=Username,AttributeValue=nobody`;
      assert.deepEqual(none.Events, []);
    });
  });
});

const skip = requirement('awscli').skip || requirement('swift').skip;

test('what is delivered to a bucket is validated by the AWS CLI', { skip }, async (t) => {
  await using store = await S3Server.start('audit');
  const { accessKeyId, secretAccessKey } = S3Server.credentials;
  setVariables(t, {
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    NODE_OPTIONS: `--import=${new URL('house/clock-ahead.ts', import.meta.url).href}`,
    CLOCK_AHEAD_MS: '0',
  });
  await using server = await TestServer.start('fake', [
    ...['--s3-endpoint', store.url, '--trail-every', '1s'],
  ]);
  const kept = async (part: string): Promise<string[]> => {
    const { Contents = [] } = await store.client.send(
      new ListObjectsV2Command({ Bucket: 'audit' }),
    );
    return Contents.flatMap(({ Key = '' }) => (Key.includes(part) ? [Key] : []));
  };
  const whenKept = (part: string, count: number): Promise<string[]> =>
    until(`${count} of ${part} in the bucket`, async () => {
      const keys = await kept(part);
      return keys.length >= count && keys;
    });
  const logFiles = '/CloudTrail/';
  const digests = '/CloudTrail-Digest/';

  const client = new CloudTrailClient(server.clientOptions());
  const trail = new CreateTrailCommand({
    ...{ Name: 'main', S3BucketName: 'audit', S3KeyPrefix: 'lab' },
    EnableLogFileValidation: true,
  });
  const { TrailARN } = await client.send(trail);
  await client.send(new StartLoggingCommand({ Name: 'main' }));
  client.destroy();
  // Digests tell of what comes after the first delivery; there is one after each hour.
  await whenKept(logFiles, 1);
  for (const hour of [1, 2]) {
    await server.logs.send(new CreateLogGroupCommand({ logGroupName: `group-${hour}` }));
    await whenKept(logFiles, 1 + hour);
    process.env['CLOCK_AHEAD_MS'] = String(hour * 3_660_000);
    await server.restart();
    await whenKept(digests, hour);
  }

  const settings = join(server.dataDir, 'cli-config');
  const plugins = fileURLToPath(new URL('.', import.meta.url));
  writeFileSync(settings, `[plugins]\ncli_legacy_plugin_path = ${plugins}\ns3 = cli_s3_endpoint\n`);
  const aws = new AwsCli(server, S3Server.credentials, {
    AWS_CONFIG_FILE: settings,
    S3_ENDPOINT: store.url,
    PYTHONDONTWRITEBYTECODE: '1',
  });
  const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const validate = () =>
    aws.run`cloudtrail validate-logs --verbose --trail-arn ${TrailARN}
      --start-time ${inHours(-1)} --end-time ${inHours(3)}`;
  const good = await validate();
  assert.deepEqual([good.code, good.stderr], [0, ''], good.stdout);
  assert.match(good.stdout, /^2\/2 digest files valid\n2\/2 log files valid$/m);

  /** The object has another text, and all else as it was. Answers both texts' hashes. */
  async function forge(key: string, from: string, to: string): Promise<[string, string]> {
    const object = { Bucket: 'audit', Key: key };
    const { Body, Metadata } = await store.client.send(new GetObjectCommand(object));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
    assert.ok(text.includes(from), text);
    const forged = text.replace(from, to);
    const put = new PutObjectCommand({ ...object, Body: gzipSync(forged), Metadata });
    await store.client.send(put);
    return [hashOf(text), hashOf(forged)];
  }
  const [newest = ''] = /(?<=^Log file\ts3:\/\/audit\/)\S+/m.exec(good.stdout) ?? [];
  const [right, wrong] = await forge(newest, 'group-2', 'group-9');
  const forged = await validate();
  assert.equal(forged.code, 1);
  assert.equal(
    forged.stderr.trim(),
    `Log file\ts3://audit/${newest}\tINVALID: hash value doesn't match`,
  );
  assert.match(
    forged.stdout,
    /^2\/2 digest files valid\n1\/2 log files valid, 1\/2 log files INVALID$/m,
  );

  // Nor can a digest be made to fit.
  const [, second = ''] = await kept(digests);
  await forge(second, right, wrong);
  const worse = await validate();
  assert.equal(worse.code, 1);
  assert.match(
    worse.stderr,
    /^Digest file\ts3:\/\/audit\/\S+\tINVALID: signature verification failed$/m,
  );
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
