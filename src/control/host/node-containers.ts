// The containers of a multi-node parallel job's other nodes, for who places all pods of a job
// together: its cluster is given them before the main node runs. Nothing is started by it.

import { containerIdOf, nodeId } from '../../base/ids.ts';
import { startsTogether } from '../../core/host/connection.ts';
import { attemptContainers } from '../../core/job/attempt.ts';
import type { JobDetailRecord, LiveJob } from '../../core/job/job.ts';
import { termsOfNode } from '../../core/job/nodes.ts';
import { isCounted } from '../../core/job/pod-group.ts';
import { runsOfJob } from '../../core/job/runs.ts';
import type { World } from '../../core/world/world.ts';
import type { ContainerSpec } from '../../port/engine.ts';
import { containerSpec, type EnvironmentParts } from './container-spec.ts';

/** Undefined: they are placed when they are started. */
export function otherNodesContainers(
  world: World,
  job: LiveJob,
  detail: JobDetailRecord,
  environment: EnvironmentParts,
): readonly ContainerSpec[] | { readonly cannotStart: string } | undefined {
  const { nodes } = job.terms;
  if (nodes === undefined || job.status !== 'STARTING' || !startsTogether(job.attempt))
    return undefined;
  const { pod } = runsOfJob(detail, nodes.mainNode);
  if (pod === undefined || !isCounted(pod)) return undefined;
  const found: ContainerSpec[] = [];
  for (const { node, ...attempt } of job.otherNodes ?? []) {
    const terms = termsOfNode(nodes, node);
    const each = { id: nodeId(job.id, node), terms, attempt };
    for (const index of attemptContainers(terms).keys()) {
      const id = containerIdOf(attempt.attemptId, index);
      const made = containerSpec(world, each, id, detail, environment);
      if ('cannotStart' in made) return made;
      found.push(made.spec);
    }
  }
  return found;
}
