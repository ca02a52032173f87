// The pods of this server on a cluster, told by its mark: which there are, by one watch, and how
// one is made, ended and let go. It decides nothing, and never touches what another server marked.

import type { Pod, PodSpec, Secret } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../port/clock.ts';
import { ClusterRefusal, ClusterUnavailable } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { KindWatch } from './kind-watch.ts';
import { knownPod, type KnownPod } from './known-pod.ts';
import {
  attemptLabel,
  attemptOf,
  observedFinalizer,
  secretsGate,
  serverLabel,
} from './pod-names.ts';
import type { PodBodies } from './pod-spec.ts';

interface OwnPodsParts {
  readonly connection: ClusterConnection;
  readonly clock: Clock;
  readonly mark: string;
  /** Its pods alone are seen; absent: those of all namespaces. */
  readonly within?: string | undefined;
  readonly onPod: (pod: KnownPod, isGone: boolean) => void;
  readonly onFault: (error: unknown) => void;
}

/** What became of a pod that was asked for. */
type Made =
  | { readonly pod: KnownPod }
  /** The cluster will not have it, or what it needs, now or ever; `pod` is there for nothing. */
  | { readonly refused: ClusterRefusal; readonly pod?: KnownPod };

/** For so long nothing has to be heard for what is known to be believed. */
const silenceMs = 3 * 60_000;

/** All reject with EngineUnavailable. */
export class OwnPods {
  readonly #parts: OwnPodsParts;
  readonly #watch: KindWatch<Pod, KnownPod>;

  constructor(parts: OwnPodsParts) {
    this.#parts = parts;
    const { connection, clock, mark, within, onPod, onFault } = parts;
    this.#watch = new KindWatch<Pod, KnownPod>({
      connection,
      clock,
      path: within === undefined ? '/api/v1/pods' : podsPath(within),
      labelSelector: `${serverLabel}=${mark},${attemptLabel}`,
      keep: (pod) => this.#own(pod),
      onChange: ({ type, kept }) => onPod(kept, type === 'gone'),
      onFault,
    });
  }

  /** Resolves when all that are there were handed on. */
  async open(): Promise<void> {
    try {
      await this.#watch.open();
    } catch (error) {
      throw unavailable(error);
    }
  }

  close(): void {
    this.#watch.close();
  }

  /** Throws where too much may have changed since the cluster was last heard of. */
  assertHeard(): void {
    const { connection, clock } = this.#parts;
    if (clock.now() - this.#watch.heardAtMs > silenceMs)
      throw new ClusterUnavailable(`the cluster ${connection.title} has not been heard of lately`);
  }

  /**
   * One that is there already is as good, if it is that of the attempt. Its Secrets are made after
   * it and are its own from the first, so that the cluster removes them whatever becomes of us;
   * until they are there a gate holds it.
   */
  async make({ namespace, pod, secrets }: PodBodies): Promise<Made> {
    const made = await this.#makePod(namespace, secrets.length > 0 ? gated(pod) : pod);
    if ('refused' in made || secrets.length === 0 || !made.pod.awaitsSecrets) return made;
    for (const secret of secrets) {
      const refused = await this.#makeSecret(made.pod, secret);
      if (refused !== undefined) return { refused, pod: made.pod };
    }
    await this.#unlessGone({
      method: 'PATCH',
      path: podPath(namespace, made.pod.name),
      body: {
        metadata: { uid: made.pod.uid },
        spec: { schedulingGates: [{ $patch: 'delete', name: secretsGate }] },
      },
      mergesLists: true,
    });
    return made;
  }

  /** It has `graceMs` to end; whatever was said before, sooner counts. Gone already is as good. */
  async end({ namespace, name, uid }: KnownPod, graceMs: number): Promise<void> {
    await this.#unlessGone({
      method: 'DELETE',
      path: podPath(namespace, name),
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        gracePeriodSeconds: Math.ceil(graceMs / 1000),
        preconditions: { uid },
      },
    });
  }

  /** Nothing of it has to be kept for us any more. */
  async letGo({ namespace, name, uid, finalizers }: KnownPod): Promise<void> {
    if (!finalizers.includes(observedFinalizer)) return;
    const left = finalizers.filter((one) => one !== observedFinalizer);
    await this.#unlessGone({
      method: 'PATCH',
      path: podPath(namespace, name),
      // Under another uid it is another's, and the cluster refuses.
      body: { metadata: { uid, finalizers: left.length > 0 ? left : null } },
    });
  }

  #own(pod: Pod): KnownPod | undefined {
    const known = knownPod(pod);
    return known && this.#isOwn(known) ? known : undefined;
  }

  #isOwn(pod: KnownPod): boolean {
    return pod.labels[serverLabel] === this.#parts.mark && attemptOf(pod) !== undefined;
  }

  async #makePod(namespace: string, body: Pod): Promise<Made> {
    const { connection } = this.#parts;
    try {
      const path = podsPath(namespace);
      return { pod: this.#read(await connection.request<Pod>({ method: 'POST', path, body })) };
    } catch (error) {
      if (!(error instanceof ClusterRefusal)) throw error;
      if (error.reason !== 'AlreadyExists') return { refused: error };
      const there = await this.#found(namespace, body.metadata?.name ?? '');
      const attempt = body.metadata?.labels?.[attemptLabel];
      if (there === undefined)
        throw new ClusterUnavailable(`${error.message}, and then it did not`, { cause: error });
      return this.#isOwn(there) && attemptOf(there) === attempt
        ? { pod: there }
        : { refused: error };
    }
  }

  async #found(namespace: string, name: string): Promise<KnownPod | undefined> {
    const path = podPath(namespace, name);
    try {
      return this.#read(await this.#parts.connection.request<Pod>({ method: 'GET', path }));
    } catch (error) {
      if (error instanceof ClusterRefusal && error.status === 404) return undefined;
      throw unavailable(error);
    }
  }

  #read(pod: Pod): KnownPod {
    const known = knownPod(pod);
    if (known !== undefined) return known;
    throw new ClusterUnavailable(`the cluster ${this.#parts.connection.title} answered no pod`);
  }

  async #makeSecret(
    { namespace, name, uid }: KnownPod,
    secret: Secret,
  ): Promise<ClusterRefusal | undefined> {
    const { connection } = this.#parts;
    const metadata = { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }] };
    const body = { ...secret, metadata: { ...secret.metadata, ...metadata } };
    try {
      await connection.request({ method: 'POST', path: secretsPath(namespace), body });
      return undefined;
    } catch (error) {
      if (!(error instanceof ClusterRefusal)) throw error;
      if (error.reason !== 'AlreadyExists') return error;
      // Of a start that was lost; what is in it may have changed since.
      await this.#unlessGone({
        method: 'PATCH',
        path: secretPath(namespace, secret),
        body: { metadata, stringData: secret.stringData },
      });
      return undefined;
    }
  }

  /** Whatever the cluster refuses is gone, or another's by now, or for another to grant. */
  async #unlessGone(request: Parameters<ClusterConnection['request']>[0]): Promise<void> {
    try {
      await this.#parts.connection.perform(request);
    } catch (error) {
      if (error instanceof ClusterRefusal && (error.status === 404 || error.status === 409)) return;
      throw unavailable(error);
    }
  }
}

const gated = ({ spec, ...pod }: Pod): Pod => ({
  ...pod,
  spec: {
    ...(spec as PodSpec),
    schedulingGates: [...(spec?.schedulingGates ?? []), { name: secretsGate }],
  },
});

const podsPath = (namespace: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
const podPath = (namespace: string, name: string): string =>
  `${podsPath(namespace)}/${encodeURIComponent(name)}`;
const secretsPath = (namespace: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
const secretPath = (namespace: string, { metadata }: Secret): string =>
  `${secretsPath(namespace)}/${encodeURIComponent(metadata?.name ?? '')}`;

/** What a cluster refuses that it should grant is to be granted, and tried again. */
function unavailable(error: unknown): unknown {
  return error instanceof ClusterRefusal
    ? new ClusterUnavailable(error.message, { status: error.status, cause: error })
    : error;
}
