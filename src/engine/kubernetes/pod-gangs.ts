// Sees to it that what the pods of a multi-node parallel job have in common is on the cluster: as
// often as it is asked, and at the cost of one request at most while the same engine runs. It makes
// no pods and ends none.

import { ClusterRefusal } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import type { KnownAttempt } from './known-attempt.ts';
import { gangAddress, gangService } from './pod-gang.ts';

interface PodGangsParts {
  readonly connection: ClusterConnection;
  /** What went wrong, and is not tried again. */
  readonly onFault: (error: unknown) => void;
}

export class PodGangs {
  readonly #parts: PodGangsParts;

  constructor(parts: PodGangsParts) {
    this.#parts = parts;
  }

  /**
   * Its nodes have names. Where the cluster refuses that they have none, and the job goes by
   * addresses. Rejects with EngineUnavailable.
   */
  async name(main: KnownAttempt): Promise<void> {
    const { attemptId, pod } = main;
    if (pod === undefined || main.named) return;
    const refused = await this.#make(pod.namespace, 'services', gangService(pod, attemptId));
    main.named = true;
    if (refused !== undefined) this.#parts.onFault(refused);
  }

  /**
   * Tells nodes that wait for it where their main one is; `undefined` also where nobody knows yet.
   * Rejects with EngineUnavailable.
   */
  async announce(main: KnownAttempt): Promise<ClusterRefusal | undefined> {
    const { attemptId, pod } = main;
    if (pod?.address === undefined || main.announced) return undefined;
    const body = gangAddress(pod, attemptId, pod.address);
    const refused = await this.#make(pod.namespace, 'configmaps', body);
    main.announced = refused === undefined;
    return refused;
  }

  /** One that is there already is as good: its name is the attempt's. */
  async #make(namespace: string, kind: string, body: object): Promise<ClusterRefusal | undefined> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${kind}`;
    try {
      await this.#parts.connection.request({ method: 'POST', path, body });
      return undefined;
    } catch (error) {
      if (!(error instanceof ClusterRefusal)) throw error;
      return error.reason === 'AlreadyExists' ? undefined : error;
    }
  }
}
