// The certificate of whoever signs SNS's messages, and signatures under it, as others check them:
// Node's own parser, OpenSSL's behind it, and the keys before the one that signs now.

import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { it } from 'node:test';
import { scope } from '../../../../test/house/caller.ts';
import { Rig } from '../../../../test/house/rig.ts';
import { scriptedSealer } from '../../../../test/house/scripted-sealer.ts';
import type { Sealer } from '../../../port/sealer.ts';
import type { SnsDeps } from '../deps.ts';
import { selfSigned } from './certificate.ts';
import { Signer } from './signer.ts';

const newPem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;

function signerOf(rig: Rig, sealer: Sealer = rig.sealer): Signer {
  const { space } = rig.depsOf<SnsDeps>('sns');
  const keys = {
    make: async () => ({
      privatePem: newPem(),
      privateDer: new Uint8Array(),
      publicBlob: new Uint8Array(),
    }),
  };
  return new Signer({ space, scope, keys, sealer, clock: rig.clock });
}

const verifies = (pem: string, text: string, signature: string, version: '1' | '2'): boolean =>
  createVerify(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256')
    .update(text)
    .verify(pem, signature, 'base64');

it('a certificate says whose key it is, since when and until when, and is signed by it', () => {
  for (const serial of ['00', '7f', '80', 'ff'.repeat(16), '00'.repeat(15) + '01']) {
    const pem = selfSigned({
      privatePem: newPem(),
      name: 'Longshore SNS',
      serial,
      fromMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      untilMs: Date.UTC(2036, 0, 2),
    });
    const certificate = new X509Certificate(pem);
    assert.equal(certificate.subject, 'CN=Longshore SNS');
    assert.equal(certificate.issuer, 'CN=Longshore SNS');
    assert.equal(new Date(certificate.validFrom).getTime(), Date.UTC(2026, 0, 2, 3, 4, 5));
    assert.equal(new Date(certificate.validTo).getTime(), Date.UTC(2036, 0, 2));
    assert.equal(BigInt(`0x${certificate.serialNumber}`), BigInt(`0x${serial}`));
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.checkIssued(certificate));
  }
});

it('one key signs, made once, in both versions, and after a restart', async () => {
  const rig = new Rig();
  const signer = signerOf(rig);
  assert.equal(signer.signNow('text', '1'), undefined, 'there is no key before the first message');
  const all = await rig.answered(
    Promise.all([signer.sign('a', '1'), signer.sign('b', '2'), signer.sign('a', '1')]),
  );
  const [{ certificate: name }] = all;
  assert.deepEqual(new Set(all.map(({ certificate }) => certificate)).size, 1);
  const pem = signer.certificate(name) ?? '';
  assert.ok(verifies(pem, 'a', all[0].signature, '1'));
  assert.ok(verifies(pem, 'b', all[1].signature, '2'));
  assert.ok(!verifies(pem, 'b', all[0].signature, '1'));
  const again = signerOf(rig);
  assert.deepEqual(again.signNow('a', '1'), all[0]);
  assert.equal(again.certificate('0'.repeat(32)), undefined);
  assert.ok(!JSON.stringify(rig.store.commits).includes('PRIVATE KEY'), 'it is kept sealed');
});

it('where the key does not open any more another signs, and both certificates are there', async () => {
  const rig = new Rig();
  const before = signerOf(rig);
  const first = await rig.answered(before.sign('a', '1'));
  const other: Sealer = { ...scriptedSealer(), open: () => undefined };
  const after = signerOf(rig, other);
  const second = await rig.answered(after.sign('a', '1'));
  assert.notEqual(first.certificate, second.certificate);
  for (const { certificate, signature } of [first, second])
    assert.ok(verifies(after.certificate(certificate) ?? '', 'a', signature, '1'));
});
