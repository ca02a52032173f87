// The server is stopping: what calls are told that were under way or come too late.

/** Why it stops. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/**
 * For what is issued and nobody waits for: reports what went wrong. A server that stops finds the
 * rest at its next start.
 */
export const unlessStopped =
  (onProblem: (what: string, error: unknown) => void, what: string) =>
  (error: unknown): void => {
    if (!(error instanceof Stopped)) onProblem(what, error);
  };
