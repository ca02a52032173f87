// ListClusters: the clusters of all compute environments.

import type { ListClustersCommandInput, ListClustersCommandOutput } from '@aws-sdk/client-ecs';
import { onAll } from '../access.ts';
import { page } from './check.ts';
import type { EcsOperation } from './deps.ts';

export const listClusters: EcsOperation<ListClustersCommandInput, ListClustersCommandOutput> = {
  authorizes: () => onAll('ecs:ListClusters'),

  handle({ reader }, input, { scope }) {
    const { names, nextToken } = page(
      reader.environments(scope).map((environment) => environment.ecsClusterArn),
      input,
    );
    return { clusterArns: names, nextToken };
  },
};
