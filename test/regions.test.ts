// Regions as callers name them: each a place of its own, with ARNs of its partition; and what can
// be none is refused in the words of the protocol that was spoken.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  DescribeJobQueuesCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-batch';
import {
  EC2Client,
  DescribeAvailabilityZonesCommand,
  DescribeRegionsCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { computeResources, TestServer } from './server.ts';
import { until } from './until.ts';

describe('regions', () => {
  let server: TestServer;
  before(async () => (server = await TestServer.start('fake')));
  after(() => server[Symbol.asyncDispose]());

  const regions: readonly [string, string][] = [
    ['eusc-de-east-1', 'aws-eusc'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['lab', 'aws'],
    ['my-own-cloud', 'aws'],
    ['ap-southeast-7', 'aws'],
  ];

  for (const [region, partition] of regions) {
    test(`${region} has queues of its own, in partition ${partition}`, async () => {
      const batch = new BatchClient({ ...server.clientOptions(), region });
      const { computeEnvironmentArn } = await batch.send(
        new CreateComputeEnvironmentCommand({
          computeEnvironmentName: 'ce',
          type: 'MANAGED',
          computeResources,
        }),
      );
      assert.equal(
        computeEnvironmentArn,
        `arn:${partition}:batch:${region}:000000000000:compute-environment/ce`,
      );
      await until(
        'it is VALID',
        async () =>
          (await batch.send(new DescribeComputeEnvironmentsCommand({}))).computeEnvironments?.[0]
            ?.status === 'VALID',
      );
      const { jobQueueArn } = await batch.send(
        new CreateJobQueueCommand({
          jobQueueName: 'q',
          priority: 1,
          computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'ce' }],
          tags: { a: region },
        }),
      );
      assert.deepEqual(
        (await batch.send(new DescribeJobQueuesCommand({}))).jobQueues?.map(
          (queue) => queue.jobQueueArn,
        ),
        [jobQueueArn],
      );
      assert.deepEqual(
        (await batch.send(new ListTagsForResourceCommand({ resourceArn: jobQueueArn }))).tags,
        { a: region },
      );
      const sts = new STSClient({ ...server.clientOptions(), region });
      assert.equal(
        (await sts.send(new GetCallerIdentityCommand({}))).Arn,
        `arn:${partition}:iam::000000000000:root`,
      );
      const ec2 = new EC2Client({ ...server.clientOptions(), region });
      assert.ok(
        (await ec2.send(new DescribeRegionsCommand({}))).Regions?.some(
          (one) => one.RegionName === region,
        ),
      );
      assert.equal(
        (await ec2.send(new DescribeAvailabilityZonesCommand({}))).AvailabilityZones?.[0]?.ZoneName,
        `${region}a`,
      );
      for (const client of [batch, sts, ec2]) client.destroy();
    });
  }

  test('what can be no region is refused, as each protocol says it', async () => {
    const ask = async (
      service: string,
      region: string,
      path: string,
      headers: Record<string, string>,
      body: string,
    ): Promise<[number, string]> => {
      const authorization = `AWS4-HMAC-SHA256 Credential=AKID/20260102/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: { authorization, ...headers },
        body,
      });
      return [answer.status, await answer.text()];
    };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const target = (name: string) => ({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': name,
    });
    const message = /Credential should be scoped to a valid region, not &?/;
    for (const region of [
      'us_east_1',
      '-lab',
      'us east',
      '',
      'a'.repeat(64),
      'a'.repeat(300),
      'us.east',
    ]) {
      const cases: readonly [[number, string], number, RegExp][] = [
        [
          await ask(
            'batch',
            region,
            '/v1/describejobqueues',
            { 'content-type': 'application/json' },
            '{}',
          ),
          403,
          /^\{.*"message"/,
        ],
        [
          await ask('logs', region, '/', target('Logs_20140328.DescribeLogGroups'), '{}'),
          400,
          /"__type":"InvalidSignatureException"/,
        ],
        [
          await ask(
            'ecs',
            region,
            '/',
            target('AmazonEC2ContainerServiceV20141113.ListClusters'),
            '{}',
          ),
          400,
          /"__type":"InvalidSignatureException"/,
        ],
        [
          await ask('iam', region, '/', form, 'Action=ListRoles&Version=2010-05-08'),
          403,
          /<Code>SignatureDoesNotMatch<\/Code>/,
        ],
        [
          await ask('ec2', region, '/', form, 'Action=DescribeVpcs&Version=2016-11-15'),
          401,
          /<Code>AuthFailure<\/Code>/,
        ],
      ];
      for (const [[status, body], expected, shape] of cases) {
        assert.equal(status, expected, `${region}: ${body}`);
        assert.match(body, shape);
        assert.match(body, message);
      }
    }
  });
});
