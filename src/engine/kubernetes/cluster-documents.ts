// What the issuers of clusters publish: the keys by which the tokens of service accounts are
// checked. Most clusters call their issuer by a name that only their own pods resolve; those are
// asked over the server's connection to the cluster. Every other issuer is asked where it says that
// it is, so that no cluster speaks for anybody else.

import { EngineUnavailable } from '../../port/engine.ts';
import { NoDocument, type DocumentFetcher } from '../../port/document-fetcher.ts';
import { ClusterRefusal } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';

interface ClusterDocumentsParts {
  /** ARNs of those that the server was told of. */
  readonly clusters: readonly string[];
  /** Rejects while it cannot be had. */
  readonly connection: (arn: string) => Promise<ClusterConnection>;
  /** For all that no cluster publishes. */
  readonly others: DocumentFetcher;
}

const discoveryPath = '/.well-known/openid-configuration';
const keysPath = '/openid/v1/jwks';
/** Nobody has the domain `svc`, and `cluster.local` and its like are a cluster's own. */
const inClusters = /^https:\/\/kubernetes\.default\.svc(?:\.[a-z0-9.-]{1,200})?(?=[/:]|$)/;
const answerMs = 5_000;

export class ClusterDocuments implements DocumentFetcher {
  readonly #parts: ClusterDocumentsParts;
  /** Of each cluster that has answered what it calls its issuer, if it may be asked. */
  readonly #issuers = new Map<string, string | undefined>();

  constructor(parts: ClusterDocumentsParts) {
    this.#parts = parts;
  }

  async fetch(url: string): Promise<string> {
    if (!inClusters.test(url)) return this.#parts.others.fetch(url);
    const path = [discoveryPath, keysPath].find((one) => url.endsWith(one));
    if (path === undefined) throw new NoDocument(`${url} is no document of a cluster`);
    const issuer = url.slice(0, -path.length);
    const connection = await this.#clusterOf(issuer);
    // The address that a cluster names for its keys is one of its own network.
    if (path === discoveryPath) return JSON.stringify({ issuer, jwks_uri: issuer + keysPath });
    return JSON.stringify(await asked(connection, keysPath).catch(noDocument));
  }

  async #clusterOf(issuer: string): Promise<ClusterConnection> {
    const { clusters, connection } = this.#parts;
    await Promise.all(clusters.map((arn) => this.#look(arn)));
    const silent = clusters.find((arn) => !this.#issuers.has(arn));
    // A token says which issuer it is of, and no more: another cluster could have made it.
    if (silent !== undefined)
      throw new NoDocument(`the cluster ${silent} has not said yet what it calls its issuer`);
    const [only, ...others] = clusters.filter((arn) => this.#issuers.get(arn) === issuer);
    if (only === undefined) throw new NoDocument(`no cluster calls its issuer ${issuer}`);
    if (others.length > 0)
      throw new NoDocument(`${others.length + 1} clusters call their issuer ${issuer}`);
    return connection(only).catch(noDocument);
  }

  /** One that cannot be reached calls it what it did. */
  async #look(arn: string): Promise<void> {
    try {
      this.#issuers.set(arn, await issuerOf(await this.#parts.connection(arn)));
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
    }
  }
}

/**
 * What a cluster calls whoever issues the tokens of its service accounts; undefined where it does
 * not let the server ask. Rejects with EngineUnavailable.
 */
export async function issuerOf(connection: ClusterConnection): Promise<string | undefined> {
  try {
    const { issuer } = await asked(connection, discoveryPath);
    return typeof issuer === 'string' ? issuer : undefined;
  } catch (error) {
    if (error instanceof ClusterRefusal) return undefined;
    throw error;
  }
}

const asked = (
  connection: ClusterConnection,
  path: string,
): Promise<Readonly<Record<string, unknown>>> =>
  connection.request({ method: 'GET', path, answerMs, patienceMs: answerMs });

function noDocument(error: unknown): never {
  if (error instanceof ClusterRefusal || error instanceof EngineUnavailable)
    throw new NoDocument(error.message, { cause: error });
  throw error;
}
