// Letting go of pods, without a cluster: what the rest of the engine hears of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerIdOf, type AttemptId } from '../../base/ids.ts';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import type { KnownPod } from './known-pod.ts';
import type { OwnPods } from './own-pods.ts';
import { PodEnds } from './pod-ends.ts';
import { attemptLabel, observedFinalizer } from './pod-names.ts';
import { PodSightings } from './pod-sightings.ts';
import type { PodStarts } from './pod-starts.ts';
import { usualPatience } from './pod-waiting.ts';

test('a start whose node never said anything is over when its pod is let go', async () => {
  const attemptId = 'a'.repeat(32) as AttemptId;
  const sightings = new PodSightings({
    clock: new VirtualClock(0),
    patience: usualPatience,
    onUseless: () => undefined,
    onStuck: () => undefined,
  });
  const called: string[] = [];
  const act = (what: string) => async () => void called.push(what);
  const ends = new PodEnds({
    pods: { end: act('end'), letGo: act('let go') } as unknown as OwnPods,
    sightings,
    starts: { withdraw: act('withdraw'), isPending: () => false } as unknown as PodStarts,
  });
  const pod: KnownPod = {
    namespace: 'n',
    name: 'aws-batch.a',
    uid: 'u',
    labels: { [attemptLabel]: attemptId },
    annotations: {},
    finalizers: [observedFinalizer],
    gates: [],
    phase: 'Pending',
    node: 'one-that-is-not-ready',
    conditions: [],
    init: [],
    containers: [],
  };
  sightings.see(pod, false);
  const told = sightings.told(sightings.know(attemptId));
  await ends.remove(containerIdOf(attemptId, 0));
  await told;
  assert.deepEqual(called, ['withdraw', 'end', 'let go']);
});
