// The real sealer: AES-256-GCM under keys that are derived from one master key. It keeps the key to
// itself: nothing that is printed of it shows any of it.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { assert } from '../base/assert.ts';
import type { Sealer } from '../port/sealer.ts';

const form = 'v1.';
const nonceBytes = 12;
const tagBytes = 16;
/** Of the master key. */
export const keyBytes = 32;

export function sealerOf(masterKey: Uint8Array): Sealer {
  assert(masterKey.length === keyBytes, 'a master key has 32 bytes');
  const keyFor = (use: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', masterKey, '', `longshore ${use}`, keyBytes));
  const sealing = keyFor('seal');
  const deriving = keyFor('derive');
  return {
    seal(text, about) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(about));
      const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return form + Buffer.concat(parts).toString('base64url');
    },
    open(sealed, about) {
      if (!sealed.startsWith(form)) return undefined;
      const bytes = Buffer.from(sealed.slice(form.length), 'base64url');
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(-tagBytes));
      const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
      try {
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
    derive: (about) => createHmac('sha256', deriving).update(about).digest('base64'),
    random(length, alphabet) {
      assert(alphabet.length > 0 && alphabet.length <= 256, 'an alphabet has 1 to 256 characters');
      // Bytes beyond the last whole round of the alphabet would favour its first characters.
      const fair = 256 - (256 % alphabet.length);
      let text = '';
      while (text.length < length)
        for (const byte of randomBytes(length - text.length))
          if (byte < fair) text += alphabet.charAt(byte % alphabet.length);
      return text;
    },
  };
}
