// Where the files of a day lie, and how a time stands in their names.

import { scopeParts } from '../../../base/ids.ts';
import type { Trail } from '../resources.ts';

export function folderOf(
  { keyPrefix, home }: Trail,
  kind: 'CloudTrail' | 'CloudTrail-Digest',
  region: string,
  nowMs: number,
): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const before = keyPrefix === undefined ? '' : `${keyPrefix}/`;
  return `${before}AWSLogs/${scopeParts(home).account}/${kind}/${region}/${day}`;
}

/** E.g. `20260102T030405Z`. */
export const timeOf = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
