// From a line of output to events. It follows Docker's awslogs driver (moby, daemon/logger/awslogs,
// processEvent and findValidSplit): an empty line is no event, for CloudWatch takes none without a
// message; a line above the limit becomes several events of the same time, split between
// characters; and bytes that are not UTF-8 count as the three bytes of the replacement character,
// which readers see in their place. Bytes are stored as they came: replacing is the reader's.

import type { LogLine } from '../../port/engine.ts';
import { MAX_MESSAGE_BYTES } from '../../port/log-sink.ts';

/** Below this no line can be too long, even if each byte were replaced. */
const certainlyFits = Math.floor(MAX_MESSAGE_BYTES / 3);

/** The same array where nothing is to be done, which is nearly always. */
export function eventsOf(lines: readonly LogLine[]): readonly LogLine[] {
  if (lines.every((line) => line.message.length > 0 && line.message.length <= certainlyFits))
    return lines;
  return lines.flatMap((line) =>
    split(line.message).map((message) => ({ timestampMs: line.timestampMs, message })),
  );
}

function split(message: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < message.length;) {
    const end = message.length - at <= certainlyFits ? message.length : splitPoint(message, at);
    pieces.push(message.subarray(at, end));
    at = end;
  }
  return pieces;
}

/** Where the longest piece from `start` ends whose characters, after replacement, fit. */
function splitPoint(message: Uint8Array, start: number): number {
  let at = start;
  let size = 0;
  while (at < message.length) {
    const length = characterLength(message, at);
    size += length === 0 ? 3 : length;
    if (size > MAX_MESSAGE_BYTES) return at;
    at += Math.max(length, 1);
  }
  return at;
}

/**
 * Bytes of the valid UTF-8 character at `at`; 0 where there is none (overlong forms, surrogates,
 * cut off).
 */
function characterLength(message: Uint8Array, at: number): number {
  const first = message[at] as number;
  if (first < 0x80) return 1;
  const second = message[at + 1] ?? 0;
  const length =
    first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
        ? 3
        : first >= 0xf0 && first <= 0xf4
          ? 4
          : 0;
  if (length === 0 || !continues(second)) return 0;
  if (
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second > 0x9f) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second > 0x8f)
  )
    return 0;
  for (let more = 2; more < length; more++) if (!continues(message[at + more] ?? 0)) return 0;
  return length;
}

const continues = (byte: number): boolean => (byte & 0xc0) === 0x80;
