// The images that managed environments use where nobody names one: Amazon ECS-optimized AMIs by
// image type, each with its successive versions. An environment keeps the version that was newest
// when it was made, until an update asks (doc/images.md).

import type { Architecture } from '../instance-type/instance-type.ts';
import type { Image, ImageSoftware } from './image.ts';

/** One publication of an image type for one architecture. */
export interface DefaultImage extends Image {
  readonly imageType: string;
}

/** Amazon's account for ECS-optimized AMIs. */
const ownerId = '591542846629';

interface Publication {
  readonly date: string;
  readonly kernel: string;
  readonly docker: string;
  readonly agent: string;
}

const amazonLinux2: readonly Publication[] = [
  { date: '20250610', kernel: '4.14.355', docker: '25.0.8', agent: '1.94.0' },
  { date: '20260105', kernel: '4.14.355', docker: '25.0.13', agent: '1.101.0' },
  { date: '20260316', kernel: '4.14.355', docker: '25.0.14', agent: '1.102.1' },
];
const amazonLinux2023: readonly Publication[] = [
  { date: '20250610', kernel: '6.1.140', docker: '25.0.8', agent: '1.94.0' },
  { date: '20260109', kernel: '6.1.158', docker: '25.0.13', agent: '1.101.0' },
  { date: '20260316', kernel: '6.1.163', docker: '25.0.14', agent: '1.102.1' },
  { date: '20260622', kernel: '6.1.168', docker: '25.0.15', agent: '1.104.0' },
];

const architectureWords: Readonly<Record<Architecture, string>> = {
  X86_64: 'x86_64',
  ARM_64: 'arm64',
};

/**
 * Image types and architectures, each with the name that AWS gives such an image and with its
 * versions.
 */
const lines: readonly {
  imageType: string;
  architectures: readonly Architecture[];
  name: (date: string, architecture: string) => string;
  versions: readonly Publication[];
}[] = [
  {
    imageType: 'ECS_AL2',
    architectures: ['X86_64', 'ARM_64'],
    name: (date, architecture) => `amzn2-ami-ecs-hvm-2.0.${date}-${architecture}-ebs`,
    versions: amazonLinux2,
  },
  {
    imageType: 'ECS_AL2_NVIDIA',
    architectures: ['X86_64'],
    name: (date, architecture) => `amzn2-ami-ecs-gpu-hvm-2.0.${date}-${architecture}-ebs`,
    versions: amazonLinux2,
  },
  {
    imageType: 'ECS_AL2023',
    architectures: ['X86_64', 'ARM_64'],
    name: (date, architecture) => `al2023-ami-ecs-hvm-2023.0.${date}-kernel-6.1-${architecture}`,
    versions: amazonLinux2023,
  },
  {
    imageType: 'ECS_AL2023_NVIDIA',
    architectures: ['X86_64'],
    name: (date, architecture) =>
      `al2023-ami-ecs-gpu-hvm-2023.0.${date}-kernel-6.1-${architecture}-ebs`,
    versions: amazonLinux2023.slice(1),
  },
];

/** Every default image, older versions of a type before newer ones. */
export const defaultImages: readonly DefaultImage[] = lines.flatMap(
  ({ imageType, architectures, name, versions }) =>
    architectures.flatMap((architecture) =>
      versions.map((version) =>
        imageOf(
          imageType,
          architecture,
          name(version.date, architectureWords[architecture]),
          version,
        ),
      ),
    ),
);

function imageOf(
  imageType: string,
  architecture: Architecture,
  name: string,
  { date, kernel, docker, agent }: Publication,
): DefaultImage {
  const software: ImageSoftware = {
    operatingSystem: 'amazon-linux',
    kernel,
    docker,
    ecsInit: true,
    gpuDrivers: imageType.endsWith('_NVIDIA'),
    agent: {
      version: agent,
      startsAtBoot: true,
      loggingDrivers: ['json-file', 'syslog', 'awslogs', 'fluentd', 'none'],
      checkpointFile: false,
    },
  };
  return {
    id: `ami-${digits(name)}`,
    imageType,
    name,
    ownerId,
    architecture,
    virtualization: 'hvm',
    rootDeviceName: '/dev/xvda',
    createdAtMs: midnightMs(date),
    software,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        ebs: {
          volumeSizeGib: 30,
          volumeType: imageType.startsWith('ECS_AL2023') ? 'gp3' : 'gp2',
          deleteOnTermination: true,
          encrypted: false,
        },
      },
    ],
  };
}

/** The newest image of the type; undefined where there is none for the architecture. */
export function newestOf(
  imageType: string,
  architecture: Architecture,
  images: readonly DefaultImage[] = defaultImages,
): DefaultImage | undefined {
  return images.findLast(
    (image) => image.imageType === imageType && image.architecture === architecture,
  );
}

/** What `ec2Configuration[].batchImageStatus` says of a default image; undefined for any other. */
export function batchImageStatus(
  imageId: string,
  images: readonly DefaultImage[] = defaultImages,
): 'LATEST' | 'UPDATE_AVAILABLE' | undefined {
  const image = images.find((one) => one.id === imageId);
  if (image === undefined) return undefined;
  return newestOf(image.imageType, image.architecture, images) === image
    ? 'LATEST'
    : 'UPDATE_AVAILABLE';
}

/**
 * 17 hexadecimal digits that a name always gives: an image has the same id on every server (FNV-1a,
 * from two starts).
 */
function digits(name: string): string {
  const half = (start: number): string => {
    let hash = start;
    for (const letter of name)
      hash = Math.imul(hash ^ (letter.codePointAt(0) as number), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, '0');
  };
  return `0${half(0x811c9dc5)}${half(0x1b873593)}`;
}

/**
 * Days since the epoch of a date like 20260316, counted without a calendar of the platform, in
 * milliseconds.
 */
function midnightMs(date: string): number {
  const [year, month, day] = [
    Number(date.slice(0, 4)),
    Number(date.slice(4, 6)),
    Number(date.slice(6, 8)),
  ];
  // March begins the year, so that the day that comes and goes is its last.
  const y = month > 2 ? year : year - 1;
  const daysBefore = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    (y * 365 +
      Math.floor(y / 4) -
      Math.floor(y / 100) +
      Math.floor(y / 400) +
      daysBefore -
      719_468) *
    86_400_000
  );
}
