// TagResource and UntagResource: a resource's tags are merged with what is set and lose what is
// removed (user guide, chapter Tagging Your AWS Batch Resources). The resource must be there at the
// moment of the change: tags that outlived it would be inherited by the next of its name.

import type { Arn, Scope } from '../../../base/ids.ts';
import { refuse } from '../../../base/refusal.ts';
import type { Tags } from '../../event.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';

/** TagResource and UntagResource. */
export interface ChangeTags {
  readonly type: 'change-tags';
  readonly scope: Scope;
  readonly arn: Arn;
  readonly set: Tags;
  readonly remove: readonly string[];
  /** Control fills it in. */
  readonly past?: PastTags | undefined;
}

/** What was stored of a resource before the turn: tags are no part of the world. */
export interface PastTags {
  readonly tags: Tags;
  /** It is a job or a job definition of the scope; of others the world knows. */
  readonly isStored: boolean;
}

export function decideChangeTags(world: World, command: ChangeTags): Decided {
  const { arn, set, remove } = command;
  const before = tagsNow(world, command);
  if (before === undefined) return refuse('not-found', `${arn} does not exist`);
  const tags: Record<string, string> = { ...before, ...set };
  for (const key of remove) delete tags[key];
  const { tagsPerResource } = world.settings.limits;
  // Whoever has more, from a time with another limit, may still remove some.
  if (Object.keys(set).length > 0 && Object.keys(tags).length > tagsPerResource)
    return refuse('invalid', `A resource can have at most ${tagsPerResource} tags`);
  return { events: [{ type: 'tags-changed', arn, tags }], effects: [], reply: done };
}

/** Undefined: there is no such resource in this account and region. */
function tagsNow(world: World, { scope, arn, past }: ChangeTags): Tags | undefined {
  if (!knowsResource(world, scope, arn) && past?.isStored !== true) return undefined;
  const { tags } = world.changes;
  return tags.has(arn) ? (tags.get(arn) ?? {}) : (past?.tags ?? {});
}

/** Whether it is one of those that the world holds all of: not of jobs and job definitions. */
export const knowsResource = (world: World, scope: Scope, arn: Arn): boolean =>
  world.computeEnvironment(scope, arn) !== undefined ||
  world.jobQueue(scope, arn) !== undefined ||
  world.schedulingPolicy(scope, arn) !== undefined ||
  world.quotaShare(scope, arn) !== undefined ||
  world.consumableResources.find(scope, arn) !== undefined ||
  world.serviceEnvironments.find(scope, arn) !== undefined;
