// The server's log at a terminal: a line of words for each record, where files and collectors get
// JSON. It drops nothing but what the level leaves out.

import type { DestinationStream } from 'pino';
import { visibleInLine } from '../base/visible.ts';

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warning',
  50: 'error',
  60: 'fatal',
};

/** Members that every record has, or that the line says in another way. */
const known = new Set(['level', 'time', 'msg', 'err']);

/** What pino writes to; `write` gets finished lines. */
export function consoleLog(write: (line: string) => void): DestinationStream {
  return {
    write: (record) => write(`${visibleInLine(lineOf(JSON.parse(record) as LogRecord))}\n`),
  };
}

interface LogRecord {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

function lineOf(record: LogRecord): string {
  const details = Object.entries(record).flatMap(([name, value]) =>
    known.has(name) ? [] : [`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
  const words = [record.msg, record.err?.message]
    .filter(Boolean)
    .join(': ')
    .replaceAll(/\s*\n\s*/g, ' ');
  return [
    new Date(record.time).toTimeString().slice(0, 8),
    levels[record.level] ?? String(record.level),
    words,
    ...details,
  ]
    .filter(Boolean)
    .join(' ');
}
