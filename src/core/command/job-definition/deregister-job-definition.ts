// DeregisterJobDefinition: a revision becomes INACTIVE. Doing it again changes nothing and
// succeeds.

import { refuse } from '../../../base/refusal.ts';
import { definitionReference } from '../../job-definition/definition-reference.ts';
import type { World } from '../../world/world.ts';
import { done, type Decided } from '../decision.ts';
import type { Scope } from '../../../base/ids.ts';

interface DeregisterJobDefinition {
  readonly type: 'deregister-job-definition';
  readonly scope: Scope;
  /** `name:revision` or ARN. */
  readonly jobDefinition: string;
}

export function decideDeregisterJobDefinition(
  world: World,
  command: DeregisterJobDefinition,
  _nowMs: number,
): Decided {
  const { scope, jobDefinition: given } = command;
  const meant = definitionReference(scope, given);
  if (meant === undefined) return refuse('not-found', `JobDefinition ${given} does not exist`);
  const { name, revision } = meant;
  if (revision === undefined)
    return refuse(
      'invalid',
      `jobDefinition must be an ARN or name:revision; ${given} has no revision.`,
    );
  const definition = world.jobDefinitions.find(scope, given);
  if (definition !== undefined) {
    return {
      events: [
        { type: 'job-definition-stored', definition: { ...definition, status: 'INACTIVE' } },
      ],
      effects: [],
      reply: done,
    };
  }
  // Revisions are given without gaps: one up to the last that is not ACTIVE was deregistered
  // before.
  if (revision <= world.jobDefinitions.lastRevision(scope, name))
    return { events: [], effects: [], reply: done };
  return refuse('not-found', `JobDefinition ${given} does not exist`);
}
