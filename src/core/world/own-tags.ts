// What tags of ours say of job queues and of job definitions that are ACTIVE, by ARN: what a
// submission and a pass go by, though tags are in no world. An index of the world, kept by its fold
// alone; a job's own are read once, when it is submitted.

import type { Arn } from '../../base/ids.ts';
import type { Tags } from '../event.ts';
import { ownTagsOf, type OwnTags } from '../own-tag/own-tags.ts';

/** What may be asked of them. */
export type OwnTagsView = Pick<OwnTagsIndex, 'of' | 'effective'>;

export class OwnTagsIndex {
  readonly #known = new Map<Arn, OwnTags>();

  /** Undefined: nothing, as for nearly all. */
  of(arn: Arn): OwnTags | undefined {
    return this.#known.get(arn);
  }

  /** A job's: its definition's, and over them its own. */
  effective(definitionArn: Arn, tags: Tags | undefined): OwnTags | undefined {
    const defined = this.of(definitionArn);
    const own = ownTagsOf(tags);
    return defined && own ? { ...defined, ...own } : (own ?? defined);
  }

  /** These are all that the resource has; undefined: none, or it is gone. */
  note(arn: Arn, tags: Tags | undefined): void {
    const own = ownTagsOf(tags);
    if (own !== undefined) this.#known.set(arn, own);
    else this.#known.delete(arn);
  }
}
