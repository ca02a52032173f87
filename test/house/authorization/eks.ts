// What the service authorization reference says of Amazon EKS (September 2026).

import { on, type Reference } from './reference.ts';

export const eks: Reference = {
  types: { cluster: 'arn:*:eks:*:*:cluster/*' },
  actions: {
    DescribeCluster: on('cluster*'),
    ListClusters: on(),
  },
  members: {},
  deviations: {},
};
