// Every operation of our own, by its path under /_longshore/. They answer JSON and read only.

import type { Operation } from '../../wire/operation.ts';
import { explainJob, type LongshoreDeps } from './explain-job.ts';

export type { LongshoreDeps };

export interface OwnOperation {
  readonly name: string;
  readonly method: 'GET';
  /** Its named groups are the input. */
  readonly path: RegExp;
  readonly operation: Operation<LongshoreDeps, never, unknown>;
}

export const longshoreOperations: readonly OwnOperation[] = [
  { name: 'ExplainJob', method: 'GET', path: /^\/_longshore\/jobs\/(?<jobId>[^/]+)\/explanation$/, operation: explainJob },
];
