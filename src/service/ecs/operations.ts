// The operations of ECS that show where jobs run, and by which hosts of the user's own join and
// leave; by AWS's name. All others answer that they are not built.

import type { OperationTable } from '../../wire/operation.ts';
import type { EcsDeps } from './deps.ts';
import { deregisterContainerInstance } from './deregister-container-instance.ts';
import { describeClusters } from './describe-clusters.ts';
import { describeContainerInstances } from './describe-container-instances.ts';
import { describeTaskDefinition } from './describe-task-definition.ts';
import { describeTasks } from './describe-tasks.ts';
import { executeCommand } from './execute-command.ts';
import { listClusters } from './list-clusters.ts';
import { listContainerInstances } from './list-container-instances.ts';
import { listTasks } from './list-tasks.ts';
import { registerContainerInstance } from './register-container-instance.ts';
import { updateContainerInstancesState } from './update-container-instances-state.ts';

export const ecsOperations: OperationTable<EcsDeps> = {
  DeregisterContainerInstance: deregisterContainerInstance,
  DescribeClusters: describeClusters,
  DescribeContainerInstances: describeContainerInstances,
  DescribeTaskDefinition: describeTaskDefinition,
  DescribeTasks: describeTasks,
  ExecuteCommand: executeCommand,
  ListClusters: listClusters,
  ListContainerInstances: listContainerInstances,
  ListTasks: listTasks,
  RegisterContainerInstance: registerContainerInstance,
  UpdateContainerInstancesState: updateContainerInstancesState,
};
