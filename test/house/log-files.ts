// What the tests of the log store share: a sink in a directory of its own, and lines from plain
// text. Only tests import it.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { scopeOf } from '../../src/base/ids.ts';
import type { LogLine } from '../../src/port/engine.ts';
import type { LogPage, LogRead, LogStreamKey, StoredLogEvent } from '../../src/port/log-sink.ts';
import { FileLogSink, type FileLogSinkOptions } from '../../src/store/log-file/log-file-sink.ts';

export const scope = scopeOf('123456789012', 'eu-west-1');
export const group = '/aws/batch/job';
export const keyOf = (stream: string): LogStreamKey => ({ scope, group, stream });
export const startMs = 1_700_000_000_000;

/** Lines a millisecond apart, the first at `firstMs`. */
export const lines = (texts: readonly string[], firstMs = startMs): LogLine[] =>
  texts.map((text, at) => ({ timestampMs: firstMs + at, message: Buffer.from(text) }));

export function temporaryRoot(context: Pick<TestContext, 'after'>): string {
  const root = mkdtempSync(join(tmpdir(), 'longshore-logs-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  return join(root, 'logs');
}

/** A sink that is closed, and whose files go, when the test ends. */
export function temporarySink(
  context: Pick<TestContext, 'after'>,
  options: FileLogSinkOptions = {},
): { sink: FileLogSink; root: string; reopen(): Promise<FileLogSink> } {
  const root = temporaryRoot(context);
  const sinks = [new FileLogSink(root, options)];
  context.after(() => Promise.all(sinks.map((sink) => sink.close())));
  return {
    sink: sinks[0] as FileLogSink,
    root,
    async reopen() {
      await sinks.at(-1)?.close();
      sinks.push(new FileLogSink(root, options));
      return sinks.at(-1) as FileLogSink;
    },
  };
}

/** Every file under a directory, by its whole path; none where nothing was ever written. */
export const filesUnder = (root: string): string[] =>
  (existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const most = { maxEvents: 10_000, maxBytes: 1_048_576 };

export const readAll = async (sink: FileLogSink, stream: string): Promise<string[]> =>
  (await pagesOf(sink, { key: keyOf(stream), direction: 'forward', ...most }))
    .flat()
    .map((event) => event.message);

export const readOne = (
  sink: FileLogSink,
  read: Partial<LogRead> & { key: LogStreamKey },
): Promise<LogPage> => sink.read({ direction: 'forward', ...most, ...read });

/** All pages, as clients read them: until the token that comes back is the one they sent. */
export async function pagesOf(
  sink: FileLogSink,
  read: LogRead,
): Promise<(readonly StoredLogEvent[])[]> {
  const pages: (readonly StoredLogEvent[])[] = [];
  let offset = read.offset;
  for (;;) {
    const page = await sink.read({ ...read, offset });
    const next = read.direction === 'forward' ? page.forwardOffset : page.backwardOffset;
    if (page.events.length > 0) pages.push(page.events);
    if (next === offset) return pages;
    offset = next;
  }
}
