// A node that is played, for an apiserver alone: it takes every pod that may run on it, says of
// each what a test has it do, ends it when it is deleted, and serves its log. It is as fast as the
// apiserver is. Nothing is proven by it alone: what a kubelet does is seen on a whole cluster.

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Authority } from './certificates.ts';
import { KubernetesRefusal, type KubernetesApi, type KubernetesObject } from './kubernetes-api.ts';
import { PlayedPod, type PlayablePod, type Played, type PlayedContainer } from './played-pod.ts';
import { startLogServer, type LogServer } from './played-logs.ts';

interface ScriptedOptions {
  readonly name?: string;
  /** What the node says that it has. */
  readonly capacity?: Readonly<Record<string, string>>;
  /** Absent: the last word of the command, as JSON; where that is none: it ends at once. */
  readonly play?: (container: PlayedContainer) => Played;
  /** It takes no pod before that; absent: each at once. */
  readonly from?: Promise<unknown>;
}

/** What it needs of a cluster. */
interface PlayedCluster {
  readonly api: KubernetesApi;
  readonly plane: { readonly authority: Pick<Authority, 'issue'> };
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: PlayablePod;
}

const allPods = '/api/v1/pods';
const address = '127.0.0.1';
const retryMs = 100;
const plenty = { cpu: '10000', memory: '100000Gi', pods: '1000000' };

export class ScriptedKubelet implements AsyncDisposable {
  readonly name: string;
  readonly #api: KubernetesApi;
  readonly #play: (container: PlayedContainer) => Played;
  readonly #from: Promise<unknown>;
  readonly #pods = new Map<string, PlayedPod>();
  readonly #ended = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #logs: LogServer | undefined;

  private constructor(
    api: KubernetesApi,
    { name = 'played', play = inCommand, from = Promise.resolve() }: ScriptedOptions,
  ) {
    this.name = name;
    this.#from = from;
    this.#api = api;
    this.#play = play;
  }

  static async start(
    { api, plane }: PlayedCluster,
    options: ScriptedOptions = {},
  ): Promise<ScriptedKubelet> {
    const kubelet = new ScriptedKubelet(api, options);
    const serving = plane.authority.issue(`${kubelet.name}-serving`, {
      name: kubelet.name,
      alternativeNames: [`IP:${address}`],
    });
    kubelet.#logs = await startLogServer(address, serving, () => kubelet.#pods.values());
    await kubelet.#register(kubelet.#logs.port, options.capacity ?? plenty);
    kubelet.#watching = kubelet.#watch();
    return kubelet;
  }

  /** Its pods stay as they were last. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#watching;
    for (const played of this.#pods.values()) played.forget();
    await this.#logs?.close();
  }

  async #register(port: number, capacity: Readonly<Record<string, string>>): Promise<void> {
    const path = `/api/v1/nodes/${this.name}`;
    await this.#api.create('/api/v1/nodes', {
      metadata: { name: this.name, labels: { 'kubernetes.io/hostname': this.name } },
    });
    await this.#api.patch(`${path}/status`, {
      status: {
        capacity,
        allocatable: capacity,
        conditions: [{ type: 'Ready', status: 'True', reason: 'Played', message: '' }],
        addresses: [{ type: 'InternalIP', address }],
        daemonEndpoints: { kubeletEndpoint: { Port: port } },
      },
    });
    // A new node is tainted as not ready, and who would take that off is not there.
    await this.#api.patch(path, { spec: { taints: null } });
  }

  /** Lists and watches, again and again: the apiserver may go and come back. */
  async #watch(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted)
      try {
        const list = await this.#api.get<KubernetesObject & { items: PlayablePod[] }>(allPods);
        const there = new Set(list.items.map(({ metadata }) => metadata.uid));
        for (const uid of this.#pods.keys()) if (!there.has(uid)) this.#forget(uid);
        for (const pod of list.items) this.#see(pod);
        const query = { watch: true, resourceVersion: list.metadata.resourceVersion };
        for await (const line of this.#api.lines(allPods, query, signal)) {
          const { type, object } = JSON.parse(line) as WatchEvent;
          if (type === 'ERROR') break;
          if (type === 'DELETED') this.#forget(object.metadata.uid);
          else this.#see(object);
        }
      } catch {
        await delay(retryMs);
      }
  }

  #see(pod: PlayablePod): void {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    let played = this.#pods.get(uid);
    if (played === undefined && isFor(pod, this.name)) {
      played = new PlayedPod(pod, this.#play);
      this.#pods.set(uid, played);
      void this.#act(played);
    }
    if (deletionTimestamp !== undefined) played?.stop(deletionGracePeriodSeconds * 1_000);
  }

  #forget(uid: string): void {
    this.#pods.get(uid)?.forget();
    this.#pods.delete(uid);
  }

  /** The whole life of a pod here: one request after the other, of what is so by then. */
  async #act(played: PlayedPod): Promise<void> {
    const { name, namespace = '', uid } = played.pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const { nodeName = '' } = played.pod.spec;
    await this.#from;
    if (nodeName === '') {
      const binding = { metadata: { name, uid }, target: { kind: 'Node', name: this.name } };
      if (!(await this.#say(() => this.#api.create(`${path}/binding`, binding)))) return;
    }
    if (!(await this.#configured(played, path))) return;
    played.begin();
    let said = '';
    while (!played.isForgotten) {
      const status = { metadata: { uid }, status: played.status(address) };
      // As that says: it may be over by the time that it is heard.
      const isLast = played.isOver && played.isStopping;
      const changed = once(played, 'change');
      // As a kubelet does, it says nothing where nothing is new.
      const saying = JSON.stringify(status);
      if (saying !== said && !(await this.#say(() => this.#api.patch(`${path}/status`, status))))
        return;
      said = saying;
      if (isLast) break;
      await changed;
    }
    const gone = { gracePeriodSeconds: 0, preconditions: { uid } };
    if (!played.isForgotten) await this.#say(() => this.#api.delete(path, gone));
  }

  /** When what its containers' variables are out of is there, or it is not wanted any more. */
  async #configured(played: PlayedPod, path: string): Promise<boolean> {
    const { namespace = '', uid } = played.pod.metadata;
    for (const lacked of configsOf(played.pod)) {
      const config = `/api/v1/namespaces/${namespace}/configmaps/${lacked}`;
      if (await this.#has(config)) continue;
      played.lack(`configmap "${lacked}" not found`);
      const status = { metadata: { uid }, status: played.status(address) };
      if (!(await this.#say(() => this.#api.patch(`${path}/status`, status)))) return false;
      while (!played.isForgotten && !played.isStopping && !(await this.#has(config)))
        await delay(retryMs);
    }
    return true;
  }

  async #has(path: string): Promise<boolean> {
    try {
      return (await this.#api.find(path)) !== undefined;
    } catch {
      return false;
    }
  }

  /** Says it until it is heard; false where the answer is no, and there is nothing more to say. */
  async #say(ask: () => Promise<unknown>): Promise<boolean> {
    while (!this.#ended.signal.aborted)
      try {
        await ask();
        return true;
      } catch (error) {
        if (error instanceof KubernetesRefusal && error.status < 429) return false;
        await delay(retryMs);
      }
    return false;
  }
}

/** What its containers' variables are out of. */
const configsOf = ({ spec }: PlayablePod): readonly string[] =>
  [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
  );

/** Whether nothing in it says another node, of a kind that it is not, or that it is to wait. */
function isFor({ spec }: PlayablePod, name: string): boolean {
  const { nodeName, affinity, nodeSelector = {}, schedulingGates = [] } = spec;
  if (nodeName !== undefined && nodeName !== '') return nodeName === name;
  const isOther = Object.keys(nodeSelector).some((key) => key !== 'kubernetes.io/os');
  if (isOther || schedulingGates.length > 0) return false;
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const names = terms.flatMap(({ matchFields = [] }) =>
    matchFields.flatMap(({ values }) => values),
  );
  return names.length === 0 || names.includes(name);
}

function inCommand({ command = [], args = [] }: PlayedContainer): Played {
  try {
    return JSON.parse([...command, ...args].at(-1) ?? '{}') as Played;
  } catch {
    return {};
  }
}
