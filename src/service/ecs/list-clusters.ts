// ListClusters: the clusters of all compute environments.

import type { ListClustersCommandInput, ListClustersCommandOutput } from '@aws-sdk/client-ecs';
import { page } from './check.ts';
import type { EcsOperation } from './deps.ts';

export const listClusters: EcsOperation<ListClustersCommandInput, ListClustersCommandOutput> = {
  authorizes: () => [{ action: 'ecs:ListClusters', resources: ['*'] }],

  handle({ reader }, input, { scope }) {
    const { names, nextToken } = page(
      reader.environments(scope).map((environment) => environment.ecsClusterArn),
      input,
    );
    return { clusterArns: names, nextToken };
  },
};
