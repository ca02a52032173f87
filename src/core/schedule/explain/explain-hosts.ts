// Why a job waits for a host, in plain words: none is large enough, none is there, none takes jobs,
// or it is full; and what would help: of what Batch manages larger instance types or a larger
// machine, of what the user brings another host.

import { clusterArnOf, isPlacedByCluster } from '../../compute-environment/compute-environment.ts';
import { never } from '../../../base/assert.ts';
import { instanceIdOf, type EnvironmentHost } from '../../host/host.ts';
import { needsText, subtractNeeds, type Needs } from '../../job/needs.ts';
import type { JobQueue } from '../../job-queue/job-queue.ts';
import type { World } from '../../world/world.ts';
import { addTypeRemedies, askForLess, lackOf, largerCapacity, registerHost } from './advice.ts';
import type { Blocked, TooLarge } from '../fit/blocked.ts';
import type { Words } from '../words.ts';
import { heldByOthers, sliceCouldEver } from '../fit/host-room.ts';

const noHost = "no host of this queue's compute environments";
const vcpus = (milliVcpu: number): string => String(milliVcpu / 1000);

export function tooLargeWords(
  world: World,
  because: TooLarge,
  needs: Needs,
  asks: string,
  queue: JobQueue,
): Words {
  const { what, environments, largest } = because;
  const names = environments.map(({ name }) => name);
  const of = `${environments.length === 1 ? 'compute environment' : 'compute environments'} ${names.join(', ')}`;
  const less = askForLess(needs, largest);
  switch (what) {
    case 'types': {
      const types = environments
        .slice(0, 1)
        .flatMap((environment) =>
          addTypeRemedies(world, environment, needs, lackOf(needs, largest), queue),
        );
      return {
        text: `${asks} for ${tooLargeText(needs, largest, `no instance type of ${of}`, ' MiB for jobs')}`,
        remedies: [...types, ...machineRemedies(world, needs, ' as well'), ...less],
      };
    }
    case 'hosts': {
      const [environment] = environments as [(typeof environments)[0]];
      return {
        text: `${asks} for ${tooLargeText(needs, largest, noHost)}`,
        remedies: [
          `register a host with ${lackOf(needs, largest)}: ${registerHost(environment, needs.gpus > 0 ? ` --gpus ${needs.gpus}` : '')}`,
          ...less,
        ],
      };
    }
    case 'machine':
      return {
        text: `${asks} for ${tooLargeText(needs, largest, noHost)}`,
        remedies: [...machineRemedies(world, needs, ''), ...less],
      };
    default:
      return never(what);
  }
}

/**
 * What this machine lacks for ever, whatever instances are slices of it: GPUs alone, for a job that
 * is larger otherwise runs alone.
 */
function machineRemedies(world: World, needs: Needs, too: string): string[] {
  const [machine] = world.hosts.machines();
  if (machine === undefined || sliceCouldEver(world, needs)) return [];
  return [
    `this machine has ${machine.capacity.gpus === 0 ? 'no GPUs' : `${machine.capacity.gpus} GPU`} for jobs${too}: where it has them, start the server with ${largerCapacity({ ...machine.capacity, gpus: needs.gpus }, machine)}`,
  ];
}

/** By what is too much of it, where that can be said of one thing. */
function tooLargeText(needs: Needs, largest: Needs, none: string, what = ''): string {
  if (needs.gpus > largest.gpus)
    return `${needs.gpus} GPU and ${none} has more than ${largest.gpus}`;
  if (needs.milliVcpu > largest.milliVcpu)
    return `${vcpus(needs.milliVcpu)} vCPU and ${none} has more than ${vcpus(largest.milliVcpu)}`;
  if (needs.memoryMib > largest.memoryMib)
    return `${needs.memoryMib} MiB and ${none} has more than ${largest.memoryMib}${what}`;
  return `${needsText(needs)} and ${none} has all of it`;
}

/** This machine is not there: not yet, or never. */
export const noHostWords = ({ settings }: World, { name }: JobQueue): Words =>
  settings.hasMachine
    ? {
        text: "no host is available for this queue's compute environments",
        remedies: ["look into the server's log: this machine has not joined"],
      }
    : {
        text: 'waiting for a machine: this server has no engine of its own',
        remedies: [
          'start the server with an engine: longshore up --engine docker',
          `give queue ${name} a compute environment whose jobs run on hosts that are brought to it, in place of those it has`,
        ],
      };

export function otherArchitectureWords({
  environment,
  wanted,
  found,
}: Blocked & { type: 'other-architecture' }): Words {
  return {
    text: `the job is for ${wanted} (runtimePlatform), and the hosts of compute environment ${environment.name} run ${found}`,
    remedies: [
      `register its definition for ${found}, with an image for it: cpuArchitecture ${cpuArchitectures[found] ?? found} in its runtimePlatform, or none`,
      `run the server on a machine that runs ${wanted}`,
    ],
  };
}

/** Batch's words for EC2's. */
const cpuArchitectures: Readonly<Record<string, string>> = { x86_64: 'X86_64', arm64: 'ARM64' };

export function noHostRegisteredWords({
  environment,
}: Blocked & { type: 'no-host-registered' }): Words {
  const { name } = environment;
  const clusterArn = clusterArnOf(environment);
  if (clusterArn !== undefined && isPlacedByCluster(environment))
    return {
      text: `waiting for the cluster of compute environment ${name}: it has not been heard of yet`,
      remedies: [unheardRemedy],
    };
  if (clusterArn !== undefined)
    return {
      text: `waiting for a node: the cluster of compute environment ${name} has none that takes jobs`,
      remedies: [`add a node to cluster ${clusterArn}`],
    };
  return {
    text: `waiting for a host: none is registered with UNMANAGED compute environment ${name}`,
    remedies: [`register a host with compute environment ${name}: ${registerHost(environment)}`],
  };
}

export function hostsUnavailableWords({
  environment,
  host,
  why,
  hosts,
}: Blocked & { type: 'hosts-unavailable' }): Words {
  const others =
    hosts === 1
      ? ''
      : `; of the ${hosts} hosts of compute environment ${environment.name} none takes jobs`;
  return {
    text: `waiting for a host: ${why}${others}`,
    remedies:
      host.kind === 'registered'
        ? registeredRemedies(host, environment)
        : instanceRemedies(host, environment),
  };
}

const unheardRemedy = "see in the server's log why it is not reached; when it answers, jobs go on";

/** It is up to the cluster: our books would have room. */
export const clusterBusyWords = (
  { host, waiting }: Blocked & { type: 'cluster-busy' },
  { name }: JobQueue,
): Words => ({
  text: `waiting for ${host.title}: ${waiting === 1 ? 'a pod waits' : `${waiting} pods wait`} there for a node, and no more are given to it before that`,
  remedies: [
    `see why they wait: longshore jobs --queue ${name} --status STARTING`,
    'add nodes to the cluster, or have an autoscaler add them',
    'let more wait there at once: start the server with a larger --pods-waiting',
  ],
});

type Environment = (Blocked & { type: 'hosts-unavailable' })['environment'];

function registeredRemedies(
  host: EnvironmentHost & { kind: 'registered' },
  environment: Environment,
): string[] {
  const another = `register another host: ${registerHost(environment)}`;
  if (host.lost !== undefined)
    return [
      `see why the engine at ${host.endpoint.url} does not answer the server; when it does, jobs go on`,
      another,
    ];
  if (host.unfit !== undefined)
    return [
      `see what it lacks (longshore ami validate ${host.id}), then register it again`,
      another,
    ];
  if (host.oldContainers.length > 0) return ['wait until what ran there before has ended', another];
  return [`activate it: longshore instance activate ${instanceIdOf(host)}`, another];
}

function instanceRemedies(
  host: EnvironmentHost & { kind: 'instance' },
  environment: Environment,
): string[] {
  const { name, type } = environment;
  if (host.unheard) return [unheardRemedy];
  const image = host.imageId === undefined ? 'another image' : `another image than ${host.imageId}`;
  if (host.unfit !== undefined) {
    const check =
      host.imageId === undefined
        ? []
        : [
            `see what the image lacks: longshore ami validate ${host.imageId} --instance-type ${host.instanceType}`,
          ];
    return type === 'MANAGED'
      ? [
          `give compute environment ${name} ${image}, or none for the default one: imageId of its computeResources, or of its launch template`,
          ...check,
        ]
      : [`launch an instance from ${image}`, ...check];
  }
  switch (host.state) {
    case 'PENDING':
    case 'RUNNING':
      return host.unfitForNodes === undefined ? [] : [`launch instances from ${image}`];
    case 'DRAINING':
      return [
        `activate it: longshore instance activate ${instanceIdOf(host)}`,
        `launch another instance into the cluster of compute environment ${name}`,
      ];
    case 'SHUTTING_DOWN':
      return [`launch another instance into the cluster of compute environment ${name}`];
    default:
      return never(host.state);
  }
}

export function hostFullWords(
  because: Blocked & { type: 'host-full' },
  needs: Needs,
  jobIs: string,
): Words {
  const { host, used } = because;
  const { capacity, title } = host;
  if (host.kind === 'instance' && host.atMost !== undefined && heldByOthers(host, needs))
    return {
      text: `waiting for ${title}: pods of others hold ${needsText(subtractNeeds(host.atMost, capacity))} of its ${needsText(host.atMost)}`,
      remedies: ['wait until they have ended', 'give the cluster another node'],
    };
  const isMachine = host.kind === 'machine';
  if (needs.milliVcpu > capacity.milliVcpu || needs.memoryMib > capacity.memoryMib) {
    return {
      text: `waiting for ${title}: ${jobIs} larger than it (${needsText(needs)} of ${needsText(capacity)}) and will run alone`,
      remedies: [
        'wait until nothing else runs there',
        ...(isMachine
          ? [`let it count as larger: start the server with ${largerCapacity(needs, host)}`]
          : []),
        `submit it again with ${needsText(capacity)} or less`,
      ],
    };
  }
  const more = isMachine
    ? 'let more run at once: start the server with a larger --capacity'
    : 'let more run at once: register another host';
  const remedies = ['wait until jobs that run there have ended', more];
  if (used.milliVcpu + needs.milliVcpu > capacity.milliVcpu)
    return {
      text: `waiting for ${title}: ${vcpus(used.milliVcpu)} of ${vcpus(capacity.milliVcpu)} cores in use`,
      remedies,
    };
  if (used.memoryMib + needs.memoryMib > capacity.memoryMib)
    return {
      text: `waiting for ${title}: ${used.memoryMib} of ${capacity.memoryMib} MiB of memory in use`,
      remedies,
    };
  return { text: `waiting for ${title}: ${used.gpus} of ${capacity.gpus} GPUs in use`, remedies };
}
