// What is kept of a node: what makes a host of it (ADR 0067). Everything that it says is shown to
// users and jobs are placed by it, so it is checked like every other input. Pure.

import type { Node } from 'kubernetes-types/core/v1.js';
import type { ClusterNode } from '../../port/cluster-nodes.ts';
import { batchNodeTaint, environmentLabel } from './pod-names.ts';
import { quantityOf } from './quantity.ts';

const typeLabel = 'node.kubernetes.io/instance-type';
/** More than any host has. */
const mostMilliVcpu = 1e9;
const mostMemoryMib = 2 ** 40;
const mostGpus = 1024;

/** Undefined: no job could run there, as on Windows. */
export function knownNode({ metadata, spec, status }: Node): ClusterNode | undefined {
  const { name = '', uid = '', labels = {} } = metadata ?? {};
  if (name === '' || uid === '' || (labels['kubernetes.io/os'] ?? 'linux') !== 'linux')
    return undefined;
  const { allocatable = {}, conditions = [], addresses = [] } = status ?? {};
  const amount = (of: string, unit: number, most: number): number =>
    // What is said in thousandths is whole in them, whatever binary fractions make of it.
    Math.min(Math.floor(quantityOf(allocatable[of]) / unit + 1e-6), most);
  return {
    name: text(name),
    uid: text(uid),
    capacity: {
      milliVcpu: amount('cpu', 1e-3, mostMilliVcpu),
      memoryMib: amount('memory', 2 ** 20, mostMemoryMib),
      gpus: amount('nvidia.com/gpu', 1, mostGpus),
    },
    instanceId: ec2Form.exec(spec?.providerID ?? '')?.[1],
    instanceType: labels[typeLabel] === undefined ? undefined : text(labels[typeLabel]),
    architecture: architectureOf(labels['kubernetes.io/arch']),
    address: addresses.find(({ type }) => type === 'InternalIP')?.address,
    isReady: conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    isOpen:
      spec?.unschedulable !== true &&
      (spec?.taints ?? []).every(
        ({ key, effect }) => key === batchNodeTaint || effect === 'PreferNoSchedule',
      ),
    environmentUuid: labels[environmentLabel],
  };
}

/** As the cloud's own controller and kubelets on EC2 call the machine: zone, and instance. */
const ec2Form = /^aws:\/\/\/[\w-]+\/(i-(?:[0-9a-f]{8}|[0-9a-f]{17}))$/;

const text = (said: string): string => said.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 253);

/** EC2's word for Go's. */
const architectureOf = (said: string | undefined): string | undefined =>
  said === undefined ? undefined : said === 'amd64' ? 'x86_64' : text(said);
