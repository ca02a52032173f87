// The canonical form of a request, as AWS defines it for every service but S3: what a signature is
// made over. Two requests of one canonical form are the same request to a signature, so the form
// must tell apart whatever the rest of the wire reads differently. It reads headers as they
// arrived, bytes as Latin-1, and never what Node made of them.

import { notTheSame, unsignedHeader, type SignatureFault } from './fault.ts';

/** What the canonical form is made of, beside the digest of the body. */
interface CanonicalParts {
  readonly method: string;
  /** As it arrived: still percent-encoded. */
  readonly path: string;
  /** Canonical already. */
  readonly query: string;
  /** As {@link signedValues} has them. */
  readonly headers: ReadonlyMap<string, string>;
}

export function canonicalRequest(
  { method, path, query, headers }: CanonicalParts,
  bodyDigest: string,
): string {
  let lines = '';
  let names = '';
  for (const [name, value] of headers) {
    lines += `${name}:${value}\n`;
    names += names === '' ? name : `;${name}`;
  }
  return `${method}\n${canonicalPath(path)}\n${query}\n${lines}\n${names}\n${bodyDigest}`;
}

/** Without empty and dotted segments; what is encoded already is encoded once more. */
export function canonicalPath(path: string): string {
  if (/^\/[\w.~/-]*$/.test(path) && !path.includes('//') && !path.includes('/.')) return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

/**
 * Each name and value decoded and encoded again, in order, without the parameter `leftOut`. A plus
 * is a space, as it is to those who read forms; a percent sign that begins no escape is one itself.
 */
export function canonicalQuery(query: string, leftOut?: string): string {
  if (query === '') return '';
  const pairs: [name: string, value: string][] = [];
  for (const piece of query.split('&')) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = reencode(equals < 0 ? piece : piece.slice(0, equals));
    if (name !== leftOut) pairs.push([name, equals < 0 ? '' : reencode(piece.slice(equals + 1))]);
  }
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/**
 * The values of the headers `names`, in that order; what came more than once is joined. A fault
 * where one did not come, and where one of AWS's came that is not among them.
 */
export function signedValues(
  names: readonly string[],
  rawHeaders: readonly string[],
): ReadonlyMap<string, string> | SignatureFault {
  const values = new Map<string, string | undefined>(names.map((name) => [name, undefined]));
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (values.has(name)) {
      const before = values.get(name);
      const value = folded(rawHeaders[at + 1] as string);
      values.set(name, before === undefined ? value : `${before},${value}`);
    } else if (name.startsWith('x-amz-')) return unsignedHeader(name);
  }
  for (const value of values.values()) if (value === undefined) return notTheSame;
  return values as ReadonlyMap<string, string>;
}

/** Trimmed, and runs of blanks as one. */
const folded = (value: string): string =>
  /^ | $| {2}|\t/.test(value)
    ? value
        .split(/[ \t]+/)
        .filter((part) => part !== '')
        .join(' ')
    : value;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const encode = (text: string): string => text.replaceAll(/[^\w.~-]/gu, escaped);

const reencode = (text: string): string =>
  text.replaceAll(/%[0-9A-Fa-f]{2}|[^\w.~-]/gu, (found) => {
    if (found === '+') return '%20';
    if (found.length !== 3) return escaped(found);
    const character = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : found.toUpperCase();
  });

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
/** Of ASCII, which is nearly all that there is to escape. */
const escapes = Array.from({ length: 128 }, (_none, code) => percent(code));

const escaped = (character: string): string =>
  escapes[character.charCodeAt(0)] ?? Array.from(Buffer.from(character, 'utf8'), percent).join('');
