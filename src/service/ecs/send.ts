// The way of an operation's command through the bus: a refusal becomes the error that ECS's clients
// expect.

import { isRefusal, type Refusal } from '../../base/refusal.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { type EcsDeps } from './deps.ts';
import { fromRefusal } from './error.ts';
import type { Command, ReplyOf } from '../../core/command/command.ts';

/** The command's reply; throws AwsError for a refusal. */
export async function send<C extends Command>(
  { bus }: EcsDeps,
  command: C,
  context: RequestContext,
): Promise<ReplyOf<C>> {
  const reply: ReplyOf<C> | Refusal = await bus.submit(command, context);
  if (isRefusal(reply)) throw fromRefusal(reply);
  return reply;
}
