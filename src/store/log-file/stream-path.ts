// Where a stream's file lies. Names come from users and are hostile: nothing of them reaches the
// file system but their hash; the file's header holds the names themselves.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { scopeParts, type Scope } from '../../base/ids.ts';

const hashed = (name: string): string =>
  createHash('sha256').update(name, 'utf8').digest('hex').slice(0, 40);
/** Accounts and regions are of plain letters, digits and hyphens; whatever else comes is hashed. */
const plain = (part: string): string => (/^[a-z0-9-]{1,32}$/.test(part) ? part : hashed(part));

export const fileSuffix = '.log';
/** The sparse index beside a large file. */
const indexSuffix = '.idx';
/** Added to a file that cannot be read, which is kept for a person to look at. */
export const damagedSuffix = '.damaged';

export function groupDirectory(root: string, scope: Scope, group: string): string {
  const { account, region } = scopeParts(scope);
  return join(root, plain(account), plain(region), hashed(group));
}

export const streamPath = (directory: string, stream: string): string =>
  join(directory, `${hashed(stream)}${fileSuffix}`);
export const indexPath = (path: string): string =>
  `${path.slice(0, -fileSuffix.length)}${indexSuffix}`;
