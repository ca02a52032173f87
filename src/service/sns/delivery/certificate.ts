// A certificate that says which public key signs the messages of this server, as validators of
// SNS's messages want one: X.509 (RFC 5280), of the first version, signed by the key itself. Nobody
// trusts it for more than that; Node reads certificates and makes none.

import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

interface CertificateFacts {
  /** PEM, of an RSA key. */
  readonly privatePem: string;
  readonly name: string;
  /** Positive; hexadecimal digits. */
  readonly serial: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** As PEM. */
export function selfSigned({
  privatePem,
  name,
  serial,
  fromMs,
  untilMs,
}: CertificateFacts): string {
  const key = createPrivateKey(privatePem);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const algorithm = sequence(sha256WithRsa, der(tag.null));
  const subject = sequence(der(tag.set, sequence(commonName, der(tag.utf8, Buffer.from(name)))));
  const toBeSigned = sequence(
    der(tag.integer, unsigned(Buffer.from(serial, 'hex'))),
    algorithm,
    subject,
    sequence(time(fromMs), time(untilMs)),
    subject,
    publicKey,
  );
  const signature = sign('sha256', toBeSigned, key);
  const certificate = sequence(
    toBeSigned,
    algorithm,
    der(tag.bits, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Types of ASN.1 in the distinguished encoding (X.690). */
const tag = {
  integer: 0x02,
  bits: 0x03,
  null: 0x05,
  identifier: 0x06,
  utf8: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

function der(type: number, content: Buffer = Buffer.alloc(0)): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([type, length]), content]);
  const digits = unsignedLength(length);
  return Buffer.concat([Buffer.from([type, 0x80 | digits.length]), digits, content]);
}

function unsignedLength(length: number): Buffer {
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from(digits);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(tag.sequence, Buffer.concat(parts));

/** The first bit of an integer is its sign, and no byte too many stands before it. */
function unsigned(digits: Buffer): Buffer {
  const first = digits.findIndex((digit) => digit !== 0);
  const short = first < 0 ? Buffer.from([0]) : digits.subarray(first);
  return (short[0] ?? 0) < 0x80 ? short : Buffer.concat([Buffer.from([0]), short]);
}

/** To the second, in UTC: `20261130183000Z`. */
const time = (ms: number): Buffer =>
  der(tag.time, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));

/** 1.2.840.113549.1.1.11 */
const sha256WithRsa = der(tag.identifier, Buffer.from('2a864886f70d01010b', 'hex'));
/** 2.5.4.3 */
const commonName = der(tag.identifier, Buffer.from('550403', 'hex'));
