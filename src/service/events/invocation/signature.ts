// Signatures by which a receiver knows that a request is ours, that nobody has changed its body and
// that it is not an old one sent again. Whoever sets up a connection asks for them by a header
// parameter that holds the key; the key never goes out.

import { createHmac } from 'node:crypto';

/** The header parameter of a connection whose value is the key. */
const keyHeader = 'x-longshore-signature-key';
const signatureHeader = 'X-Longshore-Signature';

/** It is secret, and a target's parameters are not. */
export const isSignatureKey = (header: string): boolean => header.toLowerCase() === keyHeader;

type Headers = Map<string, readonly [name: string, value: string]>;

/** Puts a signature in the key's stead, where there is one. */
export function sign(headers: Headers, body: string, nowMs: number): void {
  const key = headers.get(keyHeader)?.[1];
  if (key === undefined) return;
  headers.delete(keyHeader);
  const seconds = Math.floor(nowMs / 1_000);
  const mac = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  headers.set(signatureHeader.toLowerCase(), [signatureHeader, `t=${seconds},v1=${mac}`]);
}
