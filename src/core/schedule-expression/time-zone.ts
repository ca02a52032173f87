// Time zones by their names in the IANA's database, as this program's runtime knows them: how far
// its clocks are from UTC at a moment, and at which moment they show what. Zones are asked for what
// is given; nothing here knows what time it is.

import { RecentMap } from '../../base/recent-map.ts';
import { dayMs } from './calendar.ts';

export interface TimeZone {
  /** What its clocks show at this moment, in milliseconds as if they were clocks in UTC. */
  wallMs(atMs: number): number;
}

/** Who names more zones in turn waits longer for each. */
const mostZones = 700;
const zones = new RecentMap<string, TimeZone>(mostZones);

export const utc: TimeZone = { wallMs: (atMs) => atMs };

/** Undefined: there is no such zone. */
export function timeZone(name: string): TimeZone | undefined {
  if (name === 'UTC') return utc;
  const known = zones.get(name);
  if (known !== undefined) return known;
  // The runtime also takes distances from UTC, which are no zones.
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      timeZoneName: 'longOffset',
    });
  } catch {
    return undefined;
  }
  const zone = { wallMs: (atMs: number) => atMs + offsetMs(format.format(atMs)) };
  zones.set(name, zone);
  return zone;
}

/** Of a text that ends in `GMT-03:30`, or `GMT`. */
function offsetMs(text: string): number {
  const parts = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = parts ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -ms : ms;
}

/** All moments at which the zone's clocks show this, ascending: none, one, or two. */
function momentsOf(wallMs: number, zone: TimeZone): number[] {
  // Clocks change less than once in two days: what held a day before and holds a day after is all
  // that can hold at the moment.
  const offsets = new Set([wallMs - dayMs, wallMs + dayMs].map((atMs) => zone.wallMs(atMs) - atMs));
  return [...offsets]
    .map((offset) => wallMs - offset)
    .filter((atMs) => zone.wallMs(atMs) === wallMs)
    .toSorted((a, b) => a - b);
}

/** The first moment at which the zone's clocks show this; undefined: they skip it. */
export const firstMoment = (wallMs: number, zone: TimeZone): number | undefined =>
  momentsOf(wallMs, zone)[0];

/** The same; of what clocks skip, when they would have shown it had they not been changed. */
export const nearestMoment = (wallMs: number, zone: TimeZone): number =>
  firstMoment(wallMs, zone) ?? wallMs - (zone.wallMs(wallMs - dayMs) - (wallMs - dayMs));
