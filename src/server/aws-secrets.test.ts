// Secrets at an endpoint of AWS's APIs: what is asked of it, and that its errors come back as they
// are.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, describe, it, after } from 'node:test';
import { Hidden } from '../base/hidden.ts';
import { scopeOf } from '../base/ids.ts';
import { awsSecrets } from './aws-secrets.ts';

const scope = scopeOf('123456789012', 'eu-west-1');

describe('an endpoint', () => {
  const asked: { target: unknown; input: unknown; region: unknown }[] = [];
  let answer: { status: number; body: object } = { status: 200, body: {} };
  const server = createServer(async (request, response) => {
    const input: unknown = JSON.parse(await text(request));
    const { authorization = '', 'x-amz-target': target } = request.headers;
    asked.push({ target, input, region: authorization.split('/')[2] });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  });
  const kept = { ...process.env };
  before(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    process.env = kept;
    server.close();
    server.closeAllConnections();
  });
  const source = () =>
    awsSecrets(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));

  it('is asked for a version of a secret, in the region of the job', async () => {
    answer = { status: 200, body: { SecretString: 'hush' } };
    const found = await source().secret(scope, { id: 'db', stage: 'AWSPREVIOUS' });
    assert.ok(found instanceof Hidden);
    assert.equal(found.reveal(), 'hush');
    assert.deepEqual(asked.pop(), {
      target: 'secretsmanager.GetSecretValue',
      input: { SecretId: 'db', VersionStage: 'AWSPREVIOUS' },
      region: 'eu-west-1',
    });
  });

  it('answers parameters by the names that they were asked by', async () => {
    const arn = 'arn:aws:ssm:eu-west-1:123456789012:parameter/c';
    answer = {
      status: 200,
      body: {
        Parameters: [
          { Name: '/a', Value: '1', ARN: 'x' },
          { Name: '/b', Selector: ':2', Value: '2', ARN: 'y' },
          { Name: '/c', Value: '3', ARN: arn },
        ],
        InvalidParameters: ['/none'],
      },
    };
    const found = await source().parameters(scope, ['/a', '/b:2', arn, '/none']);
    assert.ok(!('error' in found));
    assert.deepEqual(
      [...found].map(([name, value]) => [name, value.reveal()]),
      [
        ['/a', '1'],
        ['/b:2', '2'],
        [arn, '3'],
      ],
    );
    assert.deepEqual(asked.pop()?.input, {
      Names: ['/a', '/b:2', arn, '/none'],
      WithDecryption: true,
    });
  });

  it('that refuses is quoted', async () => {
    answer = { status: 400, body: { __type: 'AccessDeniedException', message: 'not you' } };
    const expected = { error: 'AccessDeniedException: not you' };
    assert.deepEqual(await source().secret(scope, { id: 'db' }), expected);
    assert.deepEqual(await source().parameters(scope, ['/a']), expected);
  });

  it('that has bytes has no text for a variable', async () => {
    answer = { status: 200, body: { SecretBinary: 'AAAA' } };
    const found = await source().secret(scope, { id: 'db' });
    assert.ok('error' in found && /no SecretString/.test(found.error));
  });

  it('that is not there is an error too', async () => {
    const nobody = awsSecrets(new URL('http://127.0.0.1:1/'));
    const found = await nobody.secret(scope, { id: 'db' });
    assert.ok('error' in found && /ECONNREFUSED/.test(found.error));
  });
});

it('a name alone tells all of an ARN but its end', async () => {
  assert.equal(
    await awsSecrets('aws').secretArn(scope, 'db'),
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????',
  );
});
