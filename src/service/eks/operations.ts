// The operations of EKS that clients of AWS Batch ask for; by AWS's name. All others answer that
// they are not built: clusters are made and changed where they are.

import type { OperationTable } from '../../wire/operation.ts';
import type { EksDeps } from './deps.ts';
import { describeCluster } from './describe-cluster.ts';
import { listClusters } from './list-clusters.ts';

export const eksOperations: OperationTable<EksDeps> = {
  DescribeCluster: describeCluster,
  ListClusters: listClusters,
};
