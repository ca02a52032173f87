// The signature against the one that AWS publishes in its test suite for Signature Version 4
// ("get-vanilla", "get-vanilla-query-order-key-case").

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hidden } from '../base/hidden.ts';
import { faultOf, headOf } from '../../test/house/signed.ts';
import { signedHeaders } from './sign.ts';

for (const [title, url, signature] of [
  [
    'a plain GET',
    'http://example.amazonaws.com/',
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'a query',
    'http://example.amazonaws.com/?Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
] as const)
  test(`${title} is signed as AWS signs it`, () => {
    const headers = signedHeaders(
      {
        method: 'GET',
        url: new URL(url),
        region: 'us-east-1',
        service: 'service',
        nowMs: Date.UTC(2015, 7, 30, 12, 36),
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    );
    assert.equal(
      headers['authorization'],
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });

test('the server takes it, whatever stands in the path and the query', () => {
  const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const nowMs = Date.UTC(2026, 10, 29, 12);
  for (const sessionToken of [undefined, 'a/b+c=='])
    for (const path of [
      '/_longshore/health',
      `/_longshore/jobs/${encodeURIComponent("a b:3/ü!'()*#1")}/explanation`,
      '/_longshore/images/ami-1/validation?b=2&b=1&a-b=x+y&a=%2F!&ü',
    ]) {
      const url = new URL(path, 'http://localhost:8080');
      const headers = signedHeaders(
        { method: 'GET', url, region: 'us-east-1', service: 'longshore', nowMs },
        { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken },
      );
      const head = headOf('GET', url.pathname + url.search, [
        ...['Host', url.host],
        ...Object.entries(headers).flat(),
      ]);
      assert.equal(
        faultOf({
          head,
          body: Buffer.alloc(0),
          accessKeyId: 'AKIDEXAMPLE',
          secret: new Hidden(secretAccessKey),
          signingName: 'longshore',
          nowMs,
        }),
        undefined,
        path,
      );
    }
});
