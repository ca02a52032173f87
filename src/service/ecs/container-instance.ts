// A host as ECS shows a container instance, and how callers name one: by its id, or by an ARN of the old or the new form.

import type { ContainerInstance, Resource } from '@aws-sdk/client-ecs';
import { hostId, type HostId } from '../../base/ids.ts';
import { containerInstanceArn } from '../../core/arn.ts';
import { architectureOf, instanceIdOf, unavailable } from '../../core/host.ts';
import type { Needs } from '../../core/job/needs.ts';
import type { ContainerInstanceView } from '../../port/cluster-reader.ts';
import { clusterName } from './cluster.ts';

export const instanceArn = ({ host, environment }: ContainerInstanceView): string => containerInstanceArn(environment.scope, clusterName(environment), host.id);

export const hostIdOf = (given: string): HostId => hostId(given.slice(given.lastIndexOf('/') + 1));

export const instanceStatus = ({ host }: ContainerInstanceView): 'ACTIVE' | 'DRAINING' => (host.kind === 'registered' ? host.status : 'ACTIVE');

export function instanceDetail(view: ContainerInstanceView): ContainerInstance {
  const { host } = view;
  const registered = host.kind === 'registered' ? host : undefined;
  return {
    containerInstanceArn: instanceArn(view),
    ec2InstanceId: instanceIdOf(host.id),
    version: 1,
    versionInfo: registered && { dockerVersion: `DockerVersion: ${registered.facts.dockerVersion}` },
    registeredResources: resources(host.capacity),
    remainingResources: resources(view.remaining),
    status: instanceStatus(view),
    statusReason: unavailable(host),
    agentConnected: registered?.lost === undefined,
    runningTasksCount: view.runningTasks,
    pendingTasksCount: view.pendingTasks,
    attributes: registered === undefined ? [] : attributes(registered),
    registeredAt: registered && new Date(registered.registeredAtMs),
    attachments: [],
    tags: [],
  };
}

/** ECS counts 1,024 CPU units a vCPU. A number that no integer member can hold is not shown: the machine of the fake engine has no bound. */
function resources({ milliVcpu, memoryMib, gpus }: Needs): Resource[] {
  const integer = (name: string, value: number): Resource[] => (Math.abs(value) < 2 ** 31 ? [{ name, type: 'INTEGER', integerValue: value }] : []);
  const found = [...integer('CPU', Math.floor((milliVcpu * 1024) / 1000)), ...integer('MEMORY', memoryMib)];
  return gpus > 0 && gpus < 1024 ? [...found, { name: 'GPU', type: 'STRINGSET', stringSetValue: Array.from({ length: gpus }, (_, index) => `GPU-${index}`) }] : found;
}

/** What its Docker engine told, under the names that the ECS agent registers. */
function attributes(host: ContainerInstanceView['host'] & { kind: 'registered' }): { name: string; value?: string }[] {
  const { facts, address } = host;
  return [
    { name: 'ecs.os-type', value: facts.osType },
    { name: 'ecs.cpu-architecture', value: architectureOf(facts) },
    { name: 'longshore.kernel-version', value: facts.kernelVersion },
    { name: 'longshore.operating-system', value: facts.operatingSystem },
    { name: 'longshore.docker-host', value: address.dockerHost },
    ...facts.logDrivers.map((driver) => ({ name: `com.amazonaws.ecs.capability.logging-driver.${driver}` })),
  ];
}
