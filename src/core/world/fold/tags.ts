// Tags are in no world: they are rows, written with the resource that has them and by themselves.
// What those of ours say of queues and definitions is.

import type { Arn } from '../../../base/ids.ts';
import type { Tags } from '../../event.ts';
import { bearerOf } from '../../own-tag/own-tags.ts';
import type { LiveWorld } from '../live-world.ts';
import type { Folds } from './fold.ts';

export const tagFolds = {
  'tags-changed'(world, { arn, tags }) {
    world.changes.tags.set(arn, tags);
    if (bearerOf(arn) === 'job') return;
    world.ownTags.note(arn, tags);
    if (world.jobQueues.has(arn)) world.scheduler.queueTagged(arn);
  },
} satisfies Partial<Folds>;

/** A resource was stored, with tags where it was made with any; else it keeps those it has. */
export function tagged(world: LiveWorld, arn: Arn, tags: Tags | undefined): void {
  if (tags === undefined) return;
  world.changes.tags.set(arn, tags);
  world.ownTags.note(arn, tags);
}

/** … or is gone, and its tags with it. */
export function untagged(world: LiveWorld, arn: Arn): void {
  world.changes.tags.set(arn, undefined);
  world.ownTags.note(arn, undefined);
}
