// Connections and API destinations, through the SDK's own client: what is shown of them, that no
// secret is, and what is refused.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import { eventsCaller } from '../../../../test/house/events-caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { must } from '../../../base/assert.ts';
import type { EventsDeps } from '../deps.ts';
import { openedParameters } from './connection.ts';

let rig: Rig;
let call: ReturnType<typeof eventsCaller>;
beforeEach(async () => {
  rig = await Rig.bare();
  call = eventsCaller(rig);
});

const invalid = (message: string | RegExp) => ({ name: 'ValidationException', message });
const apiKey = { ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'hush-1' } };
const basic = { BasicAuthParameters: { Username: 'ann', Password: 'hush-1' } };
const oauth = {
  OAuthParameters: {
    ClientParameters: { ClientID: 'id', ClientSecret: 'hush-1' },
    AuthorizationEndpoint: 'https://id.example.com/token',
    HttpMethod: 'POST',
    OAuthHttpParameters: {
      BodyParameters: [
        { Key: 'audience', Value: 'api', IsValueSecret: false },
        { Key: 'b', Value: 'hush-2', IsValueSecret: true },
      ],
    },
  },
};
const InvocationHttpParameters = {
  HeaderParameters: [{ Key: 'x-a', Value: 'hush-3', IsValueSecret: true }],
  QueryStringParameters: [{ Key: 'q', Value: 'v', IsValueSecret: false }],
};
const create = (AuthorizationType: string, AuthParameters: object, more: object = {}) =>
  call('CreateConnection', { Name: 'c', AuthorizationType, AuthParameters, ...more });
const shown = async () => (await call('DescribeConnection', { Name: 'c' }))['AuthParameters'];

function opened(): unknown {
  const { space, sealer } = rig.depsOf<EventsDeps>('events');
  const events = space.current(scope);
  const connection = must(events.get('connection', 'c'), 'it is there');
  return openedParameters(events, sealer, connection, { scope });
}

describe('a connection', () => {
  it('is made, and shown without secrets, by each kind of authorization', async () => {
    const kinds = [
      ['API_KEY', apiKey, { ApiKeyAuthParameters: { ApiKeyName: 'x-key' } }],
      ['BASIC', basic, { BasicAuthParameters: { Username: 'ann' } }],
      [
        'OAUTH_CLIENT_CREDENTIALS',
        oauth,
        {
          OAuthParameters: {
            ClientParameters: { ClientID: 'id' },
            AuthorizationEndpoint: 'https://id.example.com/token',
            HttpMethod: 'POST',
            OAuthHttpParameters: {
              BodyParameters: [
                { Key: 'audience', Value: 'api', IsValueSecret: false },
                { Key: 'b', IsValueSecret: true },
              ],
            },
          },
        },
      ],
    ] as const;
    for (const [type, parameters, seen] of kinds) {
      const given = { ...parameters, InvocationHttpParameters };
      const made = await create(type, given, { Description: 'd' });
      const at = new Date(rig.clock.now());
      const { ConnectionArn: arn } = made;
      assert.match(
        String(arn),
        /^arn:aws:events:eu-west-1:123456789012:connection\/c\/[0-9a-f-]{36}$/,
      );
      const of = {
        ConnectionArn: arn,
        ConnectionState: 'AUTHORIZED',
        CreationTime: at,
        LastModifiedTime: at,
      };
      assert.deepEqual(made, of);
      const listed = { ...of, LastAuthorizedTime: at, Name: 'c', AuthorizationType: type };
      assert.deepEqual(await call('DescribeConnection', { Name: 'c' }), {
        ...listed,
        Description: 'd',
        AuthParameters: {
          ...seen,
          InvocationHttpParameters: {
            HeaderParameters: [{ Key: 'x-a', IsValueSecret: true }],
            QueryStringParameters: InvocationHttpParameters.QueryStringParameters,
          },
        },
      });
      assert.deepEqual(await call('ListConnections', { NamePrefix: 'c' }), {
        Connections: [listed],
      });
      const kept = JSON.stringify(
        ['connection', 'connection-secret'].map((kind) =>
          rig.store.reader.resources({ service: 'events', scope }, kind),
        ),
      );
      assert.doesNotMatch(kept, /hush/);
      assert.equal(JSON.stringify(opened()).match(/hush-\d/g)?.length, type[0] === 'O' ? 3 : 2);
      const gone = await call('DeleteConnection', { Name: 'c' });
      assert.equal(gone['ConnectionState'], 'DELETING');
      assert.deepEqual(
        rig.store.reader.resources({ service: 'events', scope }, 'connection-secret'),
        [],
      );
    }
    await assert.rejects(call('DescribeConnection', { Name: 'c' }), {
      name: 'ResourceNotFoundException',
      message: "Failed to describe the connection(s). Connection 'c' does not exist.",
    });
  });

  it('changes in part, and keeps what is not given', async () => {
    await create('BASIC', { ...basic, InvocationHttpParameters });
    await call('UpdateConnection', {
      Name: 'c',
      AuthParameters: { BasicAuthParameters: { Username: 'bob' } },
    });
    assert.deepEqual(opened(), {
      authorization: { type: 'BASIC', username: 'bob', password: 'hush-1' },
      invocation: {
        headers: [{ key: 'x-a', value: 'hush-3', isSecret: true }],
        query: [{ key: 'q', value: 'v', isSecret: false }],
        body: [],
      },
    });
    await call('UpdateConnection', { Name: 'c', Description: 'new' });
    assert.match(JSON.stringify(opened()), /bob.*hush-1.*hush-3/);
    await assert.rejects(
      call('UpdateConnection', { Name: 'c', AuthorizationType: 'API_KEY' }),
      invalid(/'authParameters\.apiKeyAuthParameters\.apiKeyName' failed .* not be null$/),
    );
    await rig.clock.pass(1_000);
    const changed = await call('UpdateConnection', {
      Name: 'c',
      AuthorizationType: 'API_KEY',
      AuthParameters: { ...apiKey, InvocationHttpParameters: {} },
    });
    assert.deepEqual(changed['LastAuthorizedTime'], new Date(rig.clock.now()));
    assert.deepEqual(opened(), {
      authorization: { type: 'API_KEY', name: 'x-key', value: 'hush-1' },
      invocation: { headers: [], query: [], body: [] },
    });
    assert.deepEqual(await shown(), {
      ApiKeyAuthParameters: { ApiKeyName: 'x-key' },
      InvocationHttpParameters: {},
    });
  });

  it('forgets what authorizes it, and gets other parameters after that', async () => {
    await create('BASIC', basic);
    const gone = await call('DeauthorizeConnection', { Name: 'c' });
    assert.equal(gone['ConnectionState'], 'DEAUTHORIZED');
    assert.equal(await shown(), undefined);
    assert.equal(opened(), undefined);
    const byState = async (ConnectionState: string) =>
      ((await call('ListConnections', { ConnectionState }))['Connections'] as object[]).length;
    assert.deepEqual([await byState('AUTHORIZED'), await byState('DEAUTHORIZED')], [0, 1]);
    await assert.rejects(
      call('UpdateConnection', {
        Name: 'c',
        AuthParameters: { BasicAuthParameters: { Username: 'bob' } },
      }),
      invalid(/basicAuthParameters\.password' failed/),
    );
    await call('UpdateConnection', { Name: 'c', AuthParameters: basic });
    assert.deepEqual([await byState('AUTHORIZED'), await byState('DEAUTHORIZED')], [1, 0]);
  });

  it('has a key in a header that requests may have', async () => {
    for (const ApiKeyName of ['Host', 'transfer-encoding', 'Expect', 'a b', 'a:b', 'é'])
      await assert.rejects(
        create('API_KEY', { ApiKeyAuthParameters: { ApiKeyName, ApiKeyValue: 'v' } }),
        invalid(/cannot be set|apiKeyName/),
        ApiKeyName,
      );
    await create('API_KEY', apiKey);
    await assert.rejects(
      call('UpdateConnection', {
        Name: 'c',
        AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'Host', ApiKeyValue: 'v' } },
      }),
      invalid(/cannot be set/),
    );
  });

  it('is refused where it cannot be', async () => {
    await create('BASIC', basic);
    await assert.rejects(create('BASIC', basic), {
      name: 'ResourceAlreadyExistsException',
      message: 'Connection c already exists.',
    });
    const refused = [
      ['NONE', basic, {}, /\[BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY\]$/],
      ['BASIC', basic, { Name: 'a b' }, /'name' failed/],
      ['BASIC', { ...basic, ...apiKey }, {}, /ApiKeyAuthParameters must not be specified/],
      ['BASIC', {}, {}, /basicAuthParameters\.username' failed .* not be null$/],
      [
        'BASIC',
        { BasicAuthParameters: { Username: 'a\n', Password: 'b' } },
        {},
        /username' failed/,
      ],
      [
        'BASIC',
        { BasicAuthParameters: { Username: `${' '.repeat(500)}\u0001`, Password: 'b' } },
        {},
        /username' failed/,
      ],
      [
        'BASIC',
        {
          ...basic,
          InvocationHttpParameters: {
            HeaderParameters: [{ Key: 'a', Value: `${' '.repeat(500)}\u0001` }],
          },
        },
        {},
        /headerParameters\.member\.value' failed/,
      ],
      ['BASIC', basic, { KmsKeyIdentifier: 'k' }, /KmsKeyIdentifier is not supported/],
      [
        'BASIC',
        basic,
        {
          InvocationConnectivityParameters: {
            ResourceParameters: { ResourceConfigurationArn: 'a' },
          },
        },
        /InvocationConnectivityParameters is not supported/,
      ],
      [
        'BASIC',
        {
          ...basic,
          ConnectivityParameters: { ResourceParameters: { ResourceConfigurationArn: 'a' } },
        },
        {},
        /ConnectivityParameters is not supported/,
      ],
      [
        'BASIC',
        { ...basic, InvocationHttpParameters: { HeaderParameters: [{ Key: 'a b', Value: 'c' }] } },
        {},
        /headerParameters\.member\.key' failed/,
      ],
      [
        'BASIC',
        {
          ...basic,
          InvocationHttpParameters: {
            BodyParameters: Array.from({ length: 100 }, () => ({
              Key: 'k',
              Value: 'é'.repeat(512),
            })),
          },
        },
        {},
        /more than 65536 bytes/,
      ],
      [
        'OAUTH_CLIENT_CREDENTIALS',
        { OAuthParameters: { ...oauth.OAuthParameters, AuthorizationEndpoint: 'ftp://a' } },
        {},
        /Must be a URL of HTTPS or HTTP/,
      ],
      [
        'OAUTH_CLIENT_CREDENTIALS',
        { OAuthParameters: { ...oauth.OAuthParameters, HttpMethod: 'PATCH' } },
        {},
        /httpMethod' failed .*\[GET, POST, PUT\]$/,
      ],
    ] as const;
    for (const [type, parameters, more, message] of refused)
      await assert.rejects(
        create(type, parameters, { Name: 'other', ...more }),
        (error: Error) => {
          assert.equal(error.name, 'ValidationException');
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hush/);
          return true;
        },
        String(message),
      );
  });
});

describe('an API destination', () => {
  const destination = (more: object = {}) => ({
    Name: 'd',
    ConnectionArn: connection,
    InvocationEndpoint: 'http://10.0.0.5:8080/hooks/*',
    HttpMethod: 'POST',
    ...more,
  });
  let connection: unknown;
  beforeEach(async () => void ({ ConnectionArn: connection } = await create('BASIC', basic)));

  it('is made, shown, changed and deleted', async () => {
    const made = await call('CreateApiDestination', destination({ Description: 'e' }));
    const at = new Date(rig.clock.now());
    const { ApiDestinationArn: arn } = made;
    assert.match(
      String(arn),
      /^arn:aws:events:eu-west-1:123456789012:api-destination\/d\/[0-9a-f-]{36}$/,
    );
    const of = {
      ApiDestinationArn: arn,
      ApiDestinationState: 'ACTIVE',
      CreationTime: at,
      LastModifiedTime: at,
    };
    assert.deepEqual(made, of);
    const listed = { ...of, ...destination(), InvocationRateLimitPerSecond: 300 };
    assert.deepEqual(await call('DescribeApiDestination', { Name: 'd' }), {
      ...listed,
      Description: 'e',
    });
    assert.deepEqual(await call('ListApiDestinations', { ConnectionArn: connection }), {
      ApiDestinations: [listed],
    });
    assert.deepEqual(await call('ListApiDestinations', { NamePrefix: 'x' }), {
      ApiDestinations: [],
    });
    const changes = {
      HttpMethod: 'PUT',
      InvocationEndpoint: 'https://example.com/v2',
      InvocationRateLimitPerSecond: 1,
    };
    await call('UpdateApiDestination', { Name: 'd', ...changes });
    assert.deepEqual(await call('DescribeApiDestination', { Name: 'd' }), {
      ...listed,
      ...changes,
      Description: 'e',
    });
    await call('DeauthorizeConnection', { Name: 'c' });
    const state = async () =>
      (await call('DescribeApiDestination', { Name: 'd' }))['ApiDestinationState'];
    assert.equal(await state(), 'INACTIVE');
    await call('UpdateConnection', { Name: 'c', AuthParameters: basic });
    assert.equal(await state(), 'ACTIVE');
    await call('DeleteConnection', { Name: 'c' });
    await create('BASIC', basic);
    assert.equal(await state(), 'INACTIVE', 'the connection is another one');
    await call('DeleteApiDestination', { Name: 'd' });
    for (const name of ['DescribeApiDestination', 'DeleteApiDestination'] as const)
      await assert.rejects(call(name, { Name: 'd' }), {
        name: 'ResourceNotFoundException',
        message:
          "Failed to describe the api-destination(s). An api-destination 'd' does not exist.",
      });
  });

  it('is refused where it cannot be', async () => {
    await call('CreateApiDestination', destination());
    await assert.rejects(call('CreateApiDestination', destination()), {
      name: 'ResourceAlreadyExistsException',
      message: "An api-destination 'd' already exists.",
    });
    await assert.rejects(
      call(
        'CreateApiDestination',
        destination({ Name: 'e', ConnectionArn: String(connection).replace(/.$/, 'x') }),
      ),
      { name: 'ResourceNotFoundException', message: /Connection 'c' does not exist/ },
    );
    const refused = [
      [{ ConnectionArn: 'c' }, /'connectionArn' failed to satisfy constraint: .*\^arn:aws/],
      [{ HttpMethod: 'TRACE' }, /\[HEAD, POST, PATCH, DELETE, PUT, GET, OPTIONS\]$/],
      [{ InvocationEndpoint: 'https://*.example.com/' }, /host must have no wildcard/],
      [{ InvocationEndpoint: 'https://a:b@example.com/' }, /Must not hold credentials/],
      [{ InvocationEndpoint: 'example.com/a' }, /Must be a URL of HTTPS or HTTP/],
      [{ InvocationRateLimitPerSecond: 0 }, /greater than or equal to 1$/],
      [{ InvocationRateLimitPerSecond: 100_001 }, /less than or equal to 100000$/],
    ] as const;
    for (const [more, message] of refused)
      await assert.rejects(
        call('CreateApiDestination', destination({ Name: 'e', ...more })),
        invalid(message),
      );
  });
});
