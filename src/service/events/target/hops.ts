// From how many buses an event has come on its way: EventBridge lets it go on once within a region
// and once into another, and no further, so that no two buses send each other events for ever
// (EventBridge's user guide, chapters of buses as targets). What it says travels beside the event,
// never in it.

/** Steps that an event has made from bus to bus. */
export interface Hops {
  readonly within?: true;
  /** Into another region. */
  readonly across?: true;
}

/** The body of a delivery: the event as JSON, and behind which hops. */
export const deliveryBody = (event: string, hops: Hops | undefined): string =>
  hops === undefined ? event : `${JSON.stringify(hops)}\n${event}`;

/** JSON as it is written here has no line's end. */
export function readBody(body: string): { readonly event: string; readonly hops: Hops } {
  const cut = body.indexOf('\n');
  return cut < 0
    ? { event: body, hops: {} }
    : { event: body.slice(cut + 1), hops: JSON.parse(body.slice(0, cut)) as Hops };
}
