// What a page of events holds at most (spec users-and-clients: "Log calls to serve").

import { integerIn } from './check.ts';

const mostEvents = 10_000;
export const pageBytes = 1_048_576;

export const eventLimit = (limit: number | undefined): number =>
  integerIn(limit, 1, mostEvents, 'limit') ?? mostEvents;

const mostDescribed = 50;

/** Of DescribeLogGroups and DescribeLogStreams. */
export const describeLimit = (limit: number | undefined): number =>
  integerIn(limit, 1, mostDescribed, 'limit') ?? mostDescribed;
