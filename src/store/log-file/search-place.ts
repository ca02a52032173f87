// A place in the merged order of a search, as text: what lets a search go on.

import { InvalidSearchPlace } from '../../port/log-sink.ts';

/** After which event a search goes on; see search.ts for the order. */
export interface SearchPlace {
  readonly key: number;
  readonly stream: string;
  readonly offset: number;
}

export const encodePlace = (place: SearchPlace): string =>
  JSON.stringify([place.key, place.stream, place.offset]);

/** Throws {@link InvalidSearchPlace} for what a search never answered: clients hand it back. */
export function decodePlace(text: string): SearchPlace {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    throw new InvalidSearchPlace('the place is not readable');
  }
  const [key, stream, offset] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (typeof key !== 'number' || typeof stream !== 'string' || typeof offset !== 'number')
    throw new InvalidSearchPlace('the place is not one of a search');
  return { key, stream, offset };
}
