// UpdateContainerInstancesState: registered hosts and instances are drained, or made active again.

import type {
  Failure,
  UpdateContainerInstancesStateCommandInput,
  UpdateContainerInstancesStateCommandOutput,
} from '@aws-sdk/client-ecs';
import { containerInstanceArn } from '../../core/arn.ts';
import type { ContainerInstanceView } from '../../port/cluster-reader.ts';
import { describable } from './check.ts';
import { onEach } from './access.ts';
import { clusterName, knownCluster } from './cluster.ts';
import { hostIdOf, instanceDetails } from './container-instance.ts';
import type { EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';
import { send } from './send.ts';

export const updateContainerInstancesState: EcsOperation<
  UpdateContainerInstancesStateCommandInput,
  UpdateContainerInstancesStateCommandOutput
> = {
  authorizes: (input, context) =>
    onEach(
      'ecs:UpdateContainerInstancesState',
      'container-instance',
      input.containerInstances,
      input.cluster,
      context,
    ),

  async handle(deps, input, context) {
    const { status } = input;
    if (status !== 'ACTIVE' && status !== 'DRAINING')
      throw invalidParameter('status must be ACTIVE or DRAINING');
    const environment = knownCluster(deps.reader, context.scope, input.cluster);
    const updated: ContainerInstanceView[] = [];
    const failures: Failure[] = [];
    for (const given of describable(input.containerInstances, 'containerInstances')) {
      const id = hostIdOf(given);
      const view = deps.reader.containerInstance(environment, id);
      if (view === undefined || view.host.kind === 'machine') {
        failures.push({
          arn: containerInstanceArn(context.scope, clusterName(environment), id),
          reason: view === undefined ? 'MISSING' : 'INACTIVE',
        });
        continue;
      }
      await send(deps, { type: 'drain-host', scope: context.scope, hostId: id, status }, context);
      // An idle instance that is drained is gone at once.
      updated.push(
        deps.reader.containerInstance(environment, id) ?? {
          ...view,
          host: view.host.kind === 'instance' ? { ...view.host, state: 'DRAINING' } : view.host,
        },
      );
    }
    return { containerInstances: await instanceDetails(deps, updated, context), failures };
  },
};
