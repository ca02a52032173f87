// Reading credential scopes; nothing here is verified, so everything malformed must simply be no
// credential.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RequestHead } from './protocol.ts';
import { credentialOf } from './sigv4.ts';

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
