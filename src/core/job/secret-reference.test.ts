// What valueFrom says, by a table.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { scopeOf } from '../../base/ids.ts';
import { secretReference } from './secret-reference.ts';

const scope = scopeOf('123456789012', 'eu-west-1');
const elsewhere = scopeOf('123456789012', 'us-east-1');
const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf';
const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/app/db';

for (const [given, expected] of [
  ['/app/db', { kind: 'parameter', scope, name: '/app/db' }],
  ['db', { kind: 'parameter', scope, name: 'db' }],
  ['/app/db:3', { kind: 'parameter', scope, name: '/app/db:3' }],
  [parameter, { kind: 'parameter', scope: elsewhere, name: parameter }],
  [secret, { kind: 'secret', scope: elsewhere, id: secret }],
  [`${secret}:password::`, { kind: 'secret', scope: elsewhere, id: secret, jsonKey: 'password' }],
  [
    `${secret}::AWSPREVIOUS:`,
    { kind: 'secret', scope: elsewhere, id: secret, stage: 'AWSPREVIOUS' },
  ],
  [
    `${secret}:password:AWSCURRENT:7b1f`,
    {
      kind: 'secret',
      scope: elsewhere,
      id: secret,
      jsonKey: 'password',
      stage: 'AWSCURRENT',
      versionId: '7b1f',
    },
  ],
  [`${secret}:password`, undefined],
  [`${secret}:a:b:c:d`, undefined],
  ['arn:aws:secretsmanager:us-east-1:123456789012:secret:', undefined],
  ['arn:aws:secretsmanager:us-east-1:123456789012:name', undefined],
  ['arn:aws:s3:::bucket', undefined],
  ['arn:aws:ssm:us-east-1:123456789012:parameter/', undefined],
  ['a b', undefined],
  ['', undefined],
] as const)
  it(`reads ${given || 'nothing'}`, () => {
    const read = secretReference(given, scope);
    assert.deepEqual(read && JSON.parse(JSON.stringify(read)), expected);
  });
