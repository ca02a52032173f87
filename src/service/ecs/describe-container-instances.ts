// DescribeContainerInstances: registered and remaining resources, versions and attributes of the
// hosts in a cluster.

import type {
  DescribeContainerInstancesCommandInput,
  DescribeContainerInstancesCommandOutput,
} from '@aws-sdk/client-ecs';
import { containerInstanceArn } from '../../core/arn.ts';
import { describable } from './check.ts';
import { onEach } from './access.ts';
import { clusterName, knownCluster } from './cluster.ts';
import { hostIdOf, instanceDetails } from './container-instance.ts';
import { endedAfterMs, type EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';

export const describeContainerInstances: EcsOperation<
  DescribeContainerInstancesCommandInput,
  DescribeContainerInstancesCommandOutput
> = {
  authorizes: (input, context) =>
    onEach(
      'ecs:DescribeContainerInstances',
      'container-instance',
      input.containerInstances,
      input.cluster,
      context,
    ),

  async handle(deps, input, context) {
    const asked = describable(input.containerInstances, 'containerInstances');
    if (asked.length === 0) throw invalidParameter('Container instance cannot be empty.');
    const { reader } = deps;
    const { scope } = context;
    const environment = knownCluster(reader, scope, input.cluster);
    const found = asked.map((given) => ({
      given,
      view: reader.containerInstance(environment, hostIdOf(given), endedAfterMs(deps)),
    }));
    return {
      containerInstances: await instanceDetails(
        deps,
        found.flatMap(({ view }) => view ?? []),
        context,
      ),
      failures: found.flatMap(({ given, view }) =>
        view === undefined
          ? [
              {
                arn: containerInstanceArn(scope, clusterName(environment), hostIdOf(given)),
                reason: 'MISSING',
              },
            ]
          : [],
      ),
    };
  },
};
