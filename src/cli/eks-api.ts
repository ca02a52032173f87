// Kubernetes clusters as the verbs use them, through EKS's own client. Renders nothing.

import { DescribeClusterCommand, EKSClient, paginateListClusters } from '@aws-sdk/client-eks';
import { clientSettings } from './api.ts';
import type { Settings } from './settings.ts';

/** A cluster as far as the server knows the way to it. */
export interface KnownCluster {
  readonly arn: string;
  readonly endpoint: string | undefined;
  /** PEM. */
  readonly authorities: string | undefined;
}

export class EksApi {
  readonly #eks: EKSClient;

  constructor(settings: Settings) {
    this.#eks = new EKSClient({ ...clientSettings(settings), endpoint: settings.endpoint });
  }

  close(): void {
    this.#eks.destroy();
  }

  async clusters(): Promise<string[]> {
    const found: string[] = [];
    for await (const { clusters = [] } of paginateListClusters({ client: this.#eks }, {}))
      found.push(...clusters);
    return found;
  }

  async cluster(name: string): Promise<KnownCluster> {
    const { cluster } = await this.#eks.send(new DescribeClusterCommand({ name }));
    const data = cluster?.certificateAuthority?.data;
    return {
      arn: cluster?.arn ?? '',
      endpoint: cluster?.endpoint,
      authorities: data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'),
    };
  }
}
