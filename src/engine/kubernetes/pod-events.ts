// What keeps a node from beginning with a pod: that is in no status, but in the events that its
// kubelet writes. They are asked for when a pod has waited too long, and nothing of them is kept.

import type { Event, EventList } from 'kubernetes-types/core/v1.js';
import type { ClusterConnection } from './cluster-connection.ts';
import type { KnownPod } from './known-pod.ts';

const mostEvents = 200;
const longestMessage = 1_000;
/** What a kubelet, or who attaches volumes, cannot do; not what a scheduler could not before. */
const obstacle = /^Failed(?!Scheduling|Preemption|KillPod)/;
/** It is at its containers. */
const progress = new Set(['Pulling', 'Pulled', 'Created', 'Started']);
/** That it took too long says less than why. */
const vague = /^Unable to attach or mount volumes/;

/**
 * The last of it; undefined: nothing, or it went on since. Rejects with ClusterRefusal or
 * EngineUnavailable.
 */
export async function obstacleOf(
  connection: ClusterConnection,
  { namespace, uid }: Pick<KnownPod, 'namespace' | 'uid'>,
): Promise<string | undefined> {
  const { items } = await connection.request<EventList>({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    query: { fieldSelector: `involvedObject.uid=${uid}`, limit: mostEvents },
  });
  const events = (Array.isArray(items) ? items : []).toSorted((a, b) => lastMs(b) - lastMs(a));
  const wentOn = events.findIndex(({ reason = '' }) => progress.has(reason));
  const since = wentOn < 0 ? events : events.slice(0, wentOn);
  const against = since.filter(
    ({ type, reason = '' }) => type === 'Warning' && obstacle.test(reason),
  );
  const said = against.find(({ message = '' }) => !vague.test(message)) ?? against[0];
  return said && String(said.message ?? said.reason).slice(0, longestMessage);
}

/** Those of older clusters say it otherwise. */
function lastMs({ series, lastTimestamp, eventTime, metadata }: Event): number {
  const said = series?.lastObservedTime ?? lastTimestamp ?? eventTime;
  return Date.parse(String(said ?? metadata?.creationTimestamp)) || 0;
}
