// The real key maker, on Node's own cryptography. Keys are made outside the event loop's thread.

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyMaker } from '../port/key-maker.ts';

const generate = promisify(generateKeyPair);

export const systemKeyMaker: KeyMaker = {
  async make(type) {
    const { publicKey, privateKey } =
      type === 'rsa' ? await generate('rsa', { modulusLength: 2048 }) : await generate('ed25519');
    return {
      // OpenSSH reads RSA in PKCS #1, and Ed25519 in PKCS #8 from OpenSSL 3 on.
      privatePem:
        type === 'rsa'
          ? String(privateKey.export({ type: 'pkcs1', format: 'pem' }))
          : String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      privateDer: privateKey.export({ type: 'pkcs8', format: 'der' }),
      publicBlob: sshBlob(publicKey),
    };
  },
};

function sshBlob(key: KeyObject): Buffer {
  const { kty, n = '', e = '', x = '' } = key.export({ format: 'jwk' });
  const fields =
    kty === 'RSA'
      ? ['ssh-rsa', unsigned(e), unsigned(n)]
      : ['ssh-ed25519', Buffer.from(x, 'base64url')];
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** A number whose first bit is set would read as negative. */
function unsigned(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}
