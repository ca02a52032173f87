// What a verb works with: the streams, the settings of this call, and the server's API, loaded on
// first use because the SDK takes a fifth of a second to load and help must not wait for it.

import type { Api } from './api.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { EksApi } from './eks-api.ts';
import { Interrupted } from './failure.ts';
import type { IdentityApi } from './identity-api.ts';
import type { Io } from './io.ts';
import { styleFor, type Style } from './render/style.ts';
import type { Settings } from './settings.ts';

export class Session {
  readonly io: Io;
  readonly settings: Settings;
  /** How to write on standard output, and on standard error. */
  readonly style: Style;
  readonly errStyle: Style;
  #api: Promise<Api> | undefined;
  #clusters: Promise<ClusterApi> | undefined;
  #identities: Promise<IdentityApi> | undefined;
  #eks: Promise<EksApi> | undefined;

  constructor(io: Io, settings: Settings) {
    this.io = io;
    this.settings = settings;
    this.style = styleFor(io.outIsTty, io.env);
    this.errStyle = styleFor(io.errIsTty, io.env);
  }

  api(): Promise<Api> {
    this.#api ??= import('./api.ts').then(({ Api }) => new Api(this.settings));
    return this.#api;
  }

  clusters(): Promise<ClusterApi> {
    this.#clusters ??= import('./cluster-api.ts').then(
      ({ ClusterApi }) => new ClusterApi(this.settings),
    );
    return this.#clusters;
  }

  identities(): Promise<IdentityApi> {
    this.#identities ??= import('./identity-api.ts').then(
      ({ IdentityApi }) => new IdentityApi(this.settings),
    );
    return this.#identities;
  }

  eks(): Promise<EksApi> {
    this.#eks ??= import('./eks-api.ts').then(({ EksApi }) => new EksApi(this.settings));
    return this.#eks;
  }

  printJson(value: unknown): void {
    this.io.out(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Lets go of connections, so that the process can end. */
  async close(): Promise<void> {
    for (const loading of [this.#api, this.#clusters, this.#identities, this.#eks])
      (await loading?.catch(() => undefined))?.close();
  }

  /**
   * Runs work that may take long and that Ctrl-C ends: `signal` is aborted, the work throws {@link
   * Interrupted}, and `note` tells the user what goes on without them. Resolves to the work's exit
   * code, or 130.
   */
  async interruptible(
    note: () => string,
    work: (signal: AbortSignal) => Promise<number>,
  ): Promise<number> {
    const controller = new AbortController();
    const stopListening = this.io.onInterrupt(() => controller.abort());
    try {
      return await work(controller.signal);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      this.io.err(`${note()}\n`);
      return 130;
    } finally {
      stopListening();
    }
  }
}
