// A cluster that a test plays: it says which nodes are there, and when that changes. Its engine is
// scripted; nothing runs.

import { limit } from '../../src/core/limit.ts';
import type { ClusterNode, ClusterNodes } from '../../src/port/cluster-nodes.ts';
import type { Rig } from './rig.ts';
import { ScriptedEngine } from './scripted-engine.ts';

export const playedArn = 'arn:aws:eks:eu-west-1:123456789012:cluster/lab';

export class PlayedCluster implements ClusterNodes {
  readonly engine = new ScriptedEngine();
  /** Undefined: nothing is heard of it. */
  nodes: readonly ClusterNode[] | undefined;
  #onChange: () => void = () => undefined;

  constructor(nodes: readonly ClusterNode[] = []) {
    this.nodes = nodes;
  }

  open(onChange: () => void): void {
    this.#onChange = onChange;
  }

  of(clusterArn: string): readonly ClusterNode[] | undefined {
    return clusterArn === playedArn ? this.nodes : undefined;
  }

  close(): void {
    this.#onChange = () => undefined;
  }

  /** Its nodes are these from here on, and control has looked at them. */
  async become(rig: Rig, nodes: readonly ClusterNode[] | undefined): Promise<void> {
    this.nodes = nodes;
    this.#onChange();
    await rig.clock.pass(limit.nodesGatherMs);
  }
}
