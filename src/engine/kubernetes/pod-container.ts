// One container of an attempt as a pod says it, and the volumes that it needs beside those that it
// names. Pure: what a pod cannot say was refused before (pod-refusal.ts).

import type { EksContainer, MountPoint, Volume as BatchVolume } from '@aws-sdk/client-batch';
import type {
  Container,
  EnvVar,
  ResourceRequirements,
  SecurityContext,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1.js';
import type { ContainerSpec } from '../../port/engine.ts';
import { nodeAddressVariable } from '../job-networks.ts';
import { addressToCome, nodesDomain } from './pod-gang.ts';
import type { PodRole } from './pod-order.ts';
import { userOf } from './pod-refusal.ts';

/** What a container has to be told beside its spec. */
interface ContainerPlace {
  readonly name: string;
  readonly index: number;
  readonly role: PodRole;
  /** In which the values are that nobody may read. */
  readonly secretName: string;
  readonly namespace: string;
  /** Nobody knows yet where its main node is. */
  readonly awaitsMain: boolean;
}

interface Said {
  readonly container: Container;
  readonly volumes: readonly Volume[];
}

const gpuResource = 'nvidia.com/gpu';
const sharedMemoryVolume = 'longshore-shared-memory';

/** Where in the attempt's Secret a value is. */
export const secretKey = (index: number, at: number): string => `container-${index}.${at}`;

export function saidContainer(spec: ContainerSpec, place: ContainerPlace): Said {
  const { name, role } = place;
  const of = spec.pod?.container;
  const mounts =
    of === undefined ? ordinaryMounts(spec, place) : { mounts: podMounts(of), volumes: [] };
  const literal = of === undefined ? withoutReferences : (text: string) => text;
  const command = of === undefined ? spec.entrypoint : of.command;
  return {
    container: {
      name,
      image: spec.image,
      imagePullPolicy: of === undefined ? 'IfNotPresent' : of.imagePullPolicy || undefined,
      command: some(command?.map(literal)),
      args: some(spec.command.map(literal)),
      env: some(environmentOf(spec, place, literal)),
      resources: of === undefined ? ordinaryResources(spec) : podResources(of),
      volumeMounts: some(mounts.mounts),
      securityContext: of === undefined ? ordinarySecurity(spec) : podSecurity(of),
      restartPolicy: role === 'sidecar' ? 'Always' : undefined,
    },
    volumes: mounts.volumes,
  };
}

const some = <T>(items: readonly T[] | undefined): T[] | undefined =>
  items && items.length > 0 ? [...items] : undefined;

/** Kubernetes puts variables in for `$(NAME)`, where Docker takes it as it is. */
const withoutReferences = (text: string): string => text.replaceAll('$', '$$$$');

/** A name given twice: the last counts, as in every list of a job. */
function environmentOf(
  { environment, secretEnvironment = [], network }: ContainerSpec,
  { index, secretName, namespace, awaitsMain }: ContainerPlace,
  literal: (text: string) => string,
): EnvVar[] {
  const all: EnvVar[] = [
    ...environment.map(({ name = '', value = '' }) => ({ name, value: literal(value) })),
    ...secretEnvironment.map(({ name }, at) => ({
      name,
      valueFrom: { secretKeyRef: { name: secretName, key: secretKey(index, at) } },
    })),
    ...(network === undefined
      ? []
      : [
          {
            name: nodeAddressVariable,
            valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
          },
          nodesDomain(network, namespace),
          ...(awaitsMain ? [addressToCome(network)] : []),
        ]),
  ];
  return [...new Map(all.map((variable) => [variable.name, variable])).values()].filter(
    ({ name }) => name !== '',
  );
}

/** As on ECS: of the vCPUs a share and no bound, of all else a bound. */
function ordinaryResources(spec: ContainerSpec): ResourceRequirements {
  const bounds = {
    memory: `${spec.memoryMib}Mi`,
    ...(spec.gpus > 0 && { [gpuResource]: String(spec.gpus) }),
    ...(spec.ephemeralStorageGib !== undefined && {
      'ephemeral-storage': `${spec.ephemeralStorageGib}Gi`,
    }),
  };
  return { requests: { cpu: `${spec.milliVcpu}m`, ...bounds }, limits: bounds };
}

const podResources = ({ resources }: EksContainer): ResourceRequirements | undefined =>
  resources && {
    ...(resources.limits && { limits: resources.limits }),
    ...(resources.requests && { requests: resources.requests }),
  };

/** Docker gives it to every container, containerd too; those of ours read no others' network. */
const listening = 'NET_RAW';

function ordinarySecurity({
  user,
  privileged,
  readonlyRootFilesystem,
}: ContainerSpec): SecurityContext {
  const { uid, gid } = (user && userOf(user)) || {};
  return {
    ...(uid !== undefined && { runAsUser: uid }),
    ...(gid !== undefined && { runAsGroup: gid }),
    ...(privileged ? { privileged: true } : { capabilities: { drop: [listening] } }),
    ...(readonlyRootFilesystem && { readOnlyRootFilesystem: true }),
  };
}

function podSecurity({ securityContext: given }: EksContainer): SecurityContext | undefined {
  if (given === undefined) return undefined;
  const { capabilities, seccompProfile, ...flags } = given;
  return {
    ...flags,
    ...(capabilities && { capabilities: { ...capabilities } }),
    ...(seccompProfile && {
      seccompProfile: { ...seccompProfile, type: seccompProfile.type ?? '' },
    }),
  };
}

const podMounts = ({ volumeMounts = [] }: EksContainer): VolumeMount[] =>
  volumeMounts.map(({ name = '', mountPath = '', subPath, readOnly }) => ({
    name,
    mountPath,
    ...(subPath && { subPath }),
    ...(readOnly && { readOnly }),
  }));

/** Those that containers of one attempt name alike are one, as those of a task of ECS. */
const volumeNameAt = (at: number): string => `volume-${at}`;

/** By names of ours: theirs may be what a pod's cannot. */
export function ordinaryVolumes(volumes: readonly BatchVolume[]): Volume[] {
  return volumes.map(({ host }, at) =>
    host?.sourcePath
      ? { name: volumeNameAt(at), hostPath: { path: host.sourcePath } }
      : { name: volumeNameAt(at), emptyDir: {} },
  );
}

function ordinaryMounts(
  { volumes = [], mountPoints = [], linuxParameters, task }: ContainerSpec,
  { index }: ContainerPlace,
): { mounts: VolumeMount[]; volumes: Volume[] } {
  const mounts = mountPoints.map((point) => mountOf(point, volumes));
  const own: Volume[] = [];
  const inMemory = (name: string, mountPath: string, mib: number): void => {
    own.push({ name, emptyDir: { medium: 'Memory', sizeLimit: `${mib}Mi` } });
    mounts.push({ name, mountPath });
  };
  const { sharedMemorySize, tmpfs = [] } = linuxParameters ?? {};
  if (task?.sharedMemoryMib !== undefined)
    inMemory(sharedMemoryVolume, '/dev/shm', task.sharedMemoryMib);
  else if (sharedMemorySize)
    inMemory(`${sharedMemoryVolume}-${index}`, '/dev/shm', sharedMemorySize);
  for (const [at, { containerPath = '', size = 0 }] of tmpfs.entries())
    inMemory(`tmpfs-${index}-${at}`, containerPath, size);
  return { mounts, volumes: own };
}

const mountOf = (
  { containerPath = '', readOnly, sourceVolume }: MountPoint,
  volumes: readonly BatchVolume[],
): VolumeMount => ({
  name: volumeNameAt(volumes.findIndex(({ name }) => name === sourceVolume)),
  mountPath: containerPath,
  ...(readOnly && { readOnly }),
});
