// What is known of the clusters that the server was told of, by their connections: addresses and
// authorities, which anybody may know, and the version that each says of itself. No credential
// leaves it.

import type { Clock } from '../../port/clock.ts';
import type { ClusterDirectory, ClusterFacts } from '../../port/cluster-directory.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { issuerOf } from './cluster-documents.ts';

interface KnownClustersParts {
  /** Shared with the engine; rejects while it cannot be had. */
  readonly connection: (arn: string) => Promise<ClusterConnection>;
  readonly clock: Clock;
}

interface Asked {
  readonly atMs: number;
  readonly facts: Promise<ClusterFacts>;
}

/** However many ask, a cluster is asked no more often. */
const keptMs = 10_000;
const answerMs = 5_000;

export class KnownClusters implements ClusterDirectory {
  readonly #parts: KnownClustersParts;
  readonly #asked = new Map<string, Asked>();

  constructor(parts: KnownClustersParts) {
    this.#parts = parts;
  }

  facts(arn: string): Promise<ClusterFacts> {
    const nowMs = this.#parts.clock.now();
    const before = this.#asked.get(arn);
    if (before !== undefined && nowMs - before.atMs < keptMs) return before.facts;
    const facts = this.#ask(arn);
    this.#asked.set(arn, { atMs: nowMs, facts });
    return facts;
  }

  async #ask(arn: string): Promise<ClusterFacts> {
    let connection: ClusterConnection;
    try {
      connection = await this.#parts.connection(arn);
    } catch {
      // Who watches its nodes says why, in the log.
      return {};
    }
    const { endpoint, authorities } = connection;
    const [version, issuer] = await Promise.all([
      versionOf(connection),
      issuerOf(connection).catch(() => undefined),
    ]);
    return { endpoint, authorities, version, issuer };
  }
}

async function versionOf(connection: ClusterConnection): Promise<string | undefined> {
  try {
    const { major, minor } = await connection.request<Record<string, unknown>>({
      method: 'GET',
      path: '/version',
      answerMs,
      patienceMs: answerMs,
    });
    // Distributions write `34+`.
    const version = /^(\d{1,4})\.(\d{1,4})\+?$/.exec(`${String(major)}.${String(minor)}`);
    return version === null ? undefined : `${version[1]}.${version[2]}`;
  } catch {
    return undefined;
  }
}
