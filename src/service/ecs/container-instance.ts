// A host as ECS shows a container instance, and how callers name one: by its id, or by an ARN of
// the old or the new form.

import type {
  Attribute,
  ContainerInstance,
  ContainerInstanceStatus,
  Resource,
} from '@aws-sdk/client-ecs';
import { never } from '../../base/assert.ts';
import { hostId, type HostId } from '../../base/ids.ts';
import { containerInstanceArn } from '../../core/arn.ts';
import {
  instanceIdOf,
  unavailable,
  type Instance,
  type RegisteredHost,
} from '../../core/host/host.ts';
import type { Needs } from '../../core/job/needs.ts';
import { architectureName } from '../../core/instance-type/instance-type.ts';
import type { ContainerInstanceView } from '../../port/cluster-reader.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { zoneOfSubnet } from '../ec2/network/zone.ts';
import { clusterName } from './cluster.ts';
import { type EcsDeps } from './deps.ts';

export const instanceArn = ({ host, environment }: ContainerInstanceView): string =>
  containerInstanceArn(environment.scope, clusterName(environment), host.id);

export const hostIdOf = (given: string): HostId => hostId(given.slice(given.lastIndexOf('/') + 1));

export function instanceStatus({
  host,
  hasEnded,
}: ContainerInstanceView): ContainerInstanceStatus | 'INACTIVE' {
  if (hasEnded) return 'INACTIVE';
  if (host.kind === 'machine') return 'ACTIVE';
  if (host.kind === 'registered') return host.status;
  switch (host.state) {
    case 'PENDING':
      return 'REGISTERING';
    case 'RUNNING':
      return host.unfit === undefined ? 'ACTIVE' : 'REGISTRATION_FAILED';
    case 'DRAINING':
      return 'DRAINING';
    case 'SHUTTING_DOWN':
      return 'DEREGISTERING';
    default:
      return never(host.state);
  }
}

/** The instances as ECS shows them. */
export async function instanceDetails(
  { networks, version }: EcsDeps,
  views: readonly ContainerInstanceView[],
  context: RequestContext,
): Promise<ContainerInstance[]> {
  const ec2 = views.some(({ slice }) => slice !== undefined)
    ? await networks.view(context.scope)
    : undefined;
  return views.map((view) =>
    detail(
      view,
      version,
      (instance) => ec2 && zoneOfSubnet(ec2, instance.launch?.subnetId, context.region),
    ),
  );
}

function detail(
  view: ContainerInstanceView,
  agentVersion: string | undefined,
  zoneOf: (instance: Instance) => string | undefined,
): ContainerInstance {
  const { host, slice } = view;
  const status = instanceStatus(view);
  const runtime =
    host.kind === 'registered'
      ? host.facts.runtime
      : (host.kind === 'machine' ? host : slice?.of)?.engine?.runtime;
  const registeredAtMs =
    host.kind === 'registered'
      ? host.registeredAtMs
      : host.kind === 'instance'
        ? host.launchedAtMs
        : undefined;
  return {
    containerInstanceArn: instanceArn(view),
    ec2InstanceId: instanceIdOf(host),
    version: 1,
    versionInfo: {
      agentVersion,
      dockerVersion:
        runtime &&
        `DockerVersion: ${runtime.name === 'Docker' ? '' : `${runtime.name} `}${runtime.version}`,
    },
    registeredResources: resources(host.capacity),
    remainingResources: resources(view.remaining),
    status,
    statusReason: unavailable(host),
    agentConnected:
      host.kind === 'registered'
        ? host.lost === undefined
        : status === 'ACTIVE' || status === 'DRAINING',
    runningTasksCount: view.runningTasks,
    pendingTasksCount: view.pendingTasks,
    attributes:
      host.kind === 'registered'
        ? registeredAttributes(host)
        : host.kind === 'instance'
          ? instanceAttributes(host, slice, zoneOf(host))
          : [],
    registeredAt: registeredAtMs === undefined ? undefined : new Date(registeredAtMs),
    attachments: [],
    tags: [],
  };
}

/**
 * ECS counts 1,024 CPU units a vCPU. A number that no integer member can hold is not shown: the
 * machine of the fake engine has no bound.
 */
function resources({ milliVcpu, memoryMib, gpus }: Needs): Resource[] {
  const integer = (name: string, value: number): Resource[] =>
    Math.abs(value) < 2 ** 31 ? [{ name, type: 'INTEGER', integerValue: value }] : [];
  const found = [
    ...integer('CPU', Math.floor((milliVcpu * 1024) / 1000)),
    ...integer('MEMORY', memoryMib),
  ];
  return gpus > 0 && gpus < 1024
    ? [
        ...found,
        {
          name: 'GPU',
          type: 'STRINGSET',
          stringSetValue: Array.from({ length: gpus }, (_, index) => `GPU-${index}`),
        },
      ]
    : found;
}

/** Under the names that the ECS agent registers: what its Docker engine told. */
function registeredAttributes({ facts, endpoint }: RegisteredHost): Attribute[] {
  return [
    { name: 'ecs.os-type', value: facts.osType },
    { name: 'ecs.cpu-architecture', value: facts.architecture },
    { name: 'longshore.kernel-version', value: facts.kernelVersion },
    { name: 'longshore.operating-system', value: facts.operatingSystem },
    { name: 'longshore.docker-host', value: endpoint.url },
    ...loggingDrivers(facts.logDrivers),
  ];
}

/** Likewise: what its type is, and what the engine of its machine can do. */
function instanceAttributes(
  { instanceType, architecture, imageId, spot, launch }: Instance,
  slice: ContainerInstanceView['slice'],
  zone: string | undefined,
): Attribute[] {
  const given = (name: string, value: string | undefined): Attribute[] =>
    value === undefined ? [] : [{ name, value }];
  return [
    { name: 'ecs.instance-type', value: instanceType },
    ...given('ecs.ami-id', imageId),
    ...given('ecs.availability-zone', zone),
    ...given('ecs.subnet-id', launch?.subnetId),
    { name: 'ecs.os-type', value: 'linux' },
    {
      name: 'ecs.cpu-architecture',
      value: architecture ?? (slice && architectureName(slice.type)),
    },
    { name: 'longshore.instance-lifecycle', value: spot ? 'spot' : 'on-demand' },
    ...loggingDrivers(['awslogs', ...(slice?.of?.engine?.logDrivers ?? [])]),
  ];
}

const loggingDrivers = (drivers: readonly string[]): Attribute[] =>
  [...new Set(drivers)].map((driver) => ({
    name: `com.amazonaws.ecs.capability.logging-driver.${driver}`,
  }));
