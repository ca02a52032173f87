// ListContainerInstances: the hosts in a cluster.

import type {
  ListContainerInstancesCommandInput,
  ListContainerInstancesCommandOutput,
} from '@aws-sdk/client-ecs';
import { ContainerInstanceStatus } from '@aws-sdk/client-ecs';
import { oneOf, page } from './check.ts';
import { onCluster } from './access.ts';
import { knownCluster } from './cluster.ts';
import { instanceArn, instanceStatus } from './container-instance.ts';
import type { EcsOperation } from './deps.ts';
import { invalidParameter } from './error.ts';

export const listContainerInstances: EcsOperation<
  ListContainerInstancesCommandInput,
  ListContainerInstancesCommandOutput
> = {
  authorizes: (input, context) => onCluster('ecs:ListContainerInstances', input.cluster, context),

  handle({ reader }, input, { scope }) {
    // The cluster query language is a language of its own; to leave it out silently would answer
    // too much.
    if (input.filter) throw invalidParameter('filter is not supported by Longshore');
    const status = oneOf(ContainerInstanceStatus, input.status, 'status');
    const instances = reader
      .containerInstances(knownCluster(reader, scope, input.cluster))
      .filter((view) => status === undefined || instanceStatus(view) === status);
    const { names, nextToken } = page(instances.map(instanceArn), input);
    return { containerInstanceArns: names, nextToken };
  },
};
