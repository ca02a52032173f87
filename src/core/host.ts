// A host that runs containers, as placement sees it. Where it comes from is a capacity provider's affair.

import type { HostId } from '../base/ids.ts';
import type { Needs } from './job/needs.ts';

export interface Host {
  readonly id: HostId;
  /**
   * What may run at once. `alone`: a job larger than this runs when nothing else does, rather than never (DESIGN 4); GPUs
   * have no such mercy.
   */
  readonly capacity: Needs;
  /** How people call it, in reasons. */
  readonly title: string;
}
