// What a page of events holds at most, as AWS has it.

import { integerIn } from './check.ts';
import { limit } from '../../core/limit.ts';

export const pageBytes = 1_048_576;

export const eventLimit = (given: number | undefined): number =>
  integerIn(given, 1, limit.logs.eventsPage, 'limit') ?? limit.logs.eventsPage;

/** The limit of DescribeLogGroups and DescribeLogStreams. */
export const describeLimit = (given: number | undefined): number =>
  integerIn(given, 1, limit.logs.describePage, 'limit') ?? limit.logs.describePage;
