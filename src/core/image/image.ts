// A machine image (AMI) as this service knows it: its EC2 facts, and what is installed in it as far
// as jobs depend on it. A record only; whether it may run jobs is specification.ts's question.

import type { Architecture } from '../instance-type/instance-type.ts';
import type { BlockDevice } from '../launch-template/block-devices.ts';

/** `ami-` and 17 hexadecimal digits, or 8 as before 2016. */
export const imageIdForm = /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/;

export interface Image {
  readonly id: string;
  readonly name: string;
  /** The account that made it. */
  readonly ownerId: string;
  readonly architecture: Architecture;
  readonly virtualization: 'hvm' | 'paravirtual';
  readonly rootDeviceName: string;
  readonly blockDevices: readonly BlockDevice[];
  readonly createdAtMs: number;
  readonly software: ImageSoftware;
}

/** What a compute resource AMI is judged by (user guide, Compute Resource AMI Specification). */
export interface ImageSoftware {
  readonly operatingSystem: 'amazon-linux' | 'linux' | 'windows';
  /** `5.10.240`. */
  readonly kernel: string;
  /** Absent where no Docker daemon is installed. */
  readonly docker?: string | undefined;
  /** Absent where no container agent is installed. */
  readonly agent?: ImageAgent | undefined;
  /** The package that starts the agent at boot and keeps it running. */
  readonly ecsInit: boolean;
  /** NVIDIA's drivers and container runtime. */
  readonly gpuDrivers: boolean;
}

export interface ImageAgent {
  readonly version: string;
  /** By ecs-init, systemd or anything else. */
  readonly startsAtBoot: boolean;
  /** ECS_AVAILABLE_LOGGING_DRIVERS as the image sets it. */
  readonly loggingDrivers: readonly string[];
  /** /var/lib/ecs/data/ecs_agent_data.json was left behind when the image was made. */
  readonly checkpointFile: boolean;
}
