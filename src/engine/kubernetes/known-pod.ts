// What is kept of each pod that a cluster has: what an engine must know of how it goes, and nothing
// of what it was told to do. Ten thousand of them are kept, so every member counts; and a pod comes
// from outside, so every text has its bound.

import type { ContainerStatus, Pod, PodCondition, PodStatus } from 'kubernetes-types/core/v1.js';
import { secretsGate } from './pod-names.ts';

/** A container as the kubelet last told of it. */
export interface KnownContainer {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** Why it waits, or ended: `ImagePullBackOff`, `OOMKilled`, `Completed` … */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
}

interface KnownCondition {
  readonly type: string;
  readonly isTrue: boolean;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly sinceMs?: number | undefined;
}

export interface KnownPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Those of ours. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** All of them: whoever takes one off has to name those that stay. */
  readonly finalizers: readonly string[];
  /** It may not be placed before its Secrets are there. */
  readonly awaitsSecrets?: boolean | undefined;
  readonly createdAtMs?: number | undefined;
  /** When it was asked to be deleted; absent: it was not. */
  readonly deletedAtMs?: number | undefined;
  readonly node?: string | undefined;
  readonly address?: string | undefined;
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
  readonly phase: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly conditions: readonly KnownCondition[];
  /** What has to be taken away, by whoever put it there, before the scheduler looks at it. */
  readonly gates: readonly string[];
  readonly init: readonly KnownContainer[];
  readonly containers: readonly KnownContainer[];
}

/** The condition of a pod whose volumes and network are there. */
export const readyToStart = 'PodReadyToStartContainers';
/**
 * What tells of placing, where that has not happened, and of who took it away; others follow from
 * the containers. By themselves: each pod would else have a text of its own for them.
 */
const conditionsKept = new Map(
  ['PodScheduled', 'DisruptionTarget', readyToStart].map((type) => [type, type]),
);
const isNews = ({ type, status }: PodCondition): boolean =>
  conditionsKept.has(type) && !(type === 'PodScheduled' && status === 'True');
const ours = /^longshore\.dev\//;
const longestText = 1_000;
/** Kubernetes' own. */
const usualGraceSeconds = 30;
/** Names of all containers of an attempt are one. */
const longestMark = 4_000;
/** As many as a pod of ours can have, sidecars that others put in included. */
const mostContainers = 64;

/** Undefined: it is no pod. */
export function knownPod(pod: Pod): KnownPod | undefined {
  const { metadata, status, spec } = pod;
  const { name, namespace, uid } = metadata ?? {};
  if (typeof name !== 'string' || typeof namespace !== 'string' || typeof uid !== 'string')
    return undefined;
  return {
    namespace,
    name,
    uid,
    labels: ownOf(metadata?.labels),
    annotations: ownOf(metadata?.annotations),
    finalizers: listOf(metadata?.finalizers).filter((one) => textOf(one) !== undefined),
    awaitsSecrets: listOf(spec?.schedulingGates).some(({ name: gate }) => gate === secretsGate),
    createdAtMs: timeOf(metadata?.creationTimestamp),
    deletedAtMs: deletionOf(pod),
    node: textOf(spec?.nodeName),
    address: addressOf(status),
    phase: textOf(status?.phase) ?? 'Unknown',
    reason: textOf(status?.reason),
    message: textOf(status?.message),
    conditions: listOf(status?.conditions)
      .filter(isNews)
      .map(({ type, status: is, reason, message, lastTransitionTime }) => ({
        type: conditionsKept.get(type) ?? type,
        isTrue: is === 'True',
        reason: textOf(reason),
        message: textOf(message),
        sinceMs: timeOf(lastTransitionTime),
      })),
    gates: listOf(spec?.schedulingGates).flatMap((gate) => textOf(gate.name) ?? []),
    init: listOf(status?.initContainerStatuses).map(knownContainer),
    containers: listOf(status?.containerStatuses).map(knownContainer),
  };
}

const ownOf = (marks: Readonly<Record<string, string>> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(marks ?? {})
      .filter(([name, value]) => ours.test(name) && typeof value === 'string')
      .map(([name, value]) => [name, value.slice(0, longestMark)]),
  );

/**
 * What its time stamp says is when its grace is over. A kubelet that is done with it leaves it no
 * grace and another stamp: it was asked to be deleted as much as its own grace before that.
 */
function deletionOf({ metadata, spec }: Pod): number | undefined {
  const overAtMs = timeOf(metadata?.deletionTimestamp);
  const said = metadata?.deletionGracePeriodSeconds ?? 0;
  const graceSeconds = said > 0 ? said : (spec?.terminationGracePeriodSeconds ?? usualGraceSeconds);
  return overAtMs && overAtMs - Math.max(0, graceSeconds) * 1000;
}

/** The IPv4 address where it has one, for it is what AWS Batch's variables say. */
function addressOf(status: PodStatus | undefined): string | undefined {
  const all = listOf(status?.podIPs).map(({ ip }) => textOf(ip));
  return all.find((ip) => ip?.includes('.')) ?? textOf(status?.podIP);
}

function knownContainer({ name, state }: ContainerStatus): KnownContainer {
  const { waiting, running, terminated } = state ?? {};
  const said = terminated ?? waiting;
  return {
    name: textOf(name) ?? '',
    state: terminated ? 'terminated' : running ? 'running' : 'waiting',
    reason: textOf(said?.reason),
    message: textOf(said?.message),
    exitCode: typeof terminated?.exitCode === 'number' ? terminated.exitCode : undefined,
    startedAtMs: timeOf(terminated?.startedAt ?? running?.startedAt),
    stoppedAtMs: endOfSecond(timeOf(terminated?.finishedAt)),
  };
}

const listOf = <T>(value: readonly T[] | undefined): readonly T[] =>
  Array.isArray(value) ? value.slice(0, mostContainers) : [];

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longestText) : undefined;
}

/**
 * An end may have come at any time of the second that is said of it: one that was asked for in that
 * second is taken for what followed.
 */
const endOfSecond = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms + (999 - (ms % 1000));

/** Kubernetes' time is of whole seconds; one that is not set is null, or of the year 1. */
function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return ms > 0 ? ms : undefined;
}
