// The server's own account and region, which callers work in who name none. Asked of the server
// itself, once for each call of the program.

import type { Settings } from './settings.ts';

interface ServerIdentity {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** `on`: every request must be signed with a credential of the server. */
  readonly auth?: string | undefined;
}

/** How long a server that is there takes to say what it is, at most. */
const askMs = 2_000;

const asked = new WeakMap<Settings, Promise<ServerIdentity | undefined>>();

/** Undefined where none answers. */
export function serverIdentity(settings: Settings): Promise<ServerIdentity | undefined> {
  const answer = asked.get(settings) ?? ask(settings.endpoint);
  asked.set(settings, answer);
  return answer;
}

async function ask(endpoint: string): Promise<ServerIdentity | undefined> {
  try {
    const answer = await fetch(new URL('/_longshore/health', endpoint), {
      signal: AbortSignal.timeout(askMs),
    });
    return answer.ok ? ((await answer.json()) as ServerIdentity) : undefined;
  } catch {
    return undefined;
  }
}
