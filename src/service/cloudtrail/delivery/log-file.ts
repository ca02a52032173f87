// A file of records as a trail delivers it: where it lies, and its bytes. Which records stand in
// it, others decide.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { scopeParts } from '../../../base/ids.ts';
import type { TrailEvent } from '../record/event.ts';
import type { Trail } from '../resources.ts';

const pack = promisify(gzip);

interface LogFile {
  readonly key: string;
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
  const bytes = await pack(JSON.stringify({ Records: events }));
  const at = new Date(nowMs).toISOString();
  const before = trail.keyPrefix === undefined ? '' : `${trail.keyPrefix}/`;
  const day = at.slice(0, 10).replaceAll('-', '/');
  const minute = at.slice(0, 16).replace(/[-:]/g, '');
  return {
    key: `${before}AWSLogs/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${minute}Z_${name}.json.gz`,
    bytes,
  };
}
