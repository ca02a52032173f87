// DeregisterJobDefinition: a revision becomes INACTIVE (spec 4.4). Doing it again changes nothing and succeeds.

import { refuse } from '../../base/refusal.ts';
import { jobDefinitionArnPrefix } from '../arn.ts';
import type { World } from '../world.ts';
import type { Decided, DeregisterJobDefinition } from './command.ts';
import { done } from './command.ts';

export function decideDeregisterJobDefinition(world: World, command: DeregisterJobDefinition, _nowMs: number): Decided<DeregisterJobDefinition> {
  const { scope, jobDefinition: given } = command;
  const prefix = jobDefinitionArnPrefix(scope);
  const short = given.startsWith(prefix) ? given.slice(prefix.length) : given;
  const [, name, revision] = /^([^:]+):(\d{1,9})$/.exec(short) ?? [];
  if (name === undefined) {
    if (given.startsWith('arn:') && !given.startsWith(prefix)) return refuse('not-found', `JobDefinition ${given} does not exist`);
    return refuse('invalid', `jobDefinition must be an ARN or name:revision; ${given} has no revision.`);
  }
  const definition = world.jobDefinitions.find(scope, short);
  if (definition !== undefined) {
    return { events: [{ type: 'job-definition-stored', definition: { ...definition, status: 'INACTIVE' } }], effects: [], reply: done };
  }
  // Revisions are given without gaps: one up to the last that is not ACTIVE was deregistered before.
  if (Number(revision) >= 1 && Number(revision) <= world.jobDefinitions.lastRevision(scope, name)) return { events: [], effects: [], reply: done };
  return refuse('not-found', `JobDefinition ${given} does not exist`);
}
