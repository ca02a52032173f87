// DeregisterContainerInstance: a registered host leaves its cluster, an instance ends; with `force`
// also while jobs run there, which then end as if the host had.

import type {
  DeregisterContainerInstanceCommandInput,
  DeregisterContainerInstanceCommandOutput,
} from '@aws-sdk/client-ecs';
import { onCluster } from './access.ts';
import { knownCluster } from './cluster.ts';
import { hostIdOf, instanceDetails } from './container-instance.ts';
import type { EcsOperation } from './deps.ts';
import { instanceNotFound, invalidParameter } from './error.ts';
import { send } from './send.ts';

export const deregisterContainerInstance: EcsOperation<
  DeregisterContainerInstanceCommandInput,
  DeregisterContainerInstanceCommandOutput
> = {
  authorizes: (input, context) =>
    onCluster('ecs:DeregisterContainerInstance', input.cluster, context),

  async handle(deps, input, context) {
    const environment = knownCluster(deps.reader, context.scope, input.cluster);
    const view = deps.reader.containerInstance(
      environment,
      hostIdOf(input.containerInstance ?? ''),
    );
    if (view === undefined) throw instanceNotFound();
    if (view.host.kind === 'machine')
      throw invalidParameter('this machine was not registered and cannot be deregistered');
    await send(
      deps,
      {
        type: 'deregister-host',
        scope: context.scope,
        hostId: view.host.id,
        force: input.force ?? false,
      },
      context,
    );
    const [detail] = await instanceDetails(deps, [view], context);
    return { containerInstance: { ...detail, status: 'INACTIVE', agentConnected: false } };
  },
};
