// The record of a role that somebody took without credentials, by a token: it is the account's
// whose role it is, like all that is done with the role.

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { CheckedServer } from '../../test/house/checked-server.ts';

const other = '999999999999';
const issuer = 'https://id.example.com';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims: object): string {
  const text = `${encoded({ alg: 'RS256', kid: 'k' })}.${encoded(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
}

const documents = {
  fetch: (url: string) =>
    Promise.resolve(
      JSON.stringify(
        url.endsWith('/keys')
          ? { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' }] }
          : { issuer, jwks_uri: `${issuer}/keys` },
      ),
    ),
};

test('a role that a token opened has it on record in its own account', async () => {
  const server = await CheckedServer.open({ audit: 'all', documents });
  const { rig } = server;
  const key = await rig.settled(
    rig.app.rootKeys.replace({ account: other, region: 'eu-west-1' }, { part: 'test' }),
  );
  const root = server.callerWith({
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
  });
  await root(
    iam,
    new iam.CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['app'] }),
  );
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${other}:oidc-provider/id.example.com` },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    ],
  };
  await root(
    iam,
    new iam.CreateRoleCommand({ RoleName: 'ci', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const RoleArn = `arn:aws:iam::${other}:role/ci`;
  await server.callerWith({})(
    sts,
    new sts.AssumeRoleWithWebIdentityCommand({
      RoleArn,
      RoleSessionName: 'me',
      WebIdentityToken: token({
        iss: issuer,
        sub: 'somebody',
        aud: 'app',
        exp: rig.clock.now() / 1000 + 60,
      }),
    }),
  );
  await rig.clock.pass(2_000);
  const found = async (caller: typeof root) =>
    (
      (
        await caller(
          cloudtrail,
          new cloudtrail.LookupEventsCommand({
            LookupAttributes: [
              { AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' },
            ],
          }),
        )
      )['Events'] as cloudtrail.Event[]
    ).map(({ Resources = [] }) => Resources.map(({ ResourceName }) => ResourceName));
  assert.deepEqual(await found(root), [['ci', 'ci/me']]);
  assert.deepEqual(await found(server.root), []);
});
