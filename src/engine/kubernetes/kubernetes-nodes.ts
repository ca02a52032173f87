// The nodes of the clusters that the server was told of, less what the pods of others hold: each is
// watched from when it can be reached. Of one that says nothing any more nothing is known. It
// decides nothing.

import type { Node } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../port/clock.ts';
import type { ClusterNode, ClusterNodes } from '../../port/cluster-nodes.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { KindWatch } from './kind-watch.ts';
import { knownNode } from './known-node.ts';
import { OtherPods } from './other-pods.ts';
import { pause } from './pause.ts';
import { rest } from './pod-requests.ts';

interface NodesParts {
  readonly clusters: readonly string[];
  /** Shared with the engine; rejects while it cannot be had. */
  readonly connection: (arn: string) => Promise<ClusterConnection>;
  readonly clock: Clock;
  /** Of this server's own pods: what others take is not its jobs' to have. */
  readonly mark: string;
  /** What went wrong, and is tried again. */
  readonly onFault: (arn: string, error: unknown) => void;
}

/** A watch says something every minute or so. */
const silentMs = 150_000;
const againMs = 5_000;
/** From a change of what others hold to the word of it. */
const crowdMs = 2_000;

export class KubernetesNodes implements ClusterNodes {
  readonly #parts: NodesParts;
  readonly #watches = new Map<
    string,
    { readonly nodes: KindWatch<Node, ClusterNode>; readonly others: OtherPods }
  >();
  #cancelCrowd: (() => void) | undefined;
  readonly #closing = new AbortController();

  constructor(parts: NodesParts) {
    this.#parts = parts;
  }

  open(onChange: () => void): void {
    for (const arn of this.#parts.clusters) void this.#watch(arn, onChange);
  }

  of(clusterArn: string): readonly ClusterNode[] | undefined {
    const { nodes, others } = this.#watches.get(clusterArn) ?? {};
    if (nodes === undefined || this.#parts.clock.now() - nodes.heardAtMs > silentMs)
      return undefined;
    return [...nodes.values()].map((node) => (others === undefined ? node : less(node, others)));
  }

  close(): void {
    this.#closing.abort();
    this.#cancelCrowd?.();
    for (const arn of this.#watches.keys()) this.#forget(arn);
  }

  async #watch(arn: string, onChange: () => void): Promise<void> {
    const { connection, clock, mark, onFault } = this.#parts;
    const { signal } = this.#closing;
    let said = false;
    while (!signal.aborted) {
      try {
        const parts = {
          connection: await connection(arn),
          clock,
          onFault: (error: unknown) => onFault(arn, error),
        };
        const others = new OtherPods({ ...parts, mark, onChange: this.#inCrowds(onChange) });
        const nodes = new KindWatch<Node, ClusterNode>({
          ...parts,
          path: '/api/v1/nodes',
          keep: knownNode,
          onChange,
        });
        this.#watches.set(arn, { nodes, others });
        try {
          await others.open();
          await nodes.open();
        } catch (error) {
          this.#forget(arn);
          throw error;
        }
        if (signal.aborted) this.#forget(arn);
        else onChange();
        return;
      } catch (error) {
        if (!said && !signal.aborted) onFault(arn, error);
        said = true;
        await pause(clock, againMs, signal);
      }
    }
  }
  #forget(arn: string): void {
    const { nodes, others } = this.#watches.get(arn) ?? {};
    this.#watches.delete(arn);
    nodes?.close();
    others?.close();
  }

  /** Pods come and go all the time. */
  #inCrowds(onChange: () => void): () => void {
    const { clock } = this.#parts;
    return () => {
      this.#cancelCrowd ??= clock.at(clock.now() + crowdMs, () => {
        this.#cancelCrowd = undefined;
        onChange();
      });
    };
  }
}

/** What others hold is theirs; of the rest, what is there for as long as the node is never ends. */
function less(node: ClusterNode, others: OtherPods): ClusterNode {
  const { all, always, someEnd } = others.on(node.name);
  if (!someEnd) return { ...node, capacity: rest(node.capacity, always) };
  return {
    ...node,
    capacity: rest(node.capacity, all),
    atMost: rest(node.capacity, always),
  };
}
