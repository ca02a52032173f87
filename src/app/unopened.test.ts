// A server that was restored without its key says what it cannot open: everything that any service
// keeps sealed, and nothing else.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Rig } from '../../test/house/rig.ts';
import { notBuilt } from '../wire/operation.ts';

it('what was sealed under another key is named by what it is', async () => {
  const rig = await Rig.bare();
  const call = async (service: string, name: string, input: object): Promise<unknown> => {
    const found = rig.app.services.find((one) => one.name === service);
    const operation = found?.operations[name];
    assert.ok(operation !== undefined && operation !== notBuilt, `${service} has ${name}`);
    return rig.call(operation, input);
  };
  const { AccessKey: key } = (await call('iam', 'CreateAccessKey', {})) as {
    AccessKey: { AccessKeyId: string };
  };
  await call('secretsmanager', 'CreateSecret', { Name: 's', SecretString: 'x' });
  for (let at = 1; at < 8; at++)
    await call('ssm', 'PutParameter', { Name: `p${at}`, Type: 'SecureString', Value: 'x' });
  await call('events', 'CreateConnection', {
    Name: 'c',
    AuthorizationType: 'BASIC',
    AuthParameters: { BasicAuthParameters: { Username: 'u', Password: 'x' } },
  });
  const { TopicArn } = (await call('sns', 'CreateTopic', { Name: 't' })) as { TopicArn: string };
  const { SubscriptionArn: arn } = (await call('sns', 'Subscribe', {
    TopicArn,
    Protocol: 'http',
    Endpoint: 'http://me:x@127.0.0.1/',
    ReturnSubscriptionArn: true,
  })) as { SubscriptionArn: string };
  assert.deepEqual(await rig.app.unopened(), []);

  const { open, ...sealer } = rig.sealer;
  const restored = new Rig({}, { ...rig, sealer: { ...sealer, open: () => undefined } });
  assert.deepEqual(await restored.app.unopened(), [
    `the secrets of the access keys ${key.AccessKeyId}`,
    'the secrets s',
    'the secrets of connections c',
    `the passwords of subscriptions ${arn}`,
    'the parameters p1, p2, p3, p4, p5 and 2 more',
  ]);
  const mended = new Rig({}, { ...rig, sealer: { ...sealer, open } });
  assert.deepEqual(await mended.app.unopened(), []);
});
