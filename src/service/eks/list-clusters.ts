// ListClusters: the names of the clusters that the server was told of. Connected clusters, which
// `include` asks for too, there are none beside them.

import type { ListClustersCommandInput, ListClustersCommandOutput } from '@aws-sdk/client-eks';
import { limit } from '../../core/limit.ts';
import { checksFor } from '../../wire/check.ts';
import { onAll } from '../access.ts';
import { pageAfter } from '../page-after.ts';
import { clustersIn, type EksOperation } from './deps.ts';
import { invalidParameter } from './error.ts';

const { integerIn, oneOf } = checksFor(invalidParameter);

export const listClusters: EksOperation<ListClustersCommandInput, ListClustersCommandOutput> = {
  authorizes: () => onAll('eks:ListClusters'),

  handle(deps, { include = [], maxResults, nextToken }, { scope }) {
    for (const kind of include) oneOf({ all: 'all' }, kind, 'include');
    const { items, next } = pageAfter(clustersIn(deps, scope), ({ name }) => name, {
      operation: 'ListClusters',
      size: integerIn(maxResults, 1, limit.eksPage, 'maxResults') ?? limit.eksPage,
      token: nextToken,
      badToken: () => invalidParameter('nextToken is none of this operation.'),
    });
    return { clusters: items.map(({ name }) => name), nextToken: next };
  },
};
