// The pods of a cluster that are not this server's, as far as they take room on nodes: one watch,
// of which a few numbers a pod are kept. It judges nothing, and knows no node.

import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Needs } from '../../core/job/needs.ts';
import type { Clock } from '../../port/clock.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { KindWatch } from './kind-watch.ts';
import { serverLabel } from './pod-names.ts';
import { noNeeds, podOnNode, together, type PodOnNode } from './pod-requests.ts';

interface OtherPodsParts {
  readonly connection: ClusterConnection;
  readonly clock: Clock;
  /** Of this server's own pods. */
  readonly mark: string;
  readonly onChange: () => void;
  readonly onFault: (error: unknown) => void;
}

/** What of a node they take. */
interface Taken {
  /** All of them. */
  readonly all: Needs;
  /** Those that are there for as long as the node is. */
  readonly always: Needs;
  /** Some of them may end. */
  readonly someEnd: boolean;
}

const none: Taken = { all: noNeeds, always: noNeeds, someEnd: false };

export class OtherPods {
  readonly #watch: KindWatch<Pod, PodOnNode>;
  /** By node; undefined: to be summed again. */
  #sums: Map<string, Taken> | undefined;

  constructor({ mark, onChange, ...parts }: OtherPodsParts) {
    this.#watch = new KindWatch<Pod, PodOnNode>({
      ...parts,
      path: '/api/v1/pods',
      labelSelector: `${serverLabel}!=${mark}`,
      // What has ended takes nothing, and what no node has takes nothing yet.
      fieldSelector: 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed',
      keep: podOnNode,
      onChange: () => {
        this.#sums = undefined;
        onChange();
      },
    });
  }

  /** As {@link KindWatch.open}. */
  open(): Promise<void> {
    return this.#watch.open();
  }

  close(): void {
    this.#watch.close();
  }

  on(node: string): Taken {
    return (this.#sums ??= this.#sum()).get(node) ?? none;
  }

  #sum(): Map<string, Taken> {
    const sums = new Map<string, Taken>();
    for (const pod of this.#watch.values()) {
      const { all, always, someEnd } = sums.get(pod.node) ?? none;
      sums.set(pod.node, {
        all: together(all, pod),
        always: pod.isPartOfNode ? together(always, pod) : always,
        someEnd: someEnd || !pod.isPartOfNode,
      });
    }
    return sums;
  }
}
