// The nodes of multi-node parallel jobs beside the main ones, by job: which are under way, and how
// those ended that have. A node's end is final only with its job's, whose next attempt takes up its
// nodes again. An index of the world, kept by its fold alone.

import { assert } from '../../base/assert.ts';
import { splitJobId, type JobId } from '../../base/ids.ts';
import { isInWorld, type EndedJob, type Job, type LiveJob } from '../job/job.ts';

interface Nodes {
  readonly live: Map<JobId, LiveJob>;
  readonly ended: Map<JobId, EndedJob>;
}

const none: ReadonlyMap<JobId, LiveJob> = new Map();

/** What may be asked of them. */
export type NodeJobsView = Omit<NodeJobs, 'note' | 'forget'>;

export class NodeJobs {
  readonly #ofJobs = new Map<JobId, Nodes>();

  /** The jobs of which nodes are known. */
  jobs(): Iterable<JobId> {
    return this.#ofJobs.keys();
  }

  /** Nodes that are under way. */
  live(jobId: JobId): ReadonlyMap<JobId, LiveJob> {
    return this.#ofJobs.get(jobId)?.live ?? none;
  }

  /** How the node ended, in whichever attempt of its job it last ran. */
  ended(id: JobId): EndedJob | undefined {
    return this.#ofJobs.get(splitJobId(id).parent)?.ended.get(id);
  }

  note(node: Job): void {
    const { parent } = splitJobId(node.id);
    let nodes = this.#ofJobs.get(parent);
    if (nodes === undefined)
      this.#ofJobs.set(parent, (nodes = { live: new Map(), ended: new Map() }));
    if (isInWorld(node)) {
      nodes.live.set(node.id, node as LiveJob);
      return;
    }
    nodes.live.delete(node.id);
    nodes.ended.set(node.id, node);
  }

  /** The job is over, and its nodes with it. */
  forget(jobId: JobId): void {
    const nodes = this.#ofJobs.get(jobId);
    assert(nodes === undefined || nodes.live.size === 0, 'no node outlives its job');
    this.#ofJobs.delete(jobId);
  }
}
