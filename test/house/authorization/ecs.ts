// What the service authorization reference says of Amazon ECS (September 2026).

import { on, type Reference } from './reference.ts';

export const ecs: Reference = {
  types: {
    'capacity-provider': 'arn:*:ecs:*:*:capacity-provider/*',
    cluster: 'arn:*:ecs:*:*:cluster/*',
    'container-instance': 'arn:*:ecs:*:*:container-instance/*/*',
    daemon: 'arn:*:ecs:*:*:daemon/*/*',
    'daemon-task-definition': 'arn:*:ecs:*:*:daemon-task-definition/*:*',
    service: 'arn:*:ecs:*:*:service/*/*',
    task: 'arn:*:ecs:*:*:task/*/*',
    'task-definition': 'arn:*:ecs:*:*:task-definition/*:*',
    'task-set': 'arn:*:ecs:*:*:task-set/*/*/*',
  },
  actions: {
    DeregisterContainerInstance: on('cluster*'),
    DescribeClusters: on('cluster*'),
    DescribeContainerInstances: on('container-instance*', 'ecs:cluster'),
    DescribeTaskDefinition: on(),
    DescribeTasks: on('task*', 'ecs:cluster'),
    ExecuteCommand: on('cluster* task*', 'ecs:cluster ecs:container-name ecs:task'),
    ListClusters: on(),
    ListContainerInstances: on('cluster*'),
    ListTasks: on('container-instance*', 'ecs:cluster'),
    RegisterContainerInstance: on('cluster*', 'aws:RequestTag aws:TagKeys'),
    TagResource: on(
      'capacity-provider cluster container-instance daemon daemon-task-definition service task task-definition task-set',
      'aws:RequestTag aws:TagKeys ecs:CreateAction',
    ),
    UpdateContainerInstancesState: on('container-instance*', 'ecs:cluster'),
  },
  operations: {
    RegisterContainerInstance: 'ecs:RegisterContainerInstance ecs:TagResource',
  },
  members: {},
  deviations: {
    'ListTasks: ecs:ListTasks on *': 'A request may name no container instance.',
    'RegisterContainerInstance never asks for ecs:TagResource':
      'Tags of container instances are refused.',
    'RegisterContainerInstance: ecs:RegisterContainerInstance without aws:RequestTag': 'As above.',
    'RegisterContainerInstance: ecs:RegisterContainerInstance without aws:TagKeys': 'As above.',
  },
};
