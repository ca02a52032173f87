// A container's specification becomes the body of Docker's create call, property by property as the
// user guide's chapter Job Definition Parameters names the docker run options. Pure: what cannot be
// given to Docker is said in words, not thrown.

import type {
  Device,
  KeyValuePair,
  LinuxParameters,
  LogConfiguration,
  MountPoint,
  Tmpfs,
} from '@aws-sdk/client-batch';
import type { AttemptId } from '../../base/ids.ts';
import type { ContainerSpec, HiddenPair } from '../../port/engine.ts';
import type { FoundSource } from '../found-sources.ts';
import { nodeAddressVariable } from '../job-networks.ts';
import type { AnchorBody, CreateBody, DeviceMapping, LogConfig } from './docker-api.ts';
import { routedLog, routerMounts, socketPathProblem } from './log-routing.ts';
import {
  anchorHost,
  anchorImage,
  namespaces,
  taskLabel,
  taskLabels,
  taskName,
  type Anchor,
} from './namespaces.ts';
import { volumeMounts } from './volume-mounts.ts';

export const attemptLabel = 'longshore.attempt';
export const markLabel = 'longshore.instance';
/** `kept`: the output stays with the engine, where `logs` reads it. */
export const outputLabel = 'longshore.output';

/**
 * On a private network and on the containers in it: the network's id, which is the main node's
 * attempt.
 */
export const networkLabel = 'longshore.network';
/** Docker forgets the address of a container that has ended. */
export const addressLabel = 'longshore.address';

/**
 * A container has its image's labels as well: whatever is read back of a container is said of each,
 * empty where there is nothing to say, so that no image says it instead.
 */
const nothingSaid = { [outputLabel]: '', [networkLabel]: '', [addressLabel]: '', [taskLabel]: '' };

export const containerName = (containerId: string): string => `longshore-${containerId}`;

export const networkName = (id: string): string => `longshore-${id}`;

/** The place of a node in the private network of its job. */
export interface Seat {
  readonly networkId: AttemptId;
  /** What Docker calls the network. */
  readonly dockerId: string;
  readonly address: string;
}

export interface MappingOptions {
  /** Tells the servers apart that use one Docker engine (ADR 0018). */
  readonly mark: string;
  readonly jobNetwork: 'host' | 'bridge';
  /** Processes and threads that a container may have at once; absent: any number, as on ECS. */
  readonly pidsLimit?: number | undefined;
  /** The driver that keeps output for `logs`. */
  readonly keptOutput: LogConfig;
  /** The daemon's storage driver sets no bounds on what a container stores. */
  readonly storageUnbounded?: boolean | undefined;
  /** The daemon can drop output that comes too fast, where it should not hold a container up. */
  readonly dropsOutput: boolean;
}

type Mapped = { readonly body: CreateBody } | { readonly cannotStart: string };

const mib = 1024 * 1024;
/**
 * What Docker gives to every container of root and ours do not have: with it they would read what
 * passes on their network, the credentials of other jobs among it.
 */
const listening = ['NET_RAW'];
/** Docker refuses less; AWS allows 4 MiB. */
const leastMemoryMib = 6;

/** What was made or found for one container. */
interface Surroundings {
  /** Of a node in a private network. */
  readonly seat?: Seat | undefined;
  /** Of one of several containers of an attempt. */
  readonly anchor?: Anchor | undefined;
  /** Of volumes on file systems of AWS, by name. */
  readonly sources?: ReadonlyMap<string, FoundSource> | undefined;
  /** On the daemon's host: where its output is routed to. */
  readonly routerSocket?: string | undefined;
}

/** What the daemon is asked for, and what instead where it cannot bound what is stored. */
export interface CreateBodies {
  readonly body: CreateBody;
  readonly unbounded?: CreateBody | undefined;
}

/** As {@link createBody}. */
export function createBodies(
  spec: ContainerSpec,
  options: MappingOptions,
  surroundings: Surroundings,
): CreateBodies | { readonly cannotStart: string } {
  const mapped = createBody(spec, options, surroundings);
  if ('cannotStart' in mapped || mapped.body.HostConfig.StorageOpt === undefined) return mapped;
  const { body } = mapped;
  return {
    body,
    unbounded: { ...body, HostConfig: { ...body.HostConfig, StorageOpt: undefined } },
  };
}

const usualNetwork = (
  { network }: ContainerSpec,
  { jobNetwork }: MappingOptions,
  seat: Seat | undefined,
): string => seat?.dockerId ?? (network?.kind === 'host' ? 'host' : jobNetwork);

/** The container that holds namespaces for those of the task; undefined: none is needed. */
export function anchorBody(
  spec: ContainerSpec,
  options: MappingOptions,
  seat?: Seat,
): AnchorBody | undefined {
  const host = spec.task && anchorHost(spec.task, usualNetwork(spec, options, seat));
  return (
    host && {
      Image: anchorImage,
      Labels: { ...spec.labels, ...taskLabels(spec.task), [markLabel]: options.mark },
      HostConfig: host,
      NetworkingConfig: networking(seat),
    }
  );
}

const networking = (seat: Seat | undefined): CreateBody['NetworkingConfig'] =>
  seat && {
    EndpointsConfig: { [seat.dockerId]: { IPAMConfig: { IPv4Address: seat.address } } },
  };

/** `cannotStart` is what the user reads. */
export function createBody(
  spec: ContainerSpec,
  options: MappingOptions,
  { seat, anchor, sources = new Map(), routerSocket }: Surroundings = {},
): Mapped {
  const impossible = cannotGive(spec, routerSocket);
  if (impossible !== undefined) return { cannotStart: impossible };
  const linux = spec.linuxParameters ?? {};
  const memory = Math.max(spec.memoryMib, leastMemoryMib) * mib;
  const kept = keepsOutput(spec.logConfiguration);
  const storageGib = spec.ephemeralStorageGib;
  const own = { [attemptLabel]: spec.containerId, [markLabel]: options.mark };
  const usual = usualNetwork(spec, options, seat);
  const joined = namespaces(spec.task, usual, anchor);
  return {
    body: {
      Image: spec.image,
      Entrypoint: spec.entrypoint && [...spec.entrypoint],
      Cmd: spec.command.length > 0 ? spec.command : undefined,
      // A name given twice: the last counts, as in every list of a job; Docker would pass both.
      Env: [
        ...new Map(
          environmentOf(spec, seat).map((entry) => [
            entry.name,
            `${entry.name}=${entry.value ?? ''}`,
          ]),
        ),
      ].flatMap(([name, text]) => (name ? text : [])),
      User: spec.user || undefined,
      Labels: {
        ...spec.labels,
        ...nothingSaid,
        ...own,
        ...(kept && { [outputLabel]: 'kept' }),
        ...taskLabels(spec.task),
        ...(seat && { [networkLabel]: seat.networkId, [addressLabel]: seat.address }),
      },
      HostConfig: {
        ...joined,
        ExtraHosts: some(spec.hostNames?.map((name) => `${name}:127.0.0.1`)),
        CpuShares: cpuShares(spec.milliVcpu),
        Memory: memory,
        PidsLimit: options.pidsLimit,
        ...swap(linux, memory),
        ...(spec.privileged ? { Privileged: true } : { CapDrop: listening }),
        ReadonlyRootfs: spec.readonlyRootFilesystem || undefined,
        Init: linux.initProcessEnabled || undefined,
        ShmSize: linux.sharedMemorySize ? linux.sharedMemorySize * mib : undefined,
        Ulimits: some(
          spec.ulimits?.map((limit) => ({
            Name: limit.name ?? '',
            Soft: limit.softLimit ?? 0,
            Hard: limit.hardLimit ?? 0,
          })),
        ),
        ...volumeMounts({
          volumes: spec.volumes ?? [],
          mountPoints: spec.mountPoints ?? [],
          sources,
          ...(spec.task === undefined
            ? { namePrefix: containerName(spec.containerId), labels: own }
            : {
                isOfTask: true,
                namePrefix: taskName(spec.task.attemptId),
                labels: { ...taskLabels(spec.task), [markLabel]: options.mark },
              }),
          more: routerMounts(spec.logRouter, spec.containerId, own),
        }),
        StorageOpt:
          storageGib !== undefined && !options.storageUnbounded
            ? { size: `${storageGib}G` }
            : undefined,
        Tmpfs: linux.tmpfs?.length ? Object.fromEntries(linux.tmpfs.map(tmpfsEntry)) : undefined,
        Devices: some(linux.devices?.map(deviceMapping)),
        DeviceRequests:
          spec.gpus > 0
            ? [{ Driver: 'nvidia', Count: spec.gpus, Capabilities: [['gpu']] }]
            : undefined,
        LogConfig: kept ? keptOutput(spec.logConfiguration, options) : logOf(spec, routerSocket),
      },
      NetworkingConfig: joined.NetworkMode === usual ? networking(seat) : undefined,
    },
  };
}

const environmentOf = (
  { environment, secretEnvironment }: ContainerSpec,
  seat: Seat | undefined,
): readonly KeyValuePair[] => [
  ...environment,
  ...revealed(secretEnvironment).map(([name, value]) => ({ name, value })),
  ...(seat === undefined ? [] : [{ name: nodeAddressVariable, value: seat.address }]),
];

const revealed = (pairs: readonly HiddenPair[] = []): [name: string, value: string][] =>
  pairs.map(({ name, value }) => [name, value.reveal()]);

/**
 * Whether the engine keeps the output: no driver named, or awslogs, which is served from our own
 * logs.
 */
const keepsOutput = (configuration: LogConfiguration | undefined): boolean =>
  (configuration?.logDriver ?? 'awslogs') === 'awslogs';

function logOf(
  { logConfiguration, secretLogOptions, routedTo }: ContainerSpec,
  routerSocket: string | undefined,
): LogConfig {
  if (routedTo !== undefined && routerSocket !== undefined)
    return routedLog(routedTo, routerSocket);
  return {
    Type: logConfiguration?.logDriver ?? '',
    Config: {
      ...logConfiguration?.options,
      ...Object.fromEntries(revealed(secretLogOptions)),
    },
  };
}

/**
 * Docker puts the buffer of `mode` before whatever driver there is, so that awslogs' works with
 * ours.
 */
function keptOutput(
  configuration: LogConfiguration | undefined,
  { keptOutput: kept, dropsOutput }: MappingOptions,
): LogConfig {
  const { mode, 'max-buffer-size': size } = configuration?.options ?? {};
  if (!dropsOutput || (!size && mode !== 'non-blocking')) return kept;
  return {
    ...kept,
    Config: { ...kept.Config, mode: 'non-blocking', ...(size && { 'max-buffer-size': size }) },
  };
}

const some = <T>(items: readonly T[] | undefined): readonly T[] | undefined =>
  items && items.length > 0 ? items : undefined;

/** 1,024 a vCPU, within what the kernel takes: 2 to 262,144 (256 vCPUs). */
const cpuShares = (milliVcpu: number): number =>
  Math.min(262_144, Math.max(2, Math.round((milliVcpu * 1024) / 1000)));

/**
 * `maxSwap` comes on top of memory and makes `swappiness` count; without it Docker allows as much
 * swap as memory.
 */
function swap(
  linux: LinuxParameters,
  memory: number,
): { MemorySwap?: number; MemorySwappiness?: number } {
  if (linux.maxSwap === undefined || linux.maxSwap === null) return {};
  return {
    MemorySwap: memory + linux.maxSwap * mib,
    ...(linux.swappiness !== undefined &&
      linux.swappiness !== null && { MemorySwappiness: linux.swappiness }),
  };
}

/** Size first and options as given, as the ECS agent hands them to Docker. */
const tmpfsEntry = (tmpfs: Tmpfs): [string, string] => [
  tmpfs.containerPath ?? '',
  [...(tmpfs.mountOptions ?? []), `size=${tmpfs.size}m`].join(','),
];

const permissionLetters = { READ: 'r', WRITE: 'w', MKNOD: 'm' } as const;

function deviceMapping(device: Device): DeviceMapping {
  const given = device.permissions?.length
    ? device.permissions
    : (['READ', 'WRITE', 'MKNOD'] as const);
  return {
    PathOnHost: device.hostPath ?? '',
    PathInContainer: device.containerPath || (device.hostPath ?? ''),
    CgroupPermissions: (['READ', 'WRITE', 'MKNOD'] as const)
      .filter((permission) => given.includes(permission))
      .map((permission) => permissionLetters[permission])
      .join(''),
  };
}

function cannotGive(spec: ContainerSpec, routerSocket: string | undefined): string | undefined {
  // Docker would look for a plugin of that name for a quarter of a minute.
  if (spec.logConfiguration?.logDriver === 'awsfirelens' && routerSocket === undefined)
    return 'CannotCreateContainerError: log driver awsfirelens needs a container that routes its output, and none is there';
  const unreachable = routerSocket === undefined ? undefined : socketPathProblem(routerSocket);
  if (unreachable !== undefined) return `CannotCreateContainerError: ${unreachable}`;
  // A definition of an earlier version may have one: in a bind it would be an option.
  const paths = [
    ...(spec.volumes ?? []).map((volume) => volume.host?.sourcePath ?? ''),
    ...(spec.mountPoints ?? []).map((point) => point.containerPath ?? ''),
  ];
  const ambiguous = paths.find((path) => path.includes(':'));
  if (ambiguous !== undefined)
    return `CannotCreateContainerError: Error response from daemon: invalid volume specification: '${ambiguous}'`;
  const names = new Set((spec.volumes ?? []).map((volume) => volume.name));
  const stray = spec.mountPoints?.find((point: MountPoint) => !names.has(point.sourceVolume));
  if (stray)
    return `CannotCreateContainerError: mount point ${stray.containerPath} names the volume ${stray.sourceVolume}, which the job definition does not have`;
  return undefined;
}
