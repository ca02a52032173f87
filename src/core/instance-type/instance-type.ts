// An EC2 instance type, or one of the user's own: what an instance of it has. Facts only; which
// types an environment may launch, and which one is launched, is decided elsewhere.

import type { Needs } from '../job/needs.ts';

/** A compute environment has one, and so has a job queue. */
export type Architecture = 'X86_64' | 'ARM_64';

export interface Gpus {
  /** 0 for a slice of a GPU (g6f), which cannot be asked for as a whole one. */
  readonly count: number;
  readonly manufacturer: string;
  readonly name: string;
  /** One GPU's memory. */
  readonly memoryMib: number;
}

export interface InstanceType {
  /** `m5.large`, or the name of the user's own type. */
  readonly name: string;
  /** `m5`; a name without a dot is its own family. */
  readonly family: string;
  readonly vcpus: number;
  /** Installed; an instance registers with less ({@link registeredMemoryMib}). */
  readonly memoryMib: number;
  readonly architecture: Architecture;
  readonly gpus?: Gpus | undefined;
  /** Instance storage; 0 where there are only EBS volumes. */
  readonly storageGb: number;
  readonly bareMetal: boolean;
  /** Earns CPU credits (t2, t3 …). */
  readonly burstable: boolean;
  readonly currentGeneration: boolean;
  /** Whether Spot offers it. */
  readonly spot: boolean;
  /** Whether it can stand in a cluster placement group. */
  readonly clusterPlacement: boolean;
  readonly networkInterfaces: number;
  /** On demand, per hour, in millionths of a US dollar. */
  readonly microUsd: number;
}

/**
 * What the container agent keeps back where ECS_RESERVED_MEMORY says nothing else (user guide,
 * Reserving System Memory).
 */
const defaultReservedMemoryMib = 32;

/**
 * The memory that the operating system reports. The kernel takes a 64th for its table of pages (64
 * bytes of every 4 KiB), and the kernel and the firmware some 79 MiB more: the user guide's
 * m4.large has 7985 MiB of 8192 (chapter Compute Resource Memory Management), and every other type
 * follows the same rule.
 */
const reportedMemoryMib = (installedMib: number): number =>
  Math.max(0, installedMib - Math.ceil(installedMib / 64) - 79);

/** The memory that the instance registers for jobs: 7953 MiB of m4.large. */
export const registeredMemoryMib = (
  type: InstanceType,
  reservedMib = defaultReservedMemoryMib,
): number => Math.max(0, reportedMemoryMib(type.memoryMib) - reservedMib);

/** GPUs that jobs can ask for: the container agent knows NVIDIA's. */
export const schedulableGpus = (type: InstanceType): number =>
  type.gpus?.manufacturer === 'NVIDIA' ? type.gpus.count : 0;

/** What an instance of the type offers to jobs. */
export const capacityOf = (type: InstanceType, reservedMib?: number): Needs => ({
  milliVcpu: type.vcpus * 1000,
  memoryMib: registeredMemoryMib(type, reservedMib),
  gpus: schedulableGpus(type),
});

/** EC2's word for what its containers run as. */
export const architectureName = ({
  architecture,
}: Pick<InstanceType, 'architecture'>): 'x86_64' | 'arm64' =>
  architecture === 'ARM_64' ? 'arm64' : 'x86_64';
