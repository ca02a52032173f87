// Tables of request heads: which go on, and with which status the others are turned away.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf } from './guard.ts';
import { authorityOf, HostNames, isHostName } from './host-names.ts';

const signature =
  'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/batch/aws4_request, SignedHeaders=host, Signature=0';
const json = 'application/json';
const names = new HostNames(['batch.example.com', '.lab.example.com', 'Server']);

interface Head {
  readonly method?: string;
  readonly url?: string;
  readonly version?: readonly [number, number];
  /** In lower case. A name may stand in it twice. */
  readonly headers: readonly (readonly [string, string])[];
}

/** The status, or 'passes'. */
function judge({
  method = 'POST',
  url = '/v1/submitjob',
  version = [1, 1],
  headers,
}: Head): number | 'passes' {
  const refusal = refusalOf(
    {
      method,
      url,
      httpVersionMajor: version[0],
      httpVersionMinor: version[1],
      headers: Object.fromEntries(headers.toReversed()),
      rawHeaders: headers.flat(),
    },
    names,
  );
  if (refusal === undefined) return 'passes';
  assert.ok(refusal.message.length > 20 && refusal.message.length < 600, refusal.message);
  return refusal.status;
}

const local = ['host', 'localhost:4590'] as const;
const signed = ['authorization', signature] as const;

describe('Host', () => {
  const tables: readonly (readonly [number | 'passes', readonly string[]])[] = [
    [
      'passes',
      [
        'localhost',
        'localhost:4590',
        'LOCALHOST:1',
        'localhost.',
        'localhost:',
        'a.localhost',
        'bucket.name.localhost:4590',
        '127.0.0.1',
        '127.0.0.1:4590',
        '10.1.2.3:80',
        '0.0.0.0:4590',
        '[::1]',
        '[::1]:4590',
        '[fe80::1]:4590',
        '[::ffff:127.0.0.1]:1',
        'batch.example.com',
        'BATCH.example.com.:4590',
        'lab.example.com',
        'one.lab.example.com:4590',
        'a.b.lab.example.com',
        'server:4590',
      ],
    ],
    [
      421,
      [
        'evil.test',
        'evil.test:4590',
        'localhost.evil.test',
        '127.0.0.1.evil.test',
        'notlocalhost',
        'xlab.example.com',
        'example.com',
        'a.batch.example.com',
        'server.evil.test',
        '127.1',
        '2130706433',
        '0x7f000001',
        '0177.0.0.1',
        'a'.repeat(200),
        '_',
      ],
    ],
    [
      400,
      [
        '',
        ' ',
        'localhost:4590:1',
        'localhost:port',
        'user@localhost',
        'localhost, evil.test',
        'localhost evil.test',
        'localhost/evil',
        '::1',
        '[::1',
        '[evil]',
        '[::1]evil.test',
        'http://localhost',
        'localhost#',
        'localhost\t',
        'löcalhost',
        `${'a'.repeat(300)}`,
        'localhost:123456',
      ],
    ],
  ];
  for (const [verdict, hosts] of tables) {
    it(`${verdict}: ${hosts.length} names`, () => {
      for (const host of hosts) {
        for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']) {
          for (const url of [
            '/',
            '/_longshore/health',
            '/console/',
            '/v1/submitjob',
            '*',
            '/v1/submitjob?x',
          ])
            assert.equal(
              judge({ method, url, headers: [['host', host], signed] }),
              verdict,
              `${method} ${url} ${host}`,
            );
        }
        // Asked twice: what is remembered of a name is what was found.
        assert.equal(judge({ headers: [['host', host], signed] }), verdict, host);
      }
    });
  }

  it('is there once; HTTP/1.0 may leave it out', () => {
    assert.equal(judge({ headers: [local, local, signed] }), 400);
    assert.equal(judge({ headers: [local, ['Host', 'evil.test'], signed] }), 400);
    assert.equal(judge({ headers: [['HOST', 'evil.test'], local, signed] }), 400);
    assert.equal(judge({ headers: [signed] }), 400);
    assert.equal(
      judge({ method: 'GET', url: '/_longshore/health', version: [1, 0], headers: [] }),
      'passes',
    );
    assert.equal(
      judge({ version: [1, 0], headers: [['origin', 'http://localhost'], signed] }),
      403,
    );
  });

  it('counts in the target as well', () => {
    for (const [url, verdict] of [
      ['http://localhost:4590/v1/submitjob', 'passes'],
      ['HTTP://127.0.0.1/', 'passes'],
      ['http://evil.test/v1/submitjob', 421],
      ['http://evil.test', 421],
      ['https://evil.test:4590/?x=http://localhost/', 421],
      ['http://localhost@evil.test/', 400],
      ['http://evil.test?@localhost/', 421],
      ['ftp://localhost/', 400],
      ['localhost:4590', 400],
      ['', 400],
    ] as const)
      assert.equal(judge({ url, headers: [local, signed] }), verdict, url);
    assert.equal(
      judge({ url: 'http://localhost/', headers: [['host', 'evil.test'], signed] }),
      421,
    );
    assert.equal(judge({ method: 'CONNECT', url: 'evil.test:443', headers: [local, signed] }), 421);
    assert.equal(
      judge({ method: 'CONNECT', url: '127.0.0.1:443', headers: [local, signed] }),
      'passes',
    );
  });
});

describe('Origin and Sec-Fetch-Site', () => {
  it('let nothing pass that comes from another page', () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      for (const url of [
        '/',
        '/_longshore/health',
        '/_longshore/metrics',
        '/v1/submitjob',
        '/?Action=DescribeVpcs',
      ]) {
        for (const origin of [
          'null',
          '',
          'http://evil.test',
          'http://localhost',
          'http://localhost:4591',
          'https://localhost:4590',
          'http://127.0.0.1:4590',
          'http://localhost:4590/',
          'http://localhost:4590, http://localhost:4590',
          'file://',
          'chrome-extension://abc',
        ]) {
          assert.equal(
            judge({
              method,
              url,
              headers: [local, signed, ['content-type', json], ['origin', origin]],
            }),
            403,
            `${method} ${url} ${origin}`,
          );
        }
        for (const site of [
          'cross-site',
          'same-site',
          '',
          'none, none',
          'same-origin, cross-site',
          'None',
          'whatever',
        ]) {
          assert.equal(
            judge({
              method,
              url,
              headers: [local, signed, ['content-type', json], ['sec-fetch-site', site]],
            }),
            403,
            `${method} ${url} ${site}`,
          );
        }
      }
    }
  });

  it('let our own pages pass', () => {
    for (const [host, origin] of [
      ['localhost:4590', 'http://localhost:4590'],
      ['localhost', 'http://localhost'],
      ['localhost:80', 'http://localhost'],
      ['[::1]:4590', 'http://[::1]:4590'],
    ] as const) {
      assert.equal(
        judge({
          headers: [
            ['host', host],
            ['origin', origin],
            ['sec-fetch-site', 'same-origin'],
            ['content-type', json],
            ['content-length', '2'],
          ],
        }),
        'passes',
        origin,
      );
    }
    assert.equal(
      judge({
        method: 'GET',
        url: '/console/app.js?v=1',
        headers: [local, ['sec-fetch-site', 'same-origin']],
      }),
      'passes',
    );
    // The name that was rebound is its own origin, and is turned away as a name.
    assert.equal(
      judge({
        headers: [
          ['host', 'evil.test:4590'],
          ['origin', 'http://evil.test:4590'],
          ['sec-fetch-site', 'same-origin'],
          ['content-type', json],
        ],
      }),
      421,
    );
  });

  it('let people follow the links of notifications from anywhere, and load them as nothing else', () => {
    const confirm = '/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:1:t&Token=0';
    const leave = '/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:1:t:u';
    const followed = (
      url: string,
      { method = 'GET', site = 'cross-site', mode = 'navigate', dest = 'document' } = {},
    ) =>
      judge({
        method,
        url,
        headers: [
          local,
          ['sec-fetch-site', site],
          ['sec-fetch-mode', mode],
          ['sec-fetch-dest', dest],
        ],
      });
    for (const url of [confirm, leave])
      for (const site of ['cross-site', 'same-site', 'none'])
        assert.equal(followed(url, { site }), 'passes');
    for (const url of [
      '/?Action=DeleteTopic&TopicArn=x',
      '/?Action=Publish&TopicArn=x&Action=Unsubscribe&SubscriptionArn=x',
      `/x${confirm}`,
      '/?Version=2010-03-31&Action=Unsubscribe&SubscriptionArn=x',
    ])
      assert.equal(followed(url), 403, url);
    assert.equal(followed(leave, { mode: 'no-cors', dest: 'image' }), 403);
    assert.equal(followed(leave, { dest: 'iframe' }), 403);
    assert.equal(followed(leave, { method: 'POST' }), 403);
  });

  it('let an address bar open pages that read, and nothing else', () => {
    const typed = (method: string, url: string) =>
      judge({ method, url, headers: [local, ['sec-fetch-site', 'none']] });
    for (const url of [
      '/',
      '/_longshore/health',
      '/_longshore/metrics',
      '/metrics',
      '/console/',
      '/console/app.js',
      '/favicon.ico',
    ]) {
      assert.equal(typed('GET', url), 'passes', url);
      assert.equal(typed('POST', url), 403, url);
    }
    for (const url of [
      '/?Action=CreateRole',
      '/v1/tags/arn',
      '/_longshore/health?x',
      '/_longshore/instances/i-1/interruption',
      '/console/?x',
      '//',
      'http://localhost:4590/',
    ])
      assert.equal(typed('GET', url), 403, url);
  });
});

describe('a request that is not signed', () => {
  const sends = (
    type: string | undefined,
    more: readonly (readonly [string, string])[] = [['content-length', '2']],
    url = '/v1/submitjob',
  ) =>
    judge({
      url,
      headers: [local, ...(type === undefined ? [] : [['content-type', type] as const]), ...more],
    });

  it('says that its body is JSON or a form', () => {
    for (const type of [
      json,
      'application/json; charset=utf-8',
      'APPLICATION/JSON',
      'application/x-amz-json-1.0',
      'application/x-amz-json-1.1',
      'application/x-www-form-urlencoded; charset=utf-8',
      'application/x-www-form-urlencoded',
    ])
      assert.equal(sends(type), 'passes', type);
    for (const type of [
      undefined,
      '',
      'text/plain',
      'text/plain;charset=UTF-8',
      'text/plain; application/json',
      'text/plain, application/json',
      'multipart/form-data; boundary=application/json',
      'application/octet-stream',
      'application/jsonx',
      'application/json-1.1',
      'text/json',
    ]) {
      assert.equal(sends(type), 415, type);
      assert.equal(sends(type, [['transfer-encoding', 'chunked']]), 415, type);
      for (const url of [
        '/',
        '/_longshore/instances/i-1/interruption',
        '/?X-Amz-Signature=0&X-Amz-Credential=a&X-Amz-Algorithm=AWS4-HMAC-SHA256',
      ])
        assert.equal(sends(type, [['content-length', '2']], url), 415, url);
      for (const authorization of ['', 'Basic eDp5', 'Bearer x', 'Negotiate x'])
        assert.equal(
          sends(type, [
            ['content-length', '2'],
            ['authorization', authorization],
          ]),
          415,
          authorization,
        );
    }
  });

  it('needs no type without a body, and none where it is signed', () => {
    assert.equal(sends(undefined, []), 'passes');
    assert.equal(sends('text/plain', [['content-length', '0']]), 'passes');
    assert.equal(sends(undefined, [['content-length', '2'], signed]), 'passes');
    assert.equal(sends('application/octet-stream', [['content-length', '2'], signed]), 'passes');
    assert.equal(judge({ method: 'GET', url: '/_longshore/health', headers: [local] }), 'passes');
  });
});

it('an authority is taken apart or refused', () => {
  assert.deepEqual(authorityOf('A.example:1'), { name: 'a.example', port: 1 });
  assert.deepEqual(authorityOf('[::1]'), { name: '::1', port: 80 });
  assert.equal(authorityOf('a:b'), undefined);
});

it('names for the flag are names', () => {
  for (const good of ['a', 'a.b', '.a.b', 'host-1.example.com', '10.0.0.1', 'my_host'])
    assert.ok(isHostName(good), good);
  for (const bad of ['', '.', 'a..b', '*.example.com', 'http://a', 'a:1', 'a b', '-a', 'a-', 'a/'])
    assert.ok(!isHostName(bad), bad);
});
