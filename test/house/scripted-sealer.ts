// A sealer for tests and the simulation: the same each time, so that runs can be repeated. It opens
// only what it sealed, about the same thing; but it has no key, and hides nothing.

import { createHash } from 'node:crypto';
import type { Sealer } from '../../src/port/sealer.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('base64');

export function scriptedSealer(): Sealer {
  let drawn = 0;
  const seal = (text: string, about: string): string =>
    Buffer.from(JSON.stringify([text, digest(`${about}\n${text}`)])).toString('base64url');
  return {
    seal,
    open(sealed, about) {
      try {
        const [text] = JSON.parse(Buffer.from(sealed, 'base64url').toString()) as [string];
        return seal(text, about) === sealed ? text : undefined;
      } catch {
        return undefined;
      }
    },
    derive: (about) => digest(`derived ${about}`),
    random(length, alphabet) {
      let text = '';
      while (text.length < length)
        for (const byte of createHash('sha256').update(`drawn ${drawn++}`).digest())
          text += alphabet.charAt(byte % alphabet.length);
      return text.slice(0, length);
    },
  };
}
