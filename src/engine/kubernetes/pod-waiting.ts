// How long a container of a pod may wait for what, and what is said when that was too long: by
// Kubernetes' reasons, for what a pod waits for it waits for ever. Pure.

import { readyToStart, type KnownContainer, type KnownPod } from './known-pod.ts';
import { awaitsMain } from './pod-gang.ts';
import { nodeAnnotation, placementAnnotation } from './pod-names.ts';

export interface Patience {
  /** An image that nobody has. */
  readonly imageMs: number;
  /** Whatever else keeps a container from beginning, which a cluster tries again. */
  readonly otherMs: number;
  /** Until a node has room that should have it. */
  readonly placingMs: number;
}

export const usualPatience: Patience = {
  imageMs: 5 * 60_000,
  otherMs: 5 * 60_000,
  placingMs: 15_000,
};

/** What is waited for, and for how long at most. */
export interface Waiting {
  /**
   * Equal while it is the same that is waited for, whatever the cluster calls it by turns. `node`:
   * for one that the cluster is to choose, and for as long as that takes. `sandbox`: its volumes
   * and network, of which the pod says nothing: its events have to be asked.
   */
  readonly what: 'image' | 'other' | 'room' | 'node' | 'sandbox';
  /** So long it is what every start waits for. */
  readonly usualMs: number;
  readonly mostMs: number;
  readonly type: 'start-failed' | 'not-placed';
  /** Of the failure, if it comes to that; of a sandbox, before what the events say. */
  readonly reason: string;
}

/** What ECS calls the step that fails, and whether trying it again may bring something. */
interface Step {
  readonly error: string;
  readonly patience: keyof Patience | 'none';
}

const pull = 'CannotPullContainerError';
const create = 'CannotCreateContainerError';
const start = 'CannotStartContainerError';
/** Most are there after a second or two. */
export const usualSandboxMs = 15_000;
/** A scheduler that is there and has little to do has chosen by then, or said that it cannot. */
const usualChoiceMs = 1_000;
/** Volumes and networks are made before containers. */
export const initialization = 'ResourceInitializationError';

const steps: Readonly<Record<string, Step>> = {
  ErrImagePull: { error: pull, patience: 'imageMs' },
  ImagePullBackOff: { error: pull, patience: 'imageMs' },
  RegistryUnavailable: { error: pull, patience: 'imageMs' },
  ImageInspectError: { error: pull, patience: 'imageMs' },
  SignatureValidationFailed: { error: pull, patience: 'imageMs' },
  ErrImageNeverPull: { error: pull, patience: 'none' },
  InvalidImageName: { error: pull, patience: 'none' },
  CreateContainerConfigError: { error: create, patience: 'none' },
  CreateContainerError: { error: create, patience: 'otherMs' },
  PreCreateHookError: { error: create, patience: 'otherMs' },
  RunContainerError: { error: start, patience: 'otherMs' },
  PostStartHookError: { error: start, patience: 'otherMs' },
};

const unheard = /\bfailed to sync (?:secret|configmap) cache\b/;

/** What every container says before it begins. */
const usual = new Set([undefined, 'ContainerCreating', 'PodInitializing']);

/** Undefined: it may take as long as it takes. */
export function waitingOf(
  pod: KnownPod,
  container: KnownContainer | undefined,
  patience: Patience,
): Waiting | undefined {
  const { reason, message } = container ?? {};
  if (usual.has(reason)) return roomWaited(pod, patience) ?? sandboxWaited(pod, patience);
  const step = stepOf(pod, reason ?? '', message ?? '');
  return {
    what: step.error === pull ? 'image' : 'other',
    usualMs: 0,
    mostMs: step.patience === 'none' ? 0 : patience[step.patience],
    type: 'start-failed',
    reason: `${step.error}: ${message ?? reason ?? ''}`,
  };
}

function stepOf(pod: KnownPod, reason: string, message: string): Step {
  const step = steps[reason] ?? { error: start, patience: 'otherMs' };
  // What its main node's address is in may be there since the kubelet last looked.
  if (reason === 'CreateContainerConfigError' && awaitsMain(pod))
    return { ...step, patience: 'otherMs' };
  // The kubelet has not heard of the cluster for a moment, and will.
  return unheard.test(message) ? { ...step, patience: 'otherMs' } : step;
}

/** A node has it, and has nothing yet in which its containers could be. */
function sandboxWaited(
  { node, conditions, init, containers, deletedAtMs }: KnownPod,
  { otherMs }: Patience,
): Waiting | undefined {
  if (node === undefined || deletedAtMs !== undefined) return undefined;
  const ready = conditions.find(({ type }) => type === readyToStart);
  // Clusters before 1.29 do not say it; then its events alone tell it from the pulling of an image.
  const isThere =
    ready?.isTrue ??
    [...init, ...containers].some(({ state, reason }) => state !== 'waiting' || !usual.has(reason));
  return isThere
    ? undefined
    : {
        what: 'sandbox',
        usualMs: usualSandboxMs,
        mostMs: otherMs,
        type: 'start-failed',
        reason: initialization,
      };
}

/** Where the cluster chooses the node, having no room yet is no fault. */
function roomWaited(pod: KnownPod, { placingMs }: Patience): Waiting | undefined {
  if (pod.node !== undefined) return undefined;
  // Whoever keeps it from the scheduler (Kueue, say) says when, as a cluster that chooses does.
  const why = unseated(pod);
  if (why !== undefined || choosesNode(pod))
    return {
      what: 'node',
      usualMs: why === undefined ? usualChoiceMs : 0,
      mostMs: Number.POSITIVE_INFINITY,
      type: 'not-placed',
      reason: why ?? '',
    };
  if (pod.annotations[nodeAnnotation] === undefined) return undefined;
  const reason = notScheduled(pod, 'Unschedulable');
  return reason === undefined
    ? undefined
    : { what: 'room', usualMs: 0, mostMs: placingMs, type: 'not-placed', reason };
}

/** Whether the cluster is to choose its node, or has. */
export const choosesNode = ({ annotations }: KnownPod): boolean =>
  annotations[placementAnnotation] === 'cluster';

/**
 * Why the cluster has chosen no node for it, in its words; undefined: it has, or says nothing, or
 * the pod waits for its own one, which is not borne for long.
 */
export function unseated(pod: KnownPod): string | undefined {
  if (pod.node !== undefined) return undefined;
  // Those of ours are gone before anybody can read of them.
  const gates = pod.gates.filter((name) => !name.startsWith('longshore.dev/'));
  if (gates.length === 0) return choosesNode(pod) ? notScheduled(pod, 'Unschedulable') : undefined;
  const said =
    notScheduled(pod, 'SchedulingGated') ?? 'Scheduling is blocked due to scheduling gates';
  return `${said}: ${gates.join(', ')}`;
}

/** The scheduler's own sentence; undefined: it has said nothing of the kind. */
function notScheduled({ conditions }: KnownPod, why: string): string | undefined {
  const said = conditions.find(({ type, isTrue }) => type === 'PodScheduled' && !isTrue);
  return said?.reason === why ? (said.message ?? said.reason) : undefined;
}
