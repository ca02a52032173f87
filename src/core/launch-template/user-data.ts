// The user data of a launch template: a MIME multi-part archive, because AWS merges it with its own
// (user guide, Amazon EC2 User Data in Launch Templates). Read, or refused with a reason; nothing
// of it is executed here.

import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import { limit } from '../limit.ts';

/** One block of user data, as cloud-init takes it. */
export interface UserDataPart {
  /** `text/x-shellscript`, in lower case and without parameters. */
  readonly contentType: string;
  readonly content: string;
}

const invalid = (message: string): Refusal => refuse('invalid', `UserData ${message}`);

/** The parts of base64-encoded user data; none where there is no user data. */
export function readUserData(base64: string | undefined): readonly UserDataPart[] | Refusal {
  if (base64 === undefined || base64 === '') return [];
  const bytes = bytesOf(base64);
  if (bytes === undefined) return invalid('is not base64-encoded.');
  if (bytes.length > limit.ec2.userDataBytes)
    return invalid(`has ${bytes.length} bytes; EC2 allows ${limit.ec2.userDataBytes}.`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return invalid('is compressed; it must be a plain MIME multi-part archive.');
  const text = textOf(bytes);
  return text === undefined ? invalid('is not text in UTF-8.') : readArchive(text);
}

/** The parts of a MIME multi-part archive. */
export function readArchive(text: string): readonly UserDataPart[] | Refusal {
  const lines = text.split(/\r?\n/);
  const { headers, next } = readHeaders(lines, 0);
  const type = headers.get('content-type');
  if (type === undefined || !/^multipart\//i.test(type)) {
    return invalid(
      'must be in the MIME multi-part archive format: no header Content-Type: multipart/mixed was found.',
    );
  }
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined)
    return invalid('is a MIME multi-part archive without a boundary in its Content-Type.');
  const opens = lines
    .map((line, at) => (at >= next && line.trimEnd() === `--${mark}` ? at : -1))
    .filter((at) => at >= 0);
  const closes = lines.findIndex((line, at) => at >= next && line.trimEnd() === `--${mark}--`);
  if (opens.length === 0)
    return invalid(`is a MIME multi-part archive without a part: no line reads --${mark}.`);
  if (closes < 0)
    return invalid(`is a MIME multi-part archive that does not end: no line reads --${mark}--.`);
  const parts: UserDataPart[] = [];
  for (const [index, open] of opens.filter((at) => at < closes).entries()) {
    const part = readPart(lines.slice(open + 1, opens[index + 1] ?? closes), index + 1);
    if (isRefusal(part)) return part;
    parts.push(part);
  }
  return parts;
}

/**
 * The headers of a block up to the empty line behind them; the guide's printed examples have lost
 * theirs, so any other line ends them too.
 */
function readHeaders(
  lines: readonly string[],
  from: number,
): { headers: ReadonlyMap<string, string>; next: number } {
  const headers = new Map<string, string>();
  let last: string | undefined;
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at] as string;
    const header = /^((?:Content|MIME|X|From|To|Subject|Number)(?:-[A-Za-z-]+)?):\s*(.*)$/i.exec(
      line,
    );
    if (header !== null) {
      last = (header[1] as string).toLowerCase();
      headers.set(last, (header[2] as string).trim());
    } else if (last !== undefined && /^[ \t]+\S/.test(line)) {
      headers.set(last, `${headers.get(last)} ${line.trim()}`);
    } else {
      break;
    }
  }
  return { headers, next: lines[at] === '' ? at + 1 : at };
}

function readPart(lines: readonly string[], number: number): UserDataPart | Refusal {
  const { headers, next } = readHeaders(lines, 0);
  const contentType =
    (headers.get('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? '';
  if (contentType.startsWith('multipart/'))
    return invalid(`part ${number} is itself multi-part; parts must be single.`);
  if (!contentType.startsWith('text/'))
    return invalid(`part ${number} has the content type ${contentType}; cloud-init takes text.`);
  const content = lines.slice(next).join('\n');
  const encoding = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  if (encoding === '7bit' || encoding === '8bit') return { contentType, content };
  if (encoding !== 'base64')
    return invalid(
      `part ${number} has the transfer encoding ${encoding}; 7bit, 8bit and base64 are understood.`,
    );
  const bytes = bytesOf(content);
  const decoded = bytes && textOf(bytes);
  return decoded === undefined
    ? invalid(`part ${number} is not base64-encoded text.`)
    : { contentType, content: decoded };
}

function bytesOf(base64: string): Uint8Array | undefined {
  const plain = base64.replaceAll(/\s/g, '');
  if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return undefined;
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
