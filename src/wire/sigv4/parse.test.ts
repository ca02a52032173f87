// Reading signatures; nothing here is verified. To the router, everything malformed is simply no
// credential; to whoever verifies, it is a fault that says what is missing.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RequestHead } from '../protocol.ts';
import { headOf } from '../../../test/house/signed.ts';
import { notTheSame } from './fault.ts';
import { credentialOf, readSignature } from './parse.ts';

const head = (authorization: string | undefined, query = ''): RequestHead => ({
  method: 'POST',
  path: '/',
  query,
  headers: authorization === undefined ? {} : { authorization },
  rawHeaders: [],
  sourceAddress: '',
});
const scope = {
  foundIn: 'header',
  accessKeyId: 'AKID',
  date: '20260102',
  region: 'us-east-1',
  service: 'batch',
};

it('reads the header form, with and without spaces after the commas', () => {
  for (const header of [
    'AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/batch/aws4_request, SignedHeaders=host, Signature=00',
    'AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/batch/aws4_request,SignedHeaders=host,Signature=00',
    'AWS4-HMAC-SHA256 SignedHeaders=host, Credential=AKID/20260102/us-east-1/batch/aws4_request',
  ])
    assert.deepEqual(credentialOf(head(header)), scope);
});

it('reads the presigned form', () => {
  assert.deepEqual(
    credentialOf(
      head(
        undefined,
        'a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260102%2Fus-east-1%2Fbatch%2Faws4_request',
      ),
    ),
    { ...scope, foundIn: 'query' },
  );
});

it('takes everything malformed for no credential', () => {
  for (const header of [
    undefined,
    '',
    'Bearer x',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=',
    'AWS4-HMAC-SHA256 Credential=a/b/c',
    'AWS4-HMAC-SHA256 Credential=AKID/2026/us-east-1/batch/aws4_request',
    'AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/batch/aws5_request',
  ]) {
    assert.equal(credentialOf(head(header)), undefined, header);
  }
  for (const query of [
    'X-Amz-Credential=',
    'X-Amz-Credential=%zz%2F',
    'X-Amz-Credential=AKID%2F20260102%2Fus-east-1%2Fbatch%2Faws4_request',
  ])
    assert.equal(credentialOf(head(undefined, query)), undefined, query);
});

it('takes up whatever stands where the region should, so that it can be refused', () => {
  for (const region of ['eusc-de-east-1', 'lab', '', 'us east', 'a'.repeat(300)])
    assert.equal(
      credentialOf(
        head(
          `AWS4-HMAC-SHA256 Credential=AKID/20260102/${region}/batch/aws4_request, SignedHeaders=host`,
        ),
      )?.region,
      region,
    );
});

const signed = {
  Credential: 'AKID/20260102/us-east-1/batch/aws4_request',
  SignedHeaders: 'host;x-amz-date',
  Signature: '0'.repeat(64),
};
const authorizationOf = (fields: Readonly<Record<string, string>>): string =>
  `AWS4-HMAC-SHA256 ${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}`;
const readHeader = (authorization: string, ...more: string[]) =>
  readSignature(headOf('POST', '/', ['Authorization', authorization, ...more]));

it('reads all that a signature says of itself', () => {
  const time = ['X-Amz-Date', '20260102T030405Z'];
  const wanted = {
    credential: scope,
    signedHeaders: ['host', 'x-amz-date'],
    time: '20260102T030405Z',
    timeMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    lifeSeconds: undefined,
    sessionToken: undefined,
    value: signed.Signature,
  };
  assert.deepEqual(readHeader(authorizationOf(signed), ...time), wanted);
  assert.deepEqual(readHeader(authorizationOf({ New: 'field', ...signed }), ...time), wanted);
  assert.deepEqual(
    readHeader(authorizationOf(signed), 'Date', 'Fri, 02 Jan 2026 03:04:05 GMT'),
    wanted,
  );
  assert.deepEqual(readHeader(authorizationOf(signed), ...time, 'X-Amz-Security-Token', 'token'), {
    ...wanted,
    sessionToken: 'token',
  });
  assert.deepEqual(readSignature(headOf('GET', `/?${presigned()}`, [])), {
    ...wanted,
    credential: { ...scope, foundIn: 'query' },
    lifeSeconds: 60,
    sessionToken: 'a/b+c==',
  });
});

const presigned = (changes: Readonly<Record<string, string | undefined>> = {}): string =>
  new URLSearchParams(
    Object.entries({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': signed.Credential,
      'X-Amz-Date': '20260102T030405Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-amz-date',
      'X-Amz-Security-Token': 'a/b+c==',
      'X-Amz-Signature': signed.Signature,
      ...changes,
    }).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

it('says what is wrong with an Authorization header', () => {
  const time = ['X-Amz-Date', '20260102T030405Z'];
  for (const [authorization, more, wanted] of [
    ['AWS5-HMAC-SHA256 FooBar, BazBurp', time, /^Authorization header requires 'Credential'/],
    ['AWS4-HMAC-SHA512 FooBar', time, /^Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'\.$/],
    [
      'AWS4-HMAC-SHA256 FooBar, BazBurp',
      time,
      /^Invalid key=value pair \(missing equal-sign\) in Authorization header\.$/,
    ],
    [
      'Bearer dG9rZW4=',
      [],
      /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\.$/,
    ],
    [
      authorizationOf({ ...signed, Signature: '' }),
      time,
      /^Authorization header requires 'Signature' parameter\.$/,
    ],
    [
      `${authorizationOf(signed)}, Credential=${signed.Credential}`,
      time,
      /^Authorization header requires 'Credential' parameter\.$/,
    ],
    [authorizationOf(signed), ['X-Amz-Date', '2026-01-02'], /^Date must be in ISO-8601/],
    [authorizationOf(signed), ['X-Amz-Date', '20260231T000000Z'], /^Date must be in ISO-8601/],
    [authorizationOf(signed), ['Date', 'tomorrow'], /^Date must be in ISO-8601/],
    [authorizationOf({ ...signed, Credential: 'AKID' }), time, /^Credential must have exactly 5/],
    [
      authorizationOf({ ...signed, SignedHeaders: 'x-amz-date;host' }),
      time,
      /^SignedHeaders must be in lower case and in order/,
    ],
    [authorizationOf({ ...signed, SignedHeaders: 'Host' }), time, /^SignedHeaders must be/],
    [authorizationOf({ ...signed, SignedHeaders: 'host;host' }), time, /^SignedHeaders must be/],
  ] as const) {
    const fault = readHeader(authorization, ...more);
    assert.ok('fault' in fault && fault.fault === 'incomplete', authorization);
    assert.match(fault.message, wanted);
  }
  for (const Signature of ['00', 'x'.repeat(64), 'A'.repeat(64)])
    assert.deepEqual(readHeader(authorizationOf({ ...signed, Signature }), ...time), notTheSame);
});

it('says what is wrong with a presigned query', () => {
  for (const [query, wanted] of [
    [
      presigned({ 'X-Amz-Date': undefined, 'X-Amz-Signature': '' }),
      /^AWS query-string parameters must include 'X-Amz-Signature'\. AWS query-string parameters must include 'X-Amz-Date'\. Re-examine the query-string parameters\.$/,
    ],
    [presigned({ 'X-Amz-Algorithm': 'AWS4' }), /^Unsupported AWS 'algorithm'\.$/],
    [`${presigned()}&X-Amz-Date=20260102T030405Z`, /must include 'X-Amz-Date'/],
    [`${presigned()}&X-Amz-Security-Token=t`, /^X-Amz-Security-Token may be given once$/],
    [`${presigned()}&X-Amz-Expires=60`, /^X-Amz-Expires should be a number$/],
    [presigned({ 'X-Amz-Expires': '-1' }), /^X-Amz-Expires should be a number$/],
    [presigned({ 'X-Amz-Expires': '604801' }), /^X-Amz-Expires must be less than a week/],
  ] as const) {
    const fault = readSignature(headOf('GET', `/?${query}`, []));
    assert.ok('fault' in fault && fault.fault === 'incomplete', query);
    assert.match(fault.message, wanted);
  }
});

it('finds none where none is', () => {
  for (const target of ['/', '/?Action=GetCallerIdentity', '/?AWSAccessKeyId=AKID&Signature=x'])
    assert.deepEqual(readSignature(headOf('GET', target, ['Host', 'h'])), { fault: 'missing' });
});

it('goes by the same credential as it verifies, however its name is written', () => {
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Amz-%43redential=AKID%2F20260102%2Feu-west-1%2Fbatch%2Faws4_request',
    'X-Amz-Date=20260102T030405Z',
    'X-Amz-SignedHeaders=host',
    `X-Amz-Signature=${'0'.repeat(64)}`,
  ].join('&');
  const read = readSignature(head(undefined, query));
  assert.ok('credential' in read);
  assert.equal(read.credential.region, 'eu-west-1');
  assert.deepEqual(credentialOf(head(undefined, query)), read.credential);
});
