// Where the output of a task's containers goes by FireLens: what its router is told, and what those
// whose output it routes. Pure; without a router nothing is said.

import type {
  ContainerProperties,
  EcsTaskProperties,
  FirelensConfigurationType,
  Secret,
} from '@aws-sdk/client-batch';
import { containerIdOf, type AttemptId } from '../../base/ids.ts';
import {
  bufferLimitOf,
  isRouted,
  routedTag,
  routerFile,
  routerIndexOf,
  routerSecrets,
  routerSocket,
  type RouterFacts,
} from '../../core/job/firelens.ts';
import type { ContainerSpec } from '../../port/engine.ts';

interface Routing {
  readonly spec: Pick<ContainerSpec, 'logRouter' | 'routedTo'>;
  /** As what its secrets are fetched for: the router has those of the others' options. */
  readonly container: ContainerProperties;
}

/** `container` is the one at that index, as if it stood alone. */
export function routingOf(
  container: ContainerProperties,
  task: EcsTaskProperties | undefined,
  index: number,
  attemptId: AttemptId,
  facts: () => RouterFacts,
): Routing {
  const router = task && routerIndexOf(task);
  const own = task?.containers?.[index];
  if (task === undefined || own === undefined || router === undefined)
    return { spec: {}, container };
  if (index === router) return routerOf(container, own.firelensConfiguration?.type, task, facts());
  if (!isRouted(own)) return { spec: {}, container };
  const { options } = own.logConfiguration ?? {};
  return {
    spec: {
      routedTo: {
        containerId: containerIdOf(attemptId, router),
        socketName: routerSocket.name,
        tag: routedTag(own.name ?? '', attemptId),
        bufferLimit: bufferLimitOf(options),
      },
    },
    container: { ...container, logConfiguration: { logDriver: 'awsfirelens' } },
  };
}

function routerOf(
  container: ContainerProperties,
  type: FirelensConfigurationType | undefined,
  task: EcsTaskProperties,
  facts: RouterFacts,
): Routing {
  const secrets: Secret[] = [...(container.secrets ?? []), ...routerSecrets(task)];
  // Fluentd gives up root unless it is told not to, and could not listen where Docker's root does.
  const asRoot = type === 'fluentd' ? [{ name: 'FLUENT_UID', value: '0' }] : [];
  const environment = [...asRoot, ...(container.environment ?? [])];
  return {
    spec: { logRouter: { socket: routerSocket, file: routerFile(task, facts) } },
    container: { ...container, secrets, environment },
  };
}
