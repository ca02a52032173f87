// Revisions of job definitions are registered and deregistered.

import type { Folds } from './fold.ts';
import { tagged } from './tags.ts';

export const definitionFolds = {
  'job-definition-stored'(world, { definition, tags }) {
    world.jobDefinitions.store(definition);
    world.changes.jobDefinitions.set(definition.arn, definition);
    tagged(world, definition.arn, tags);
    // It keeps them as INACTIVE, and is submitted no more.
    if (definition.status !== 'ACTIVE') world.ownTags.note(definition.arn, undefined);
  },
} satisfies Partial<Folds>;
