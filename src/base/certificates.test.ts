// Certificates are taken out of PEM texts, and keys that stand beside them are not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificatesIn } from './certificates.ts';

const body = 'QUJD'.repeat(30);
const pem = `-----BEGIN CERTIFICATE-----
${body.slice(0, 64)}
${body.slice(64)}
-----END CERTIFICATE-----
`;

test('certificates are taken, whatever stands beside them', () => {
  const key = '-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n';
  assert.deepEqual(certificatesIn(`# mine\n${key}${pem}${key}${pem}`), [pem, pem]);
  assert.deepEqual(certificatesIn(key), []);
});

test('however its lines are broken, a certificate is the same', () => {
  const [one, other] = [
    `-----BEGIN CERTIFICATE-----\r\n${body}\r\n-----END CERTIFICATE-----`,
    pem.replaceAll('\n', '\r\n'),
  ];
  assert.deepEqual(certificatesIn(one), [pem]);
  assert.deepEqual(certificatesIn(other), [pem]);
});
