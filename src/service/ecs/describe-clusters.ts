// DescribeClusters: a cluster that is not there is a failure beside those that are.

import type {
  DescribeClustersCommandInput,
  DescribeClustersCommandOutput,
} from '@aws-sdk/client-ecs';
import { namedClusterArn } from '../../core/arn.ts';
import { describable } from './check.ts';
import { onCluster } from './access.ts';
import { clusterDetail, clusterOf } from './cluster.ts';
import type { EcsOperation } from './deps.ts';

export const describeClusters: EcsOperation<
  DescribeClustersCommandInput,
  DescribeClustersCommandOutput
> = {
  authorizes: (input, context) =>
    (input.clusters?.length ? input.clusters : ['default']).flatMap((cluster) =>
      onCluster('ecs:DescribeClusters', cluster, context),
    ),

  handle({ reader }, input, { scope }) {
    const asked = describable(input.clusters, 'clusters');
    const found = (asked.length === 0 ? ['default'] : asked).map((cluster) => ({
      cluster,
      environment: clusterOf(reader, scope, cluster),
    }));
    return {
      clusters: found.flatMap(({ environment }) =>
        environment === undefined ? [] : [clusterDetail(reader, environment)],
      ),
      failures: found.flatMap(({ cluster, environment }) =>
        environment === undefined
          ? [{ arn: namedClusterArn(scope, cluster), reason: 'MISSING' }]
          : [],
      ),
    };
  },
};
