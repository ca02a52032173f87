// Every operation of our own, by its path under /_longshore/. They take what their path says and answer JSON.

import type { Operation } from '../../wire/operation.ts';
import type { LongshoreDeps } from './deps.ts';
import { explainJob } from './explain-job.ts';
import { interruptInstance } from './interrupt-instance.ts';

export interface OwnOperation {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Its named groups are the input. */
  readonly path: RegExp;
  readonly operation: Operation<LongshoreDeps, never, unknown>;
}

export const longshoreOperations: readonly OwnOperation[] = [
  { name: 'ExplainJob', method: 'GET', path: /^\/_longshore\/jobs\/(?<jobId>[^/]+)\/explanation$/, operation: explainJob },
  { name: 'InterruptInstance', method: 'POST', path: /^\/_longshore\/instances\/(?<instanceId>[^/]+)\/interruption$/, operation: interruptInstance },
];
