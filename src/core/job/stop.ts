// The stops of a job: who wanted it, or its attempt, to end, in the order in which they asked; and
// which of them decides how an attempt ends. Nothing here changes a job.

/** Something that ends a job that waits, or an attempt that is under way. */
export interface Stop {
  /**
   * `host`: its instance ends; the job may be retried. `main-node`: for another node, because the
   * main one has ended. `preempt`: for a job that goes before it; it waits again. `unplaced`: there
   * was no room for one of its nodes where that was to run; all of them wait again.
   */
  readonly by: 'cancel' | 'terminate' | 'timeout' | 'host' | 'preempt' | 'unplaced' | 'main-node';
  readonly reason: string;
  /** When it was asked for; a timeout's limit, however late it was noticed. */
  readonly atMs: number;
}

/** A job holds this only where there is a stop; a next attempt begins without. */
export type Stops = readonly Stop[] | undefined;

/** Whether one more says anything new: the first does, and a terminate where there is none. */
export const takesStop = (stops: Stops, { by }: Stop): boolean =>
  stops === undefined || (by === 'terminate' && stopBy(stops, by) === undefined);

export const withStop = (stops: Stops, stop: Stop): readonly Stop[] => [...(stops ?? []), stop];

export const stopBy = (stops: Stops, by: Stop['by']): Stop | undefined =>
  stops?.find((stop) => stop.by === by);

/**
 * The stop that decides an end, unless that came by itself: the first that was there by then. Only
 * those that the job goes on after give way to any other, for they do not keep it from being tried
 * again, and whoever asked for the other one wants that.
 */
export function decidingStop(
  stops: Stops,
  end: { readonly atMs: number; readonly heardAtMs: number },
): Stop | undefined {
  const there = stops?.filter((stop) => wasThere(stop, end)) ?? [];
  return there.find((stop) => !mayGoOn(stop)) ?? there[0];
}

/** It is of an attempt alone: the job may be tried again after it. */
export const mayGoOn = ({ by }: Stop): boolean =>
  by === 'host' || by === 'preempt' || by === 'unplaced';

/**
 * A timeout that was noticed late, and what the job goes on after, stops nothing that had ended
 * before it. A stop that is still to come by the clock means that somebody set the clock back
 * since: then an end that is not itself to come was timed after that, and so after the stop.
 */
function wasThere(stop: Stop, end: { readonly atMs: number; readonly heardAtMs: number }): boolean {
  const { by, atMs } = stop;
  if (by !== 'timeout' && !mayGoOn(stop)) return true;
  const wasClockSetBack = end.atMs <= end.heardAtMs && end.heardAtMs < atMs;
  return end.atMs >= atMs || wasClockSetBack;
}

/** The stop that has decided an end: its reason is what that shows. */
export const stopShown = (stops: Stops, shown: string | undefined): Stop | undefined =>
  stops?.find(({ reason }) => reason === shown);
