// Deleting by a request with a token: the same once more, whose answer was lost, is answered like
// the first, though nothing is there any more. Tokens are forgotten when the process ends.

import type { RequestContext } from '../../wire/operation.ts';
import { requestToken } from './check.ts';
import type { SchedulerDeps } from './deps.ts';

export async function onceByToken(
  { deleted }: Pick<SchedulerDeps, 'deleted'>,
  { scope }: Pick<RequestContext, 'scope'>,
  what: string,
  given: string | undefined,
  remove: () => Promise<void>,
): Promise<void> {
  const { token } = requestToken(given, what) ?? {};
  const key = `${scope} ${what} ${token}`;
  if (token !== undefined && deleted.get(key)) return;
  await remove();
  if (token !== undefined) deleted.set(key, true);
}
