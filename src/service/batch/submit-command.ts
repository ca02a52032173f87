// The way of an operation's command through the bus: sends it with the caller's envelope and turns
// a refusal into the error that Batch clients expect. It decides nothing.

import { isRefusal, type Refusal } from '../../base/refusal.ts';
import { fromRefusal } from '../../wire/error-catalogue.ts';
import type { RequestContext } from '../../wire/operation.ts';
import type { BatchDeps } from './deps.ts';
import type { Command, ReplyOf } from '../../core/command/command.ts';

/** The command's reply; throws AwsError for a refusal. */
export async function submitCommand<C extends Command>(
  deps: BatchDeps,
  command: C,
  context: RequestContext,
): Promise<ReplyOf<C>> {
  const reply: ReplyOf<C> | Refusal = await deps.bus.submit(command, context);
  if (isRefusal(reply)) throw fromRefusal(reply);
  return reply;
}
