// A server that knows its callers by their keys: each service of AWS's, and our own operations,
// take what is signed for them, and turn all else away in the words of their protocol.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as batch from '@aws-sdk/client-batch';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecs from '@aws-sdk/client-ecs';
import * as eks from '@aws-sdk/client-eks';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { Hidden } from '../base/hidden.ts';
import type { RequestHead } from '../wire/protocol.ts';
import { ask } from '../../test/house/ask.ts';
import { context } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';
import { signatureAuthenticator, type Credentials } from '../service/iam/identity/authenticator.ts';
import { sdkClient } from '../../test/house/sdk-client.ts';
import { headOf, presign, sign } from '../../test/house/signed.ts';

const secret = new Hidden('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret.reveal() };

const openRig = (): Promise<Rig> =>
  Rig.open({
    access: {
      isOn: true,
      of: ({ clock }) => ({
        authenticator: signatureAuthenticator({ find: found }, clock),
        authorizer: { authorize: () => undefined },
      }),
    },
  });

const found: Credentials['find'] = (accessKeyId) =>
  accessKeyId === key.accessKeyId
    ? { secret, principal: context.principal }
    : { fault: 'unknown-key' };

type Names = readonly [missing: string, incomplete: string, differs: string, unknown: string];

const json: Names = [
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'UnrecognizedClientException',
];
const form: Names = [
  'MissingAuthenticationToken',
  'IncompleteSignature',
  'SignatureDoesNotMatch',
  'InvalidClientTokenId',
];

interface Asked {
  readonly module: Readonly<Record<string, unknown>>;
  readonly client: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each takes an input of its own.
  readonly command: new (input: any) => unknown;
  /** Absent: an empty one. */
  readonly input?: object;
  readonly names: Names;
  /** The same by hand. */
  readonly target: string;
  /** Absent: POST. */
  readonly method?: 'GET';
  readonly headers: readonly string[];
  readonly body: string;
}

const testedEvent = {
  EventPattern: '{"source":["a"]}',
  Event: '{"id":"1","account":"1","source":"a","time":"","region":"us-east-1","detail-type":"t"}',
};
const formHeaders = ['Content-Type', 'application/x-www-form-urlencoded'];
const jsonHeaders = (target: string): string[] => [
  ...['Content-Type', 'application/x-amz-json-1.1'],
  ...['X-Amz-Target', target],
];

const services: Readonly<Record<string, Asked>> = {
  batch: {
    module: batch,
    client: 'BatchClient',
    command: batch.DescribeJobQueuesCommand,
    names: json,
    target: '/v1/describejobqueues',
    headers: ['Content-Type', 'application/json'],
    body: '{}',
  },
  logs: {
    module: logs,
    client: 'CloudWatchLogsClient',
    command: logs.DescribeLogGroupsCommand,
    names: json,
    target: '/',
    headers: jsonHeaders('Logs_20140328.DescribeLogGroups'),
    body: '{}',
  },
  ecs: {
    module: ecs,
    client: 'ECSClient',
    command: ecs.ListClustersCommand,
    names: json,
    target: '/',
    headers: jsonHeaders('AmazonEC2ContainerServiceV20141113.ListClusters'),
    body: '{}',
  },
  eks: {
    module: eks,
    client: 'EKSClient',
    command: eks.ListClustersCommand,
    names: json,
    target: '/clusters',
    method: 'GET',
    headers: [],
    body: '',
  },
  cloudtrail: {
    module: cloudtrail,
    client: 'CloudTrailClient',
    command: cloudtrail.LookupEventsCommand,
    names: json,
    target: '/',
    headers: jsonHeaders('CloudTrail_20131101.LookupEvents'),
    body: '{}',
  },
  secretsmanager: {
    module: secrets,
    client: 'SecretsManagerClient',
    command: secrets.ListSecretsCommand,
    names: json,
    target: '/',
    headers: jsonHeaders('secretsmanager.ListSecrets'),
    body: '{}',
  },
  ssm: {
    module: ssm,
    client: 'SSMClient',
    command: ssm.DescribeParametersCommand,
    names: json,
    target: '/',
    headers: jsonHeaders('AmazonSSM.DescribeParameters'),
    body: '{}',
  },
  scheduler: {
    module: scheduler,
    client: 'SchedulerClient',
    command: scheduler.CreateScheduleGroupCommand,
    input: { Name: 'g', ClientToken: 't' },
    names: json,
    target: '/schedule-groups/g',
    headers: ['Content-Type', 'application/json'],
    body: '{"ClientToken":"t"}',
  },
  sns: {
    module: sns,
    client: 'SNSClient',
    command: sns.ListTopicsCommand,
    names: form,
    target: '/',
    headers: formHeaders,
    body: 'Action=ListTopics&Version=2010-03-31',
  },
  events: {
    module: eventbridge,
    client: 'EventBridgeClient',
    command: eventbridge.TestEventPatternCommand,
    input: testedEvent,
    names: json,
    target: '/',
    headers: jsonHeaders('AWSEvents.TestEventPattern'),
    body: JSON.stringify(testedEvent),
  },
  iam: {
    module: iam,
    client: 'IAMClient',
    command: iam.ListRolesCommand,
    names: form,
    target: '/',
    headers: formHeaders,
    body: 'Action=ListRoles&Version=2010-05-08',
  },
  sts: {
    module: sts,
    client: 'STSClient',
    command: sts.GetCallerIdentityCommand,
    names: form,
    target: '/',
    headers: formHeaders,
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  },
  ec2: {
    module: ec2,
    client: 'EC2Client',
    command: ec2.DescribeVpcsCommand,
    names: ['MissingParameter', 'IncompleteSignature', 'AuthFailure', 'AuthFailure'],
    target: '/',
    headers: formHeaders,
    body: 'Action=DescribeVpcs&Version=2016-11-15',
  },
};

for (const [
  name,
  { module, client, command, input = {}, names, target, method = 'POST', headers, body },
] of Object.entries(services))
  describe(name, () => {
    it('answers the SDK that signs, and tells it what is wrong', async () => {
      const rig = await openRig();
      const { pipeline } = rig.app;
      const send = (credentials: typeof key): Promise<unknown> =>
        rig.settled(
          sdkClient(module, client, pipeline, credentials, rig.clock.now()).send(
            new command(input),
          ),
        );
      await send(key);
      const [, , differs, unknown] = names;
      await assert.rejects(send({ ...key, secretAccessKey: 'guess' }), { name: differs });
      await assert.rejects(send({ ...key, accessKeyId: 'AKIDNOBODY' }), { name: unknown });
    });

    it('answers what is signed for it alone, and now', async () => {
      const rig = await openRig();
      const nowMs = rig.clock.now();
      const all = ['Host', 'localhost', ...headers];
      const signed = (service: string, atMs = nowMs): RequestHead =>
        sign({ method, target, headers: all }, body, {
          accessKeyId: key.accessKeyId,
          secret,
          service,
          nowMs: atMs,
        });
      const errorOf = async (head: RequestHead): Promise<string | undefined> => {
        const answer = await rig.settled(ask(rig.app.pipeline, head, body));
        const at = answer.headers.indexOf('x-amzn-errortype');
        return at < 0 ? undefined : answer.headers[at + 1];
      };
      const [missing, incomplete] = names;
      assert.equal(await errorOf(signed(name)), undefined);
      assert.equal(await errorOf(headOf(method, target, all)), missing);
      assert.equal(
        await errorOf(headOf(method, target, [...all, 'Authorization', 'AWS4-HMAC-SHA256 a=b'])),
        incomplete,
      );
      const old = await errorOf(signed(name, nowMs - 16 * 60_000));
      assert.equal(old, name === 'ec2' ? 'RequestExpired' : names[2]);
    });
  });

describe('operations of our own', () => {
  it('are signed for longshore', async () => {
    const rig = await openRig();
    const nowMs = rig.clock.now();
    const request = { method: 'GET', target: '/_longshore/jobs/j/explanation' };
    const statusOf = async (service: string | undefined): Promise<string> => {
      const headers = ['Host', 'localhost'];
      const head =
        service === undefined
          ? headOf(request.method, request.target, headers)
          : sign({ ...request, headers }, '', { ...key, secret, service, nowMs });
      const { status, body } = await rig.settled(ask(rig.app.pipeline, head));
      return `${status} ${(JSON.parse(body) as { code: string }).code}`;
    };
    // There is no such job: but the caller is told so.
    assert.equal(await statusOf('longshore'), '404 ClientException');
    assert.equal(await statusOf('batch'), '403 InvalidSignatureException');
    assert.equal(await statusOf(undefined), '403 MissingAuthenticationTokenException');
  });
});

it('takes a presigned GetCallerIdentity, and no presigned change', async () => {
  const rig = await openRig();
  const answerTo = async (query: string, service: string): Promise<string> => {
    const request = { method: 'GET', target: `/?${query}`, headers: ['Host', 'localhost'] };
    const head = presign(request, { ...key, secret, service, nowMs: rig.clock.now() });
    return (await rig.settled(ask(rig.app.pipeline, head))).body;
  };
  assert.match(
    await answerTo('Action=GetCallerIdentity&Version=2011-06-15', 'sts'),
    /<Arn>arn:aws:iam::123456789012:root<\/Arn>/,
  );
  assert.match(
    await answerTo('Action=DeleteVpc&VpcId=vpc-1&Version=2016-11-15', 'ec2'),
    /<Code>AccessDenied<\/Code>/,
  );
});
