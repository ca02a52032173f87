// The record of calls from end to end, on the real program: through the AWS CLI as people look it
// up, over a crash, and as files that a trail has delivered.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  LookupEventsCommand,
  StartLoggingCommand,
  type Event,
} from '@aws-sdk/client-cloudtrail';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AwsCli } from './aws-cli.ts';
import { requirement } from './requirement.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

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
