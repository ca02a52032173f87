// A file of records as a trail delivers it: where it lies, and its bytes. Which records stand in
// it, others decide.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { scopeParts } from '../../../base/ids.ts';
import type { TrailEvent } from '../record/event.ts';
import type { DeliveredFile, Trail } from '../resources.ts';
import { hashOf } from './digest.ts';
import { folderOf, timeOf } from './file-name.ts';

const pack = promisify(gzip);

interface LogFile extends DeliveredFile {
  readonly bytes: Uint8Array;
}

/** `events` are in the order of their numbers; one at least. `name` is nobody else's. */
export async function logFile(
  trail: Trail,
  region: string,
  events: readonly TrailEvent[],
  nowMs: number,
  name: string,
): Promise<LogFile> {
  const { account } = scopeParts(trail.home);
  const text = JSON.stringify({ Records: events });
  const times = events.map(({ eventTime }) => eventTime).toSorted();
  const minute = `${timeOf(nowMs).slice(0, 13)}Z`;
  return {
    bucket: trail.bucket,
    key: `${folderOf(trail, 'CloudTrail', region, nowMs)}/${account}_CloudTrail_${region}_${minute}_${name}.json.gz`,
    bytes: await pack(text),
    hash: hashOf(text),
    newest: times.at(-1) ?? '',
    oldest: times[0] ?? '',
  };
}
