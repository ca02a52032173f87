// The RUNNABLE jobs of a queue in the order in which a pass would try them now: those that room is
// kept for, then by submission; on a fair share queue by shares, each job counted to its share as
// if it were placed (spec 6). Reads, and changes nothing.

import { Heap } from '../../../base/heap.ts';
import { childId, splitJobId, type Arn, type JobId } from '../../../base/ids.ts';
import { isArrayParent } from '../../job/job.ts';
import { needsOfAll } from '../../job/nodes.ts';
import type { World } from '../../world/world.ts';
import { heldCountsSeconds, type Shares } from './share.ts';

export function* dispatchOrder(world: World, queueArn: Arn): Generator<JobId> {
  const held = new Set(world.backlog.heldOf(queueArn));
  const first = new Set<JobId>();
  for (const id of held) first.add(nextOf(world, id));
  yield* first;
  for (const id of inLine(world, queueArn)) if (!first.has(id)) yield id;
}

/** The job itself, or the child of an array that goes next. */
export function nextOf(world: World, id: JobId): JobId {
  const job = world.jobs.get(id);
  const index = job !== undefined && isArrayParent(job) ? job.children.nextRunnable() : undefined;
  return index === undefined ? id : childId(id, index);
}

function inLine(world: World, queueArn: Arn): Iterable<JobId> {
  const shares = world.fairShares.of(queueArn);
  if (shares !== undefined) return byShares(world, queueArn, shares);
  const [list] = world.waiting.listsOf(queueArn).values();
  return list ?? [];
}

interface Turn {
  readonly identifier: string;
  readonly jobs: Iterator<JobId, unknown>;
  readonly next: JobId;
  readonly sequence: number;
  readonly key: bigint;
}

function* byShares(world: World, queueArn: Arn, shares: Shares): Generator<JobId> {
  const { second } = world.backlog;
  const turns = new Heap<Turn>((a, b) =>
    a.key === b.key ? a.sequence < b.sequence : a.key < b.key,
  );
  const stand = (identifier: string, jobs: Turn['jobs'], key: bigint): void => {
    const { value, done } = jobs.next();
    if (done !== true)
      turns.push({
        identifier,
        jobs,
        next: value,
        sequence: jobOf(world, value)?.sequence ?? 0,
        key,
      });
  };
  for (const [identifier, list] of world.waiting.listsOf(queueArn))
    stand(identifier, list[Symbol.iterator](), shares.keyOf(identifier, second));
  for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
    yield turn.next;
    const terms = jobOf(world, turn.next)?.terms;
    const placed =
      BigInt(terms === undefined ? 0 : needsOfAll(terms).milliVcpu) *
      heldCountsSeconds *
      BigInt(shares.rules.weightOf(turn.identifier));
    stand(turn.identifier, turn.jobs, turn.key + placed);
  }
}

const jobOf = (world: World, id: JobId) =>
  world.jobs.get(id) ?? world.jobs.get(splitJobId(id).parent);
