// The compute resource AMI specification (user guide, chapter Compute Resource AMIs): what an image
// must have so that an instance from it takes jobs. Says exactly which requirement fails; what
// follows from that is decided elsewhere.

import type { Architecture } from '../instance-type/instance-type.ts';
import type { HostFacts } from '../host/host.ts';
import type { Image, ImageAgent } from './image.ts';

type Requirement =
  | 'linux'
  | 'virtualization'
  | 'kernel'
  | 'architecture'
  | 'docker'
  | 'agent'
  | 'agent-at-boot'
  | 'agent-checkpoint'
  | 'awslogs'
  | 'gpu-drivers'
  | 'ecs-init';

/** How one requirement stands. */
interface Finding {
  readonly requirement: Requirement;
  /** Undefined: that depends on what the image is used for, which was not said. */
  readonly met: boolean | undefined;
  /** For people, as what one has: `Docker 1.8.3`. */
  readonly found: string;
  /** Likewise: `Docker 1.9 or later`. */
  readonly needed: string;
}

interface Failure {
  readonly requirement: Requirement;
  /** For people: what is there, and what is needed. */
  readonly text: string;
}

/** What an instance from the image is for. */
export interface ImageUse {
  readonly architecture: Architecture;
  /** The instance type has GPUs that jobs can ask for. */
  readonly gpus: boolean;
  /** Nodes of multi-node parallel jobs run on it. */
  readonly multiNode: boolean;
  /** ECS_AVAILABLE_LOGGING_DRIVERS where user data sets it; it takes the place of the image's. */
  readonly loggingDrivers?: readonly string[] | undefined;
}

const leastKernel = '3.10';
const leastDocker = '1.9';
const checkpointPath = '/var/lib/ecs/data/ecs_agent_data.json';

/**
 * Every requirement that the image fails, in the order of the specification; empty where it passes.
 */
export const checkImage = (image: Image, use: ImageUse): readonly Failure[] =>
  failuresOf(judgeImage(image, use), image.id);

/**
 * What keeps all jobs from an instance of the image, and what only nodes of multi-node parallel
 * jobs; absent: nothing.
 */
export function imageFailures(
  image: Image,
  use: Omit<ImageUse, 'multiNode'>,
): { readonly unfit: string | undefined; readonly unfitForNodes: string | undefined } {
  const failures = checkImage(image, { ...use, multiNode: true });
  const textOf = (some: readonly Failure[]): string | undefined =>
    some.map(({ text }) => text).join('; ') || undefined;
  return {
    unfit: textOf(failures.filter(({ requirement }) => requirement !== 'ecs-init')),
    unfitForNodes: textOf(failures.filter(({ requirement }) => requirement === 'ecs-init')),
  };
}

/**
 * What of the specification a host of the user's own fails, by what it says of itself; empty where
 * it passes.
 */
export const checkHost = (facts: HostFacts): readonly Failure[] =>
  failuresOf(judgeHost(facts), 'it');

const failuresOf = (findings: readonly Finding[], subject: string): Failure[] =>
  findings
    .filter(({ met }) => met === false)
    .map(({ requirement, found, needed }) => ({
      requirement,
      text: `${subject} has ${found}; it must have ${needed}`,
    }));

/**
 * How the image stands with every requirement, in the order of the specification. What is left out
 * of `use` is not known. Windows is judged no further, and neither is an agent that is not there.
 */
export function judgeImage(
  { architecture, virtualization, software }: Image,
  use: Partial<ImageUse>,
): readonly Finding[] {
  const { operatingSystem, kernel, docker, agent, ecsInit, gpuDrivers } = software;
  if (operatingSystem === 'windows') return [notLinux('Windows')];
  const drivers = use.loggingDrivers ?? agent?.loggingDrivers ?? [];
  const system =
    operatingSystem === 'amazon-linux' ? 'Amazon Linux' : 'a Linux other than Amazon Linux';
  return [
    { requirement: 'linux', met: true, found: system, needed: linux },
    {
      requirement: 'virtualization',
      met: virtualization === 'hvm',
      found: `virtualization type ${virtualization}`,
      needed: 'hvm',
    },
    kernelFinding(kernel),
    {
      requirement: 'architecture',
      met: use.architecture && use.architecture === architecture,
      found: `architecture ${architecture}`,
      needed: use.architecture ?? 'that of the instance type',
    },
    runtimeFinding(docker === undefined ? undefined : { name: 'Docker', version: docker }),
    {
      requirement: 'agent',
      met: agent !== undefined,
      found: agent === undefined ? 'no container agent' : `container agent ${agent.version}`,
      needed: 'the Amazon ECS container agent',
    },
    ...(agent === undefined ? [] : agentFindings(agent, ecsInit)),
    ...(agent === undefined ? [] : [awslogsFinding(drivers, 'ECS_AVAILABLE_LOGGING_DRIVERS')]),
    {
      requirement: 'gpu-drivers',
      met: gpuDrivers || (use.gpus === undefined ? undefined : !use.gpus),
      found: gpuDrivers ? 'GPU drivers' : 'no GPU drivers',
      needed: 'GPU drivers where the instance type has GPUs',
    },
    {
      requirement: 'ecs-init',
      met:
        (operatingSystem === 'amazon-linux' && ecsInit) ||
        (use.multiNode === undefined ? undefined : !use.multiNode),
      found: `${system} with${ecsInit ? '' : 'out'} ecs-init`,
      needed: 'Amazon Linux with ecs-init, where multi-node parallel jobs run',
    },
  ];
}

/**
 * How a host stands with every requirement that a host can fail, by what it says of itself. Its
 * agent is this server.
 */
export function judgeHost({
  osType,
  operatingSystem,
  kernelVersion,
  runtime,
  logDrivers,
  gpus,
  canGiveGpus,
}: HostFacts): readonly Finding[] {
  if (osType !== 'linux') return [notLinux(osType || 'an unknown system')];
  return [
    { requirement: 'linux', met: true, found: operatingSystem || 'Linux', needed: linux },
    kernelFinding(kernelVersion),
    runtimeFinding(runtime),
    awslogsFinding(logDrivers, 'logging drivers'),
    {
      requirement: 'gpu-drivers',
      met: gpus === 0 || canGiveGpus,
      found: `${gpus === 1 ? '1 GPU' : `${gpus || 'no'} GPUs`} and ${canGiveGpus ? 'the' : 'no'} NVIDIA container runtime`,
      needed: 'the NVIDIA container runtime for GPUs',
    },
  ];
}

const linux = 'Linux, which all compute resources run';
const notLinux = (found: string): Finding => ({
  requirement: 'linux',
  met: false,
  found,
  needed: linux,
});

const kernelFinding = (version: string): Finding => ({
  requirement: 'kernel',
  met: isAtLeast(version, leastKernel),
  found: `Linux kernel ${version || 'of an unknown version'}`,
  needed: `${leastKernel} or later`,
});

const runtimeFinding = (runtime: HostFacts['runtime'] | undefined): Finding => ({
  requirement: 'docker',
  met: runtime?.name === 'Docker' && isAtLeast(runtime.version, leastDocker),
  found: runtime === undefined ? 'no Docker daemon' : `${runtime.name} ${runtime.version}`,
  needed: `Docker ${leastDocker} or later`,
});

const agentFindings = (
  { startsAtBoot, checkpointFile }: ImageAgent,
  ecsInit: boolean,
): Finding[] => [
  {
    requirement: 'agent-at-boot',
    met: startsAtBoot || ecsInit,
    found:
      startsAtBoot || ecsInit
        ? 'an agent that is started at boot'
        : 'an agent that nothing starts at boot',
    needed: 'ecs-init, systemd or the like to start it',
  },
  {
    requirement: 'agent-checkpoint',
    met: !checkpointFile,
    found: checkpointFile
      ? `the agent's checkpoint file ${checkpointPath}`
      : 'no checkpoint file of the agent',
    needed: 'none: it is removed before the image is made',
  },
];

const awslogsFinding = (drivers: readonly string[], where: string): Finding => ({
  requirement: 'awslogs',
  met: drivers.includes('awslogs'),
  found: `${where} ${drivers.join(', ') || '(none)'}`,
  needed: 'awslogs among them',
});

/**
 * Compares versions by their numbers: 1.13 is more than 1.9, and what follows the numbers (`-ce`,
 * `.amzn2`) does not count.
 */
function isAtLeast(version: string, least: string): boolean {
  const numbers = (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
  for (const [at, wanted] of least.split('.').map(Number).entries()) {
    const has = numbers[at] ?? 0;
    if (has !== wanted) return has > wanted;
  }
  return true;
}
