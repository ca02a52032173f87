// Identifiers as a port, so that a simulated world can make them from its seed. `decide` never
// makes one.

import type { AttemptId } from '../base/ids.ts';

export interface Ids {
  /**
   * A UUID that sorts by time of making (RFC 9562, version 7): rows that belong together lie
   * together.
   */
  uuid(): string;
  /** Sorts by time of making, likewise: rows of attempts made together lie together. */
  attempt(): AttemptId;
  /** 32 lower-case hexadecimal digits, each of them random: any of them alone is an id. */
  random(): string;
}
