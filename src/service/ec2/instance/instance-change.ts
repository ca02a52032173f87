// How instances come, end and reboot, by commands: who asked and what became of it. Of the caller's
// own the record says first what is wanted, so that a host that comes or goes late does so in vain.

import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import { isRefusal } from '../../../base/refusal.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { change, view, type Ec2Deps } from '../deps.ts';
import { fromRefusal } from '../error.ts';
import { shownState } from './instance.ts';
import { knownInstances, type KnownInstance } from './known-instance.ts';
import { boot, checkInstanceLimit } from './own-instance.ts';
import type { OwnInstance } from '../resources.ts';
import type { Command } from '../../../core/command/command.ts';

/**
 * Ends them, or stops those of the caller's own; what is so already stays as it is. Answers what
 * has changed.
 */
export async function endInstances(
  deps: Ec2Deps,
  instances: readonly KnownInstance[],
  wanted: 'stopped' | 'terminated',
  context: RequestContext,
): Promise<InstanceStateChange[]> {
  await want(deps, instances, wanted, context);
  for (const { hostId, state } of instances) {
    if (state !== 'terminated' && state !== 'stopped')
      await send(
        deps,
        { type: 'end-instance', scope: context.scope, hostId, cause: 'user', becomes: wanted },
        context,
      );
  }
  return changes(deps, instances, context);
}

/** Those of the caller's own that were stopped run again. */
export async function startStopped(
  deps: Ec2Deps,
  instances: readonly KnownInstance[],
  context: RequestContext,
): Promise<InstanceStateChange[]> {
  const started = await want(deps, instances, 'running', context);
  const ec2 = await view(deps, context, {});
  for (const own of started) await boot(deps, ec2, own, context);
  return changes(deps, instances, context);
}

/** Answers the records that changed. */
const want = (
  deps: Ec2Deps,
  instances: readonly KnownInstance[],
  wanted: OwnInstance['wanted'],
  context: RequestContext,
): Promise<OwnInstance[]> =>
  change(deps, context, {}, (draft) => {
    const changing = instances
      .flatMap(({ id }) => draft.get('instance', id) ?? [])
      .filter((own) => own.wanted !== wanted);
    if (wanted === 'running') checkInstanceLimit(deps, draft, changing.length, context);
    return changing.map((own) => {
      const next = { ...own, wanted, changedAtMs: deps.clock.now() };
      draft.put('instance', own.id, next);
      return next;
    });
  });

export async function rebootInstance(
  deps: Ec2Deps,
  { hostId }: KnownInstance,
  context: RequestContext,
): Promise<void> {
  await send(deps, { type: 'reboot-instance', scope: context.scope, hostId }, context);
}

async function changes(
  deps: Ec2Deps,
  before: readonly KnownInstance[],
  context: RequestContext,
): Promise<InstanceStateChange[]> {
  const now = new Map(
    (await knownInstances(deps, context, {})).map(({ id, state }) => [id, state]),
  );
  return before.map(({ id, state }) => ({
    InstanceId: id,
    PreviousState: shownState(state),
    CurrentState: shownState(now.get(id) ?? 'terminated'),
  }));
}

/**
 * One that went while the command was on its way, or runs in no cluster, has got what was asked
 * for.
 */
async function send({ bus }: Ec2Deps, command: Command, context: RequestContext): Promise<void> {
  const reply = await bus.submit(command, context);
  if (isRefusal(reply) && reply.refusal !== 'not-found') throw fromRefusal(reply);
}
