// The clusters that the server was told of, by ARN, and an engine for each: it is connected to when
// it is opened, as the kubeconfig says by then. A cluster that cannot be reached keeps nobody from
// starting.

import type { ContainerId } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import {
  EngineUnavailable,
  type ContainerSpec,
  type Engine,
  type EngineCapabilities,
  type EngineContainer,
  type EngineReport,
  type LogBatch,
  type LogPosition,
} from '../../port/engine.ts';
import type { SessionRequest } from '../../port/session.ts';
import { BadKubeconfig, type ClusterAccess } from './cluster-access.ts';
import { ClusterConnection } from './cluster-connection.ts';
import { inCluster } from './in-cluster.ts';
import { Kubeconfig } from './kubeconfig.ts';
import { KubernetesEngine } from './kubernetes-engine.ts';

interface ClustersParts {
  readonly clusters: readonly { readonly arn: string; readonly context: string }[];
  /** Where KUBECONFIG and its like are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The mark of the data directory (ADR 0018). */
  readonly mark: string;
  /** Of jobs that do not say in which they are to be; absent: each context's. */
  readonly namespace?: string | undefined;
  /** What went wrong, and is tried again. */
  readonly onFault: (arn: string, error: unknown) => void;
}

/** The context that stands for the cluster in which this server is a pod. */
export const ownContext = 'in-cluster';

export class KubernetesClusters {
  readonly #parts: ClustersParts;
  readonly #connections = new Map<string, Promise<ClusterConnection>>();

  constructor(parts: ClustersParts) {
    this.#parts = parts;
  }

  /** Not open yet; undefined: the server was not told of it. */
  engine(arn: string): Engine | undefined {
    if (this.#contextOf(arn) === undefined) return undefined;
    const { clock, mark, namespace, onFault } = this.#parts;
    return new LateEngine(
      async () =>
        new KubernetesEngine({
          connection: await this.connection(arn),
          clock,
          mark,
          namespace,
          onFault: (error) => onFault(arn, error),
        }),
    );
  }

  /** Shared by all who ask. Rejects with EngineUnavailable. */
  connection(arn: string): Promise<ClusterConnection> {
    let connection = this.#connections.get(arn);
    if (connection === undefined) {
      connection = this.#connect(arn);
      this.#connections.set(arn, connection);
      // What the kubeconfig does not say now it may say later.
      connection.catch(() => this.#connections.delete(arn));
    }
    return connection;
  }

  /** After the engines. */
  async close(): Promise<void> {
    for (const connection of this.#connections.values())
      await connection.then(
        (open) => open.close(),
        () => undefined,
      );
  }

  #contextOf(arn: string): string | undefined {
    return this.#parts.clusters.find((cluster) => cluster.arn === arn)?.context;
  }

  async #connect(arn: string): Promise<ClusterConnection> {
    const { clock } = this.#parts;
    try {
      return new ClusterConnection({ access: await this.#access(arn), clock });
    } catch (error) {
      if (!(error instanceof BadKubeconfig)) throw error;
      throw new EngineUnavailable(`the cluster ${arn}: ${error.message}`, { cause: error });
    }
  }

  async #access(arn: string): Promise<ClusterAccess> {
    const { environment, clock } = this.#parts;
    const context = this.#contextOf(arn);
    const own = context === ownContext ? await inCluster(environment, clock) : undefined;
    if (own !== undefined) return own;
    return (await Kubeconfig.read({ environment, clock })).access(context);
  }
}

/** An engine that is made when it is opened; before that nothing is known of what it has. */
class LateEngine implements Engine {
  readonly #make: () => Promise<KubernetesEngine>;
  #engine: KubernetesEngine | undefined;

  constructor(make: () => Promise<KubernetesEngine>) {
    this.#make = make;
  }

  async open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities> {
    this.#engine ??= await this.#make();
    return this.#engine.open(onReport);
  }

  async start(spec: ContainerSpec): Promise<void> {
    return this.#opened.start(spec);
  }

  async stop(containerId: ContainerId, graceMs: number): Promise<void> {
    return this.#opened.stop(containerId, graceMs);
  }

  async remove(containerId: ContainerId): Promise<void> {
    return this.#opened.remove(containerId);
  }

  async inspect(containerId: ContainerId): Promise<EngineContainer | undefined> {
    return this.#opened.inspect(containerId);
  }

  async list(): Promise<readonly EngineContainer[]> {
    return this.#opened.list();
  }

  async *logs(
    containerId: ContainerId,
    from: LogPosition | undefined,
  ): AsyncGenerator<LogBatch, void, undefined> {
    yield* this.#opened.logs(containerId, from);
  }

  async execute(
    containerId: ContainerId,
    request: SessionRequest,
  ): ReturnType<KubernetesEngine['execute']> {
    return this.#opened.execute(containerId, request);
  }

  async close(): Promise<void> {
    await this.#engine?.close();
  }

  get #opened(): KubernetesEngine {
    if (this.#engine === undefined) throw new EngineUnavailable('the cluster: not asked yet');
    return this.#engine;
  }
}
