// What goes out to API destinations, and what comes of answers: addresses, headers and bodies by
// what target and connection say, each kind of authorization, signatures, rates and errors.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import type { HttpAnswer, HttpRequest } from '../../../port/http-sender.ts';
import type { OwnError } from '../../../port/own-services.ts';
import { scope } from '../../../../test/house/caller.ts';
import { ScriptedHttp } from '../../../../test/house/outside.ts';
import { scriptedSealer } from '../../../../test/house/scripted-sealer.ts';
import { VirtualClock } from '../../../../test/house/virtual-clock.ts';
import { connectionArn, destinationArn } from '../arn.ts';
import { putConnection } from '../connection/connection.ts';
import type { ConnectionParameters } from '../connection/parameters.ts';
import type { ApiDestination, EventsDraft, RuleTarget } from '../resources.ts';
import { ApiDestinationTarget } from './target.ts';

const never = new AbortController().signal;
const event = { id: '1', detail: { name: 'a b', n: 3, path: 'x/y' } };
const apiKey: ConnectionParameters['authorization'] = {
  type: 'API_KEY',
  name: 'X-Key',
  value: 'secret',
};
const pair = (key: string, value: string) => ({ key, value, isSecret: false });
const answered = (status: number, more: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status,
  headers: {},
  body: '',
  ...more,
});

class World {
  readonly http = new ScriptedHttp();
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly target: ApiDestinationTarget;
  readonly arn: string;
  readonly #rows = new Map<string, unknown>();
  version = 1;
  denied: OwnError | undefined;

  constructor(
    { authorization = apiKey, invocation }: Partial<ConnectionParameters> = {},
    destination: Partial<ApiDestination> = {},
  ) {
    const rows = this.#rows;
    const draft = {
      get: (kind: string, id: string) => rows.get(`${kind} ${id}`),
      put: (kind: string, id: string, body: unknown) => void rows.set(`${kind} ${id}`, body),
    } as unknown as EventsDraft;
    const at = { createdAtMs: 0, changedAtMs: 0 };
    const sealer = scriptedSealer();
    const { type } = authorization;
    const connection = { name: 'c', id: '1', type, revision: 1, ...at };
    putConnection(draft, sealer, connection, { authorization, invocation }, { scope });
    const made: ApiDestination = {
      name: 'd',
      id: '2',
      connectionArn: connectionArn(scope, connection),
      method: 'POST',
      endpoint: 'https://hooks.example.com/in',
      // Virtual time stands still: nobody waits for the rate, unless a test says so.
      perSecond: 1_000_000,
      ...at,
      ...destination,
    };
    draft.put('api-destination', 'd', made);
    this.arn = destinationArn(scope, made);
    this.http.onRequest = () => answered(200);
    this.target = new ApiDestinationTarget({
      own: { denial: () => Promise.resolve(this.denied) },
      http: this.http,
      clock: this.clock,
      sealer,
      space: { version: () => this.version, current: () => draft },
    });
  }

  remove(kind: string, id: string): void {
    this.#rows.delete(`${kind} ${id}`);
    this.version++;
  }

  send(http?: RuleTarget['http'], input = JSON.stringify(event), arn = this.arn) {
    const target = { id: 't', arn, http, roleArn: 'arn:aws:iam::123456789012:role/r' };
    const rule = { arn: 'arn:aws:events:eu-west-1:123456789012:rule/r', bus: 'default', name: 'r' };
    return this.target.send({ scope, rule, target, event: JSON.stringify(event), input }, never);
  }
}

const headersOf = ({ headers }: HttpRequest): Record<string, string> => Object.fromEntries(headers);

describe('requests', () => {
  it('the event, with what AWS sends along and the key of the connection', async () => {
    const world = new World();
    assert.equal(await world.send(), undefined);
    const [request] = world.http.requests;
    assert.ok(request);
    assert.equal(request.method, 'POST');
    assert.equal(request.url.href, 'https://hooks.example.com/in');
    assert.equal(request.body, JSON.stringify(event));
    assert.equal(request.timeoutMs, 5_000);
    assert.deepEqual(headersOf(request), {
      'User-Agent': 'Amazon/EventBridge/ApiDestinations',
      'Content-Type': 'application/json; charset=utf-8',
      Range: 'bytes=0-1048575',
      'Accept-Encoding': 'gzip,deflate',
      'X-Key': 'secret',
    });
  });

  it('path, query and headers of the target, of the event too; the connection goes before', async () => {
    const invocation = {
      headers: [pair('X-Both', 'connection')],
      query: [pair('q', 'connection')],
      body: [pair('token', 't')],
    };
    const world = new World(
      { invocation },
      { endpoint: 'https://h.example.com/*/jobs/*?fixed=1', method: 'PUT' },
    );
    const http = {
      pathParameterValues: ['$.detail.path', '$.detail.none'],
      headers: { 'x-both': 'target', 'X-N': '$.detail.n', 'X-None': '$.detail.none', Host: 'evil' },
      query: { q: 'target', name: '$.detail.name', none: '$.none' },
    };
    assert.equal(await world.send(http, '{"a":1}'), undefined);
    const [request] = world.http.requests;
    assert.ok(request);
    assert.equal(
      request.url.href,
      'https://h.example.com/x%2Fy/jobs/?fixed=1&q=connection&name=a+b',
    );
    assert.equal(request.body, '{"a":1,"token":"t"}');
    const headers = headersOf(request);
    assert.equal(headers['X-Both'], 'connection');
    assert.equal(headers['X-N'], '3');
    assert.ok(!('X-None' in headers) && !('Host' in headers) && !('x-both' in headers));
  });

  it('without a body where the method has none', async () => {
    const world = new World({}, { method: 'GET' });
    await world.send();
    assert.equal(world.http.requests[0]?.body, undefined);
    assert.ok(!('Content-Type' in headersOf(world.http.requests[0] as HttpRequest)));
  });

  it('none, where a value of the event would lead to another path', async () => {
    const endpoint = 'https://h.example.com/users/*/v.*/notify';
    for (const [name, other] of [
      ['..', 'x'],
      ['.', 'x'],
      ['x', '..'],
    ] as const) {
      const world = new World({}, { endpoint });
      const values = { pathParameterValues: [name, other], headers: {}, query: {} };
      const failure = await world.send(values);
      const isElsewhere = name !== 'x';
      assert.equal(failure?.code, isElsewhere ? 'INVALID_PARAMETER' : undefined);
      assert.deepEqual(
        world.http.requests.map(({ url }) => url.pathname),
        isElsewhere ? [] : ['/users/x/v.../notify'],
      );
    }
    const only = new World({}, { endpoint: 'https://h.example.com/a/.*/b' });
    const failure = await only.send({ pathParameterValues: ['.'], headers: {}, query: {} });
    assert.equal(failure?.code, 'INVALID_PARAMETER');
  });

  it('whatever text an event brings: half of a character becomes U+FFFD', async () => {
    const world = new World({}, { endpoint: 'https://h.example.com/users/*?q=*' });
    const half = JSON.parse('"a\\ud800"') as string;
    const failure = await world.send({
      pathParameterValues: [half, half],
      headers: {},
      query: { more: half },
    });
    assert.equal(failure, undefined);
    assert.equal(
      world.http.requests[0]?.url.href,
      'https://h.example.com/users/a%EF%BF%BD?q=a%EF%BF%BD&more=a%EF%BF%BD',
    );
  });

  it('none, where body parameters find no object, or a value makes no URL', async () => {
    const invocation = { headers: [], query: [], body: [pair('a', 'b')] };
    const failure = await new World({ invocation }).send(undefined, '"text"');
    assert.deepEqual([failure?.code, failure?.isFinal], ['INVALID_PARAMETER', true]);
  });

  it('with a user and a password', async () => {
    const world = new World({
      authorization: { type: 'BASIC', username: 'me', password: 'p:w' },
    });
    await world.send();
    const { Authorization } = headersOf(world.http.requests[0] as HttpRequest);
    assert.equal(Authorization, `Basic ${Buffer.from('me:p:w').toString('base64')}`);
  });

  it('signed, where the connection has a key for that, which stays here', async () => {
    const key = pair('X-Longshore-Signature-Key', 'k');
    const world = new World({ invocation: { headers: [key], query: [], body: [] } });
    await world.send({
      pathParameterValues: [],
      query: {},
      headers: { 'x-longshore-signature-key': 'of the target' },
    });
    const [request] = world.http.requests;
    assert.ok(request);
    const mac = createHmac('sha256', 'k').update(`1700000000.${request.body}`).digest('hex');
    const headers = headersOf(request);
    assert.equal(headers['X-Longshore-Signature'], `t=1700000000,v1=${mac}`);
    assert.deepEqual(
      Object.keys(headers).filter((name) => /signature-key/i.test(name)),
      [],
    );
  });
});

describe('tokens', () => {
  const authorization: ConnectionParameters['authorization'] = {
    type: 'OAUTH_CLIENT_CREDENTIALS',
    endpoint: 'https://login.example.com/token',
    method: 'POST',
    clientId: 'id',
    clientSecret: 'hush',
    parameters: {
      headers: [pair('X-Tenant', 'a')],
      query: [pair('v', '2')],
      body: [pair('scope', 'write all')],
    },
  };

  function world(): World & { tokens: number; refused: Set<string> } {
    const made = Object.assign(new World({ authorization }), {
      tokens: 0,
      refused: new Set<string>(),
    });
    made.http.onRequest = (request) => {
      if (request.url.host === 'login.example.com')
        return answered(200, {
          body: JSON.stringify({ access_token: `t${++made.tokens}`, expires_in: 3_600 }),
        });
      const { Authorization = '' } = headersOf(request);
      return answered(made.refused.has(Authorization) ? 401 : 200);
    };
    return made;
  }

  it('are asked for once, and again when they expire', async () => {
    const made = world();
    await Promise.all([made.send(), made.send(), made.send()]);
    assert.equal(made.tokens, 1);
    const [asked, sent] = made.http.requests;
    assert.equal(asked?.url.href, 'https://login.example.com/token?v=2');
    assert.equal(asked?.keepBytes, 65_536);
    assert.equal(
      asked?.body,
      'grant_type=client_credentials&client_id=id&client_secret=hush&scope=write+all',
    );
    assert.equal(headersOf(asked)['X-Tenant'], 'a');
    assert.equal(headersOf(sent as HttpRequest)['Authorization'], 'Bearer t1');
    await made.clock.pass(3_600_000);
    await made.send();
    assert.equal(made.tokens, 2);
  });

  it('last as long as a number says, and an hour where anything else does', async () => {
    const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    for (const [lasts, tokens] of [
      ['60', 2],
      ['"60"', 2],
      ['-1', 2],
      ['"soon"', 1],
      ['null', 1],
      ['{}', 1],
      [nested, 1],
    ] as const) {
      const made = world();
      made.http.onRequest = ({ url }) => {
        if (url.host !== 'login.example.com') return answered(200);
        made.tokens++;
        return answered(200, { body: `{"access_token":"t","expires_in":${lasts}}` });
      };
      assert.equal(await made.send(), undefined);
      await made.clock.pass(60_000);
      assert.equal(await made.send(), undefined);
      assert.equal(made.tokens, tokens, lasts.slice(0, 20));
    }
  });

  it('that are taken back are asked for anew, at once; a new one that is not taken waits', async () => {
    const made = world();
    await made.send();
    made.refused.add('Bearer t1');
    assert.equal(await made.send(), undefined);
    assert.equal(made.tokens, 2);
    made.refused.add('Bearer t2').add('Bearer t3');
    const failure = await made.send();
    assert.equal(failure?.isFinal, false);
    assert.equal(made.tokens, 3);
  });

  it('cannot be had: why, and nothing that is secret', async () => {
    const made = world();
    for (const [answer, why] of [
      [answered(403, { body: 'hush' }), /the authorization endpoint answered 403$/],
      [answered(200, { body: '{}' }), /answered without an access_token$/],
      [answered(200, { body: 'no JSON' }), /answered without an access_token$/],
      [answered(200, { body: '{"access_token":"a\\nb"}' }), /without an access_token$/],
    ] as const) {
      made.http.onRequest = () => answer;
      const failure = await made.send();
      assert.equal(failure?.isFinal, false);
      assert.match(failure.message, why);
    }
  });
});

describe('answers', () => {
  const rows: readonly (readonly [
    status: number,
    retryAfter: string | undefined,
    isFinal: boolean | undefined,
    retryAfterMs?: number,
  ])[] = [
    [200, undefined, undefined],
    [204, undefined, undefined],
    [302, undefined, true],
    [400, undefined, true],
    [401, undefined, false],
    [403, '10', true],
    [404, undefined, true],
    [407, undefined, false],
    [409, undefined, false],
    [429, '7', false, 7_000],
    [429, '-1', true],
    [500, undefined, false],
    [503, 'Tue, 14 Nov 2023 22:13:50 GMT', false, 30_000],
    [503, 'Tue, 14 Nov 2000 22:13:50 GMT', false, 0],
    [503, 'soon', false],
    [503, '999999999', false, 86_400_000],
  ];
  for (const [status, retryAfter, isFinal, retryAfterMs] of rows)
    it(`${status} ${retryAfter ?? ''}`, async () => {
      const world = new World();
      world.http.onRequest = () => answered(status, { headers: { 'retry-after': retryAfter } });
      const failure = await world.send();
      assert.equal(failure?.isFinal, isFinal);
      assert.equal(failure?.retryAfterMs, retryAfterMs);
    });

  for (const [failure, code, isFinal] of [
    ['forbidden', 'NO_PERMISSIONS', true],
    ['unsendable', 'INVALID_PARAMETER', true],
    ['timeout', 'TIMEOUT', false],
    ['unreachable', 'CONNECTION_FAILURE', false],
  ] as const)
    it(failure, async () => {
      const world = new World();
      world.http.onRequest = () => ({ failure, message: 'why' });
      const why = await world.send();
      assert.deepEqual([why?.code, why?.isFinal], [code, isFinal]);
      assert.equal(why?.message, 'Unable to invoke ApiDestination endpoint: why');
    });

  it('where there is no such destination, or nothing that authorizes', async () => {
    const world = new World();
    const other = await world.send(undefined, '{}', world.arn.replace(/2$/, '3'));
    assert.deepEqual([other?.code, other?.isFinal], ['NO_RESOURCE', true]);
    assert.equal(world.target.perSecond(scope, { arn: world.arn }), 1_000_000);
    world.remove('connection-secret', 'c');
    const closed = await world.send();
    assert.match(closed?.message ?? '', /this server's key does not open the connection c$/);
    world.remove('api-destination', 'd');
    assert.equal((await world.send())?.code, 'NO_RESOURCE');
    assert.equal(world.target.perSecond(scope, { arn: world.arn }), undefined);
  });
});

it('nothing goes where the role may not', async () => {
  const world = new World();
  world.denied = { code: 'AccessDeniedException', message: 'no', status: 400 };
  const failure = await world.send();
  assert.deepEqual([failure?.code, failure?.isFinal], ['NO_PERMISSIONS', true]);
  assert.equal(world.http.requests.length, 0);
});

it('its rate holds for all that lead there', async () => {
  const world = new World({}, { perSecond: 2 });
  const all = Array.from({ length: 5 }, () => world.send());
  await world.clock.pass(0);
  assert.equal(world.http.requests.length, 1);
  await world.clock.pass(500);
  assert.equal(world.http.requests.length, 2);
  await world.clock.pass(1_500);
  assert.deepEqual(await Promise.all(all), Array(5).fill(undefined));
  assert.equal(world.http.requests.length, 5);
});
