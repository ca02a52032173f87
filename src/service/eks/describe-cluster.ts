// DescribeCluster: a cluster that the server was told of, as far as the way to it tells. What only
// EKS itself could know of a cluster (its role, its network, when it was made) is absent.

import type {
  Cluster,
  DescribeClusterCommandInput,
  DescribeClusterCommandOutput,
} from '@aws-sdk/client-eks';
import { eksClusterArn } from '../../core/arn.ts';
import type { ClusterFacts } from '../../port/cluster-directory.ts';
import { clustersIn, type EksOperation } from './deps.ts';
import { noCluster } from './error.ts';

export const describeCluster: EksOperation<
  DescribeClusterCommandInput,
  DescribeClusterCommandOutput
> = {
  authorizes: ({ name = '' }, { scope }) => [
    { action: 'eks:DescribeCluster', resources: [eksClusterArn(scope, name)] },
  ],

  async handle(deps, { name = '' }, { scope }) {
    const known = clustersIn(deps, scope).find((cluster) => cluster.name === name);
    if (known === undefined) throw noCluster(name);
    return { cluster: { ...known, ...shown(await deps.directory.facts(known.arn)) } };
  },
};

/**
 * As long as nothing says where it is, it is as good as one that has not come up yet: clients wait,
 * and none takes an address that is not there.
 */
const shown = ({ endpoint, authorities, version, issuer }: ClusterFacts): Cluster => ({
  version,
  endpoint,
  certificateAuthority:
    authorities === undefined ? undefined : { data: Buffer.from(authorities).toString('base64') },
  identity: issuer === undefined ? undefined : { oidc: { issuer } },
  status: endpoint === undefined ? 'PENDING' : 'ACTIVE',
  health: {
    issues:
      version === undefined
        ? [
            {
              code: 'ClusterUnreachable',
              message: 'The cluster cannot be reached from the server, whose log says why.',
              resourceIds: [],
            },
          ]
        : [],
  },
  tags: {},
});
