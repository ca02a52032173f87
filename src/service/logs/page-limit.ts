// What a page of events holds at most, as AWS has it.

import { integerIn } from './check.ts';

const mostEvents = 10_000;
export const pageBytes = 1_048_576;

export const eventLimit = (limit: number | undefined): number =>
  integerIn(limit, 1, mostEvents, 'limit') ?? mostEvents;

const mostDescribed = 50;

/** The limit of DescribeLogGroups and DescribeLogStreams. */
export const describeLimit = (limit: number | undefined): number =>
  integerIn(limit, 1, mostDescribed, 'limit') ?? mostDescribed;
