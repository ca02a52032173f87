// Law: no node's room is exceeded by our own jobs. Where a pod of ours finds none, pods of others
// or of another environment have it, or the node has just changed; never what this environment has
// placed there itself, nor what it takes for over and is not.

import type { Arn, AttemptId } from '../../src/base/ids.ts';
import type { Pod, Refused } from '../cluster-pods.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

/** What a node has now may not have been known when a job was placed there. */
const lateMs = 120_000;

export function nodesHoldTheirJobs(): Checker {
  const environments = new Map<AttemptId, Arn>();
  const environmentOf = ({ attemptId }: Pod): Arn | undefined => environments.get(attemptId);

  function checkRefused(
    { cluster, elapsedMs, containers }: Observed,
    { pod, node, beside }: Refused,
  ): void {
    if (node === undefined || !node.isReady || !node.isOpen) return;
    if (elapsedMs - Math.max(node.changedMs, cluster?.backSinceMs ?? 0) < lateMs) return;
    const own = beside.filter((other) => environmentOf(other) === environmentOf(pod));
    // What was given up with its host, or believed lost, has room until it is let go.
    if (own.some(({ attemptId }) => containers.lost.has(attemptId))) return;
    const vcpus = [pod, ...own].reduce((sum, { needs }) => sum + needs.milliVcpu, 0);
    const memory = [pod, ...own].reduce((sum, { needs }) => sum + needs.memoryMib, 0);
    if (vcpus > node.capacity.milliVcpu || memory > node.capacity.memoryMib)
      throw new BrokenLaw(
        `attempt ${pod.attemptId} was sent to ${node.name}, where ${own.length} of its environment had left it no room: ${vcpus} of ${node.capacity.milliVcpu}`,
      );
  }

  return {
    law: 'no node’s room is exceeded by our own jobs',
    check(observed) {
      const { cluster, commits } = observed;
      if (cluster === undefined) return;
      for (const { placed } of commits)
        for (const { attempt } of placed)
          if (attempt.connection !== undefined)
            environments.set(attempt.attemptId, attempt.computeEnvironmentArn);
      for (const refused of cluster.refused) checkRefused(observed, refused);
    },
  };
}
