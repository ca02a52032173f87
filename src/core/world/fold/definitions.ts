// Revisions of job definitions are registered and deregistered.

import type { Folds } from './fold.ts';
import { tagged } from './tags.ts';

export const definitionFolds = {
  'job-definition-stored'(world, { definition, tags }) {
    world.jobDefinitions.store(definition);
    world.changes.jobDefinitions.set(definition.arn, definition);
    tagged(world, definition.arn, tags);
  },
} satisfies Partial<Folds>;
