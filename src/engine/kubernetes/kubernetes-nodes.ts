// The nodes of the clusters that the server was told of: each is watched from when it can be
// reached. Of one that says nothing any more nothing is known. It decides nothing.

import type { Node } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../port/clock.ts';
import type { ClusterNode, ClusterNodes } from '../../port/cluster-nodes.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { KindWatch } from './kind-watch.ts';
import { knownNode } from './known-node.ts';
import { pause } from './pause.ts';

interface NodesParts {
  readonly clusters: readonly string[];
  /** Shared with the engine; rejects while it cannot be had. */
  readonly connection: (arn: string) => Promise<ClusterConnection>;
  readonly clock: Clock;
  /** What went wrong, and is tried again. */
  readonly onFault: (arn: string, error: unknown) => void;
}

/** A watch says something every minute or so. */
const silentMs = 150_000;
const againMs = 5_000;

export class KubernetesNodes implements ClusterNodes {
  readonly #parts: NodesParts;
  readonly #watches = new Map<string, KindWatch<Node, ClusterNode>>();
  readonly #closing = new AbortController();

  constructor(parts: NodesParts) {
    this.#parts = parts;
  }

  open(onChange: () => void): void {
    for (const arn of this.#parts.clusters) void this.#watch(arn, onChange);
  }

  of(clusterArn: string): readonly ClusterNode[] | undefined {
    const watch = this.#watches.get(clusterArn);
    if (watch === undefined || this.#parts.clock.now() - watch.heardAtMs > silentMs)
      return undefined;
    return [...watch.values()];
  }

  close(): void {
    this.#closing.abort();
    for (const watch of this.#watches.values()) watch.close();
  }

  async #watch(arn: string, onChange: () => void): Promise<void> {
    const { connection, clock, onFault } = this.#parts;
    const { signal } = this.#closing;
    let said = false;
    while (!signal.aborted) {
      try {
        const watch = new KindWatch<Node, ClusterNode>({
          connection: await connection(arn),
          clock,
          path: '/api/v1/nodes',
          keep: knownNode,
          onChange,
          onFault: (error) => onFault(arn, error),
        });
        await watch.open();
        if (signal.aborted) return watch.close();
        this.#watches.set(arn, watch);
        return onChange();
      } catch (error) {
        if (!said && !signal.aborted) onFault(arn, error);
        said = true;
        await pause(clock, againMs, signal);
      }
    }
  }
}
