// A placement from the schedule cycle becomes an attempt: resources are taken, of a multi-node
// parallel job for all nodes at once, and the start is asked for.

import type { EksConfiguration } from '@aws-sdk/client-batch';
import { assert, must } from '../../../base/assert.ts';
import {
  splitJobId,
  type Arn,
  type AttemptId,
  type HostId,
  type JobId,
} from '../../../base/ids.ts';
import { nameInArn } from '../../arn.ts';
import type { Host } from '../../host/host.ts';
import { connectionOf, sharedConnection, startsTogether } from '../../host/connection.ts';
import {
  attemptContainers,
  type AttemptOnHost,
  type NodeOnHost,
  type Placement,
  type PodPlacement,
} from '../../job/attempt.ts';
import { logStreamOf } from '../../job/container.ts';
import { beginRuns } from '../../job/container-run.ts';
import { isArrayParent } from '../../job/job.ts';
import { termsOfNode } from '../../job/nodes.ts';
import type { JobTerms } from '../../job/terms.ts';
import { trainingLogStream } from '../../service-job/service-job.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import { startEffects } from './report-container.ts';

/** From the schedule cycle. */
interface PlaceJob {
  readonly type: 'place-job';
  readonly jobId: JobId;
  readonly attemptId: AttemptId;
  readonly hostId: HostId;
  readonly computeEnvironmentArn: Arn;
  /** The other nodes of a multi-node parallel job; the above is its main node. */
  readonly otherNodes?: readonly NodeOnHost[] | undefined;
}

export function decidePlaceJob(world: World, command: PlaceJob, nowMs: number): Decided {
  const { jobId, attemptId } = command;
  const { parent, index } = splitJobId(jobId);
  const job =
    index === undefined ? world.jobs.get(jobId) : world.child(world.arrayParent(parent), index);
  assert(
    job !== undefined && !isArrayParent(job) && job.status === 'RUNNABLE',
    'the plan places RUNNABLE jobs only',
  );
  const { otherNodes } = command;
  const number = (job.attempts.at(-1)?.number ?? 0) + 1;
  const network =
    otherNodes &&
    ({
      id: attemptId,
      kind: spreadOver(world, [command, ...otherNodes]) > 1 ? 'host' : 'private',
    } as const);
  const environment = world.computeEnvironments.get(command.computeEnvironmentArn);
  const placed = (where: AttemptOnHost, terms: JobTerms): Placement => {
    const host = hostOf(world, where);
    const connection = sharedConnection(host);
    return {
      attemptId: where.attemptId,
      number,
      hostId: where.hostId,
      ...(connection !== undefined && { connection }),
      ...(host.kind === 'instance' && host.instanceId && { instanceId: host.instanceId }),
      ...(host.kind === 'instance' && host.isCluster && { anyNode: true }),
      computeEnvironmentArn: command.computeEnvironmentArn,
      cluster: nameInArn(environment?.ecsClusterArn ?? ''),
      log:
        terms.log &&
        (terms.service === undefined
          ? logStreamOf(terms.log, where.attemptId)
          : trainingLogStream(terms.log, where.attemptId, nowMs)),
      network,
      ...(terms.pod && environment?.eks && { pod: podPlacement(environment.eks, host) }),
    };
  };
  const { nodes } = job.terms;
  assert(
    (nodes === undefined) === (otherNodes === undefined),
    'all nodes of a multi-node parallel job are placed together',
  );
  const placement = placed(command, job.terms);
  const { runs, starts } = beginRuns(attemptContainers(job.terms), nowMs, {
    together: startsTogether(placement),
  });
  return {
    events: [
      {
        type: 'attempt-placed',
        jobId,
        placement,
        runs: job.terms.containers && runs,
        otherNodes:
          nodes &&
          otherNodes?.map((each) => ({
            ...placed(each, termsOfNode(nodes, each.node)),
            node: each.node,
          })),
        atMs: nowMs,
      },
    ],
    // The main node is launched first (user guide, chapter Multi-node Parallel Jobs).
    effects: startEffects(jobId, placement, starts),
    reply: done,
  };
}

const podPlacement = (
  { eksClusterArn: clusterArn = '', kubernetesNamespace: namespace = '' }: EksConfiguration,
  host: Host,
): PodPlacement => ({
  clusterArn,
  namespace,
  ...(host.kind === 'instance' && host.reference !== undefined && { node: host.reference }),
});

/** How many engines run the nodes. */
function spreadOver(world: World, nodes: readonly AttemptOnHost[]): number {
  return new Set(nodes.map((node) => connectionOf(hostOf(world, node)))).size;
}

const hostOf = (world: World, { hostId }: AttemptOnHost): Host =>
  must(world.hosts.get(hostId), 'the plan places on hosts that joined');
