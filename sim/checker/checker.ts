// What a checker of the simulated world is: one law, one file. A checker reads and never changes anything; it throws when its
// law is broken.

import type { JobId } from '../../src/base/ids.ts';
import type { ArrayParent, Job } from '../../src/core/job/job.ts';
import type { World } from '../../src/core/world.ts';
import type { Store } from '../../src/port/store.ts';
import type { Expectation } from '../oracle.ts';

/** What a checker may look at. */
export interface Observed {
  /** The live world; undefined while the server is down. */
  readonly world: World | undefined;
  readonly store: Store;
  /** What clients were promised. */
  readonly expectations: ReadonlyMap<JobId, Expectation>;
  /** How often each attempt's container really began to run. */
  readonly runs: ReadonlyMap<string, number>;
  /** Jobs that the last commit wrote, in their new states. */
  readonly written: readonly (Job | ArrayParent)[];
}

export interface Checker {
  /** The law, as it is printed when it is broken. */
  readonly law: string;
  /** After every step. */
  check?(observed: Observed): void;
  /** After the last step, when faults have ceased and everything should have ended. */
  checkEnd?(observed: Observed): void;
}

export class BrokenLaw extends Error {
  override name = 'BrokenLaw';
}

export function law(holds: boolean, what: string): void {
  if (!holds) throw new BrokenLaw(what);
}
