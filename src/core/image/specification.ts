// The compute resource AMI specification (user guide, chapter Compute Resource AMIs): what an image must have so that an
// instance from it takes jobs. Says exactly which requirement fails; what follows from that is decided elsewhere.

import type { Architecture } from '../instance-type/instance-type.ts';
import type { HostFacts } from '../host.ts';
import type { Image } from './image.ts';

export type Requirement =
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

export interface Failure {
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

/** Every requirement that the image fails, in the order of the specification; empty where it passes. */
export function checkImage(image: Image, use: ImageUse): readonly Failure[] {
  const { software } = image;
  if (software.operatingSystem === 'windows') return [{ requirement: 'linux', text: `${image.id} is a Windows image; compute resources run Linux` }];
  const failures: Failure[] = [];
  const require = (met: boolean, requirement: Requirement, text: string): void => {
    if (!met) failures.push({ requirement, text: `${image.id} ${text}` });
  };
  require(image.virtualization === 'hvm', 'virtualization', `is of virtualization type ${image.virtualization}; it must be hvm`);
  require(isAtLeast(software.kernel, leastKernel), 'kernel', `has Linux kernel ${software.kernel}; it must be at least ${leastKernel}`);
  require(image.architecture === use.architecture, 'architecture', `is for ${image.architecture}, and the instance type is ${use.architecture}`);
  const { docker, agent } = software;
  require(docker !== undefined, 'docker', `has no Docker daemon; it must have at least ${leastDocker}`);
  require(docker === undefined || isAtLeast(docker, leastDocker), 'docker', `has Docker ${docker}; it must be at least ${leastDocker}`);
  require(agent !== undefined, 'agent', 'has no Amazon ECS container agent');
  if (agent !== undefined) {
    const drivers = use.loggingDrivers ?? agent.loggingDrivers;
    require(agent.startsAtBoot || software.ecsInit, 'agent-at-boot', 'does not start the container agent at boot');
    require(!agent.checkpointFile, 'agent-checkpoint', `was made with the agent's checkpoint file ${checkpointPath} present; remove it and make the image again`);
    require(drivers.includes('awslogs'), 'awslogs', `has no awslogs among ECS_AVAILABLE_LOGGING_DRIVERS (${drivers.length === 0 ? 'none' : drivers.join(', ')})`);
  }
  require(!use.gpus || software.gpuDrivers, 'gpu-drivers', 'has no GPU drivers, and the instance type has GPUs');
  require(!use.multiNode || (software.operatingSystem === 'amazon-linux' && software.ecsInit), 'ecs-init', 'is not an Amazon Linux image with ecs-init, which multi-node parallel jobs need');
  return failures;
}

/**
 * What of the specification a host of the user's own fails, by what it says of itself; empty where it passes. Its agent is this
 * server.
 */
export function checkHost(facts: HostFacts): readonly Failure[] {
  if (facts.osType !== 'linux') return [{ requirement: 'linux', text: `it runs ${facts.osType || 'an unknown system'}; compute resources run Linux` }];
  const failures: Failure[] = [];
  const require = (met: boolean, requirement: Requirement, text: string): void => {
    if (!met) failures.push({ requirement, text });
  };
  require(isAtLeast(facts.kernelVersion, leastKernel), 'kernel', `it has Linux kernel ${facts.kernelVersion || 'of an unknown version'}; it must be at least ${leastKernel}`);
  require(isAtLeast(facts.dockerVersion, leastDocker), 'docker', `it has Docker ${facts.dockerVersion}; it must be at least ${leastDocker}`);
  require(facts.logDrivers.includes('awslogs'), 'awslogs', `it has no awslogs among its logging drivers (${facts.logDrivers.join(', ') || 'none'})`);
  require(facts.gpus === 0 || facts.gpuRuntime, 'gpu-drivers', 'its GPUs have no NVIDIA container runtime');
  return failures;
}

/** Compares versions by their numbers: 1.13 is more than 1.9, and what follows the numbers (`-ce`, `.amzn2`) does not count. */
function isAtLeast(version: string, least: string): boolean {
  const numbers = (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
  for (const [at, wanted] of least.split('.').map(Number).entries()) {
    const has = numbers[at] ?? 0;
    if (has !== wanted) return has > wanted;
  }
  return true;
}
