// The port to engines that many hosts share, as the nodes of a cluster do. It knows clusters and
// engines; which hosts there are, and what for, it does not.

import type { Engine } from './engine.ts';

export interface ClusterEngines {
  /**
   * One that is not open yet; asked once for each cluster. Undefined: nobody says how to reach it.
   */
  engine(arn: string): Engine | undefined;
}
