// UpdateContainerInstancesState: registered hosts are drained, or made active again.

import type { Failure, UpdateContainerInstancesStateCommandInput, UpdateContainerInstancesStateCommandOutput, ContainerInstance } from '@aws-sdk/client-ecs';
import { containerInstanceArn } from '../../core/arn.ts';
import { describable } from './check.ts';
import { clusterName, knownCluster, onCluster } from './cluster.ts';
import { hostIdOf, instanceDetail } from './container-instance.ts';
import type { EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { send } from './send.ts';

export const updateContainerInstancesState: EcsOperation<UpdateContainerInstancesStateCommandInput, UpdateContainerInstancesStateCommandOutput> = {
  authorizes: (input, context) => onCluster('ecs:UpdateContainerInstancesState', input.cluster, context),

  async handle(deps, input, context) {
    const { status } = input;
    if (status !== 'ACTIVE' && status !== 'DRAINING') throw invalidParameter('status must be ACTIVE or DRAINING');
    const environment = knownCluster(deps.reader, context.scope, input.cluster);
    const containerInstances: ContainerInstance[] = [];
    const failures: Failure[] = [];
    for (const given of describable(input.containerInstances, 'containerInstances')) {
      const id = hostIdOf(given);
      const view = deps.reader.containerInstance(environment, id);
      if (view?.host.kind === 'registered') {
        await send(deps, { type: 'drain-host', scope: context.scope, hostId: id, status }, context);
        containerInstances.push(instanceDetail(deps.reader.containerInstance(environment, id) ?? view));
      } else failures.push({ arn: containerInstanceArn(context.scope, clusterName(environment), id), reason: view === undefined ? 'MISSING' : 'INACTIVE' });
    }
    return { containerInstances, failures };
  },
};
