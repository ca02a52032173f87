// The port to the nodes that clusters have. What becomes of a node that is gone, or is not ready,
// is not decided here.

import type { NodeFacts } from '../core/host/node.ts';

export interface ClusterNode extends NodeFacts {
  /** Its cluster hears of it. */
  readonly isReady: boolean;
  /** It is not kept free: pods of jobs may go there. */
  readonly isOpen: boolean;
  /** The one environment that it serves, by its UUID; absent: all that are on its cluster. */
  readonly environmentUuid?: string | undefined;
}

export interface ClusterNodes {
  /** Begins to look at the clusters' nodes; `onChange`: those of a cluster are others now. */
  open(onChange: () => void): void;
  /** All of them as they stand; undefined: nothing is known of them just now. */
  of(clusterArn: string): readonly ClusterNode[] | undefined;
  close(): void;
}
