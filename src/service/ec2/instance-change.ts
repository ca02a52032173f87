// How instances end and reboot, by commands: who asked and what became of it.

import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import { isRefusal } from '../../base/refusal.ts';
import type { Command } from '../../core/command/command.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { envelopeOf, type Ec2Deps } from './deps.ts';
import { fromRefusal } from './error.ts';
import { knownInstances, shownState, type KnownInstance } from './instance.ts';

/** Ends them; one that is gone already stays as it is. Answers what has changed. */
export async function endInstances(deps: Ec2Deps, instances: readonly KnownInstance[], context: RequestContext): Promise<InstanceStateChange[]> {
  for (const { hostId, state } of instances) if (state !== 'terminated') await send(deps, { type: 'end-instance', scope: context.scope, hostId, cause: 'user' }, context);
  return changes(deps, instances, context);
}

export async function rebootInstance(deps: Ec2Deps, { hostId }: KnownInstance, context: RequestContext): Promise<void> {
  await send(deps, { type: 'reboot-instance', scope: context.scope, hostId }, context);
}

async function changes(deps: Ec2Deps, before: readonly KnownInstance[], context: RequestContext): Promise<InstanceStateChange[]> {
  const now = new Map((await knownInstances(deps, context, {})).map(({ id, state }) => [id, state]));
  return before.map(({ id, state }) => ({ InstanceId: id, PreviousState: shownState(state), CurrentState: shownState(now.get(id) ?? 'terminated') }));
}

/** One that went while the command was on its way has got what was asked for. */
async function send({ bus }: Ec2Deps, command: Command, context: RequestContext): Promise<void> {
  const reply = await bus.submit(command, envelopeOf(context));
  if (isRefusal(reply) && reply.refusal !== 'not-found') throw fromRefusal(reply);
}
