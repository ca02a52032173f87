// Requests for services that are not served: each is named with its operation, in the protocol that
// its client reads.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sts from '@aws-sdk/client-sts';
import { AwsError } from './aws-error.ts';
import { validationDialect } from './error-catalogue.ts';
import type { RequestHead } from './protocol.ts';
import { query } from './query.ts';
import type { Answer } from './answer.ts';
import type { AnyService } from './service.ts';
import { ask as askIn } from '../../test/house/ask.ts';
import { echo, echoBatch, echoPipeline } from '../../test/house/echo.ts';

const toySts: AnyService = {
  name: 'sts',
  schemas: sts,
  protocol: query({
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  }),
  signingName: 'sts',
  operations: { GetCallerIdentity: echo(() => ({ Arn: 'me' })), AssumeRole: echo(() => ({})) },
  restNotBuilt: true,
  deps: undefined,
  dialect: validationDialect,
  maxBodyBytes: () => 1_048_576,
};
const { pipeline } = echoPipeline([echoBatch(), toySts]);

const signedFor = (service: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=000000000000/20260102/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const json = (version: string): Record<string, string> => ({
  'content-type': `application/x-amz-json-${version}`,
});

function headOf(method: string, target: string, headers: RequestHead['headers']): RequestHead {
  const [path = '', parameters = ''] = target.split('?');
  return { method, path, query: parameters, headers, rawHeaders: [], sourceAddress: '' };
}

function ask(
  method: string,
  target: string,
  headers: RequestHead['headers'] = {},
  body = '',
): Promise<Answer> {
  return askIn(pipeline, headOf(method, target, headers), body);
}

const typeOf = ({ headers }: Answer): string | undefined =>
  headers[headers.indexOf('content-type') + 1];

describe('a service that is not served', () => {
  const cases: readonly (readonly [
    request: Parameters<typeof ask>,
    contentType: string,
    text: RegExp,
  ])[] = [
    [
      [
        'POST',
        '/',
        {
          ...signedFor('ecr'),
          ...json('1.1'),
          'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.CreateRepository',
        },
        '{}',
      ],
      'application/x-amz-json-1.1',
      /"__type":"UnknownOperationException".*Amazon ECR \(CreateRepository\)\. Use an image/,
    ],
    [
      ['POST', '/', { ...json('1.0'), 'x-amz-target': 'AmazonSQS.ListQueues' }, '{}'],
      'application/x-amz-json-1.0',
      /Amazon SQS \(ListQueues\)/,
    ],
    [
      ['POST', '/', { ...json('1.1'), 'x-amz-target': 'Nobody_20200101.Fly' }, '{}'],
      'application/x-amz-json-1.1',
      /does not speak Nobody_20200101 \(Fly\)/,
    ],
    [
      ['POST', '/', { ...signedFor('sqs'), ...form }, 'Action=ListQueues&Version=2012-11-05'],
      'text/xml;charset=UTF-8',
      /<ErrorResponse.*<Code>InvalidAction<\/Code>.*Amazon SQS \(ListQueues\)/s,
    ],
    [
      [
        'POST',
        '/000000000000/queue',
        { ...signedFor('sqs'), ...form },
        'Action=SendMessage&Version=2012-11-05',
      ],
      'text/xml;charset=UTF-8',
      /Amazon SQS \(SendMessage\)/,
    ],
    [
      ['POST', '/', form, 'Action=DescribeAutoScalingGroups&Version=2011-01-01&Name=t'],
      'text/xml;charset=UTF-8',
      /Auto Scaling \(DescribeAutoScalingGroups\)/,
    ],
    [
      ['GET', '/?Action=DescribeAutoScalingGroups&Version=2011-01-01', {}],
      'text/xml;charset=UTF-8',
      /Auto Scaling \(DescribeAutoScalingGroups\)/,
    ],
    [
      [
        'POST',
        '/',
        { ...signedFor('autoscaling'), ...form },
        'Action=DescribeAutoScalingGroups&Version=2011-01-01',
      ],
      'text/xml;charset=UTF-8',
      /Auto Scaling \(DescribeAutoScalingGroups\)/,
    ],
    [
      ['POST', '/', { ...signedFor('newthing'), ...form }, 'Action=<b>&Version=2030-01-01'],
      'text/xml;charset=UTF-8',
      /does not speak newthing \(&lt;b&gt;\)/,
    ],
    [
      ['POST', '/', form, 'Action=Fly&Version=2030-01-01'],
      'text/xml;charset=UTF-8',
      /version 2030-01-01 \(Fly\)/,
    ],
    [
      ['GET', '/', signedFor('s3')],
      'application/xml',
      /<Error><Code>NotImplemented<\/Code>.*Amazon S3 \(ListBuckets\)/s,
    ],
    [
      ['GET', '/', { 'user-agent': 'Boto3/1.34 md/Botocore#1.34' }],
      'application/xml',
      /Amazon S3 \(ListBuckets\)/,
    ],
    [
      ['PUT', '/bucket/a/key?x-id=PutObject', signedFor('s3')],
      'application/xml',
      /Amazon S3 \(PutObject\)/,
    ],
    [['GET', '/bucket?acl', signedFor('s3')], 'application/xml', /Amazon S3 \(GET \/bucket\)/],
    [
      ['POST', '/bucket?delete', { ...signedFor('s3'), ...form }, '<Delete/>'],
      'application/xml',
      /Amazon S3/,
    ],
    [
      ['GET', '/2013-04-01/hostedzone', signedFor('route53')],
      'text/xml;charset=UTF-8',
      /<ErrorResponse.*Route 53 \(GET \/2013-04-01\/hostedzone\)/s,
    ],
    [
      ['GET', '/2015-03-31/functions', {}],
      'application/json',
      /AWS Lambda \(GET \/2015-03-31\/functions\)/,
    ],
    [
      ['GET', '/things', signedFor('iot')],
      'application/json',
      /does not speak iot \(GET \/things\)/,
    ],
    [
      ['GET', '/_search', signedFor('constructor')],
      'application/json',
      /does not speak constructor/,
    ],
  ];
  for (const [request, contentType, text] of cases) {
    it(`${request[0]} ${request[1]} as ${contentType}: ${text.source}`, async () => {
      const answer = await ask(...request);
      assert.equal(answer.status, 400, answer.body);
      assert.equal(typeOf(answer), contentType);
      assert.match(answer.body, text);
      assert.match(answer.body, /Longshore does not speak/);
    });
  }

  it('is not taken for one where nothing speaks of AWS', async () => {
    for (const [method, target] of [
      ['GET', '/nosuch'],
      ['GET', '/'],
      ['POST', '/v1/nosuch'],
    ] as const) {
      const answer = await ask(method, target);
      assert.equal(answer.status, 404);
      assert.match(answer.body, /No service is served at/);
    }
  });
});

describe('a GET that is not signed', () => {
  const get = (action: string, headers = {}) =>
    ask('GET', `/?Version=2011-06-15&${action}`, headers);

  it('reads, and changes nothing, however the action is written', async () => {
    assert.equal((await get('Action=GetCallerIdentity')).status, 200);
    const presigned =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260102%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Signature=0';
    for (const action of [
      'Action=AssumeRole',
      'Action=GetCallerIdentity&Action=AssumeRole',
      `Action=AssumeRole&${presigned}`,
    ]) {
      const answer = await get(action);
      assert.equal(answer.status, 403, action);
      assert.match(answer.body, /<Code>AccessDenied<\/Code>.*AssumeRole changes something/s);
    }
    assert.equal((await get('Action=AssumeRole', signedFor('sts'))).status, 400); // Its members are missing: it was let through.
  });
});

it('what the front door turns away is answered in the protocol that was spoken', () => {
  for (const [head, contentType, body] of [
    [headOf('POST', '/v1/submitjob', {}), 'application/json', /^\{"__type":"Odd"/],
    [
      headOf('POST', '/', { 'x-amz-target': 'Logs_20140328.DescribeLogGroups', ...json('1.1') }),
      'application/x-amz-json-1.1',
      /^\{"__type":"Odd"/,
    ],
    [
      headOf('POST', '/', { ...form, ...signedFor('sts') }),
      'text/xml;charset=UTF-8',
      /<ErrorResponse xmlns="https:\/\/sts/,
    ],
    [headOf('POST', '/', form), 'text/xml;charset=UTF-8', /<ErrorResponse/],
    [headOf('GET', '/bucket', signedFor('s3')), 'application/xml', /<Error><Code>Odd/],
    [headOf('', '', {}), 'application/json', /Odd/],
  ] as const) {
    const answer = pipeline.refuse(head, new AwsError('Odd', 421, 'no'));
    assert.equal(answer.status, 421);
    assert.equal(typeOf(answer), contentType);
    assert.match(answer.body, body);
  }
});
