// LookupEvents: the records of the caller's account and region, newest first. One attribute at a
// time, as with AWS; a page may be short, or empty, and have another behind it. There is no
// insight.

import type {
  Event,
  LookupAttribute,
  LookupEventsCommandInput,
  LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { CallRecordRow } from '../../port/store.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { onAll } from '../access.ts';
import type { CloudTrailDeps, CloudTrailOperation } from './deps.ts';
import {
  invalidEventCategory,
  invalidLookupAttributes,
  invalidMaxResults,
  invalidTimeRange,
} from './error.ts';
import { eventOf, numberOfEventId, userNameOf, type TrailEvent } from './record/event.ts';
import { nameOf } from './record/resource.ts';
import { placeOf, tokenOf } from './token.ts';

const mostEvents = 50;

export const lookupEvents: CloudTrailOperation<
  LookupEventsCommandInput,
  LookupEventsCommandOutput
> = {
  authorizes: () => onAll('cloudtrail:LookupEvents'),

  async handle({ records }, input, { scope }) {
    const { MaxResults: limit = mostEvents, NextToken: token, EventCategory: category } = input;
    if (!Number.isInteger(limit) || limit < 1 || limit > mostEvents)
      throw invalidMaxResults(
        `A maximum results value of ${limit} is invalid. Specify a value from 1 to ${mostEvents}.`,
      );
    if (category !== undefined && category !== 'insight')
      throw invalidEventCategory(`Event category ${String(category).slice(0, 64)} is invalid.`);
    const fromMs = input.StartTime?.getTime();
    const toMs = input.EndTime?.getTime();
    if (fromMs !== undefined && toMs !== undefined && fromMs > toMs)
      throw invalidTimeRange('Invalid time range: StartTime is later than EndTime.');
    const attribute = oneAttribute(input.LookupAttributes);
    const after = token === undefined ? undefined : placeOf(token);
    if (category === 'insight') return { Events: [] };
    const range = { scope, fromMs, toMs };
    if (attribute?.AttributeKey === 'EventId')
      return { Events: byId(records, attribute.AttributeValue ?? '', range) };
    const matches = attribute === undefined ? () => true : matcherOf(attribute);
    const { rows, next } = await records.list({ ...range, after, limit, matches });
    return {
      Events: rows.map((row) => eventShown(eventOf(row))),
      NextToken: next && tokenOf(next),
    };
  },
};

interface Range extends Pick<RequestContext, 'scope'> {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

function byId(records: CloudTrailDeps['records'], id: string, range: Range): Event[] {
  const number = numberOfEventId(id);
  const row = number === undefined ? undefined : records.one(number);
  if (row?.scope !== range.scope) return [];
  const { fromMs = 0, toMs = Infinity } = range;
  const event = eventOf(row);
  const isAsked = event.eventID === id && row.atMs >= fromMs && row.atMs <= toMs;
  return isAsked ? [eventShown(event)] : [];
}

function oneAttribute(attributes: readonly LookupAttribute[] = []): LookupAttribute | undefined {
  if (attributes.length > 1)
    throw invalidLookupAttributes('Only one lookup attribute can be given at a time.');
  return attributes[0];
}

/** By key: what must be the value asked for. */
const attributes: Readonly<Record<string, (event: TrailEvent) => readonly (string | undefined)[]>> =
  {
    EventName: ({ eventName }) => [eventName],
    EventSource: ({ eventSource }) => [eventSource],
    ReadOnly: ({ readOnly }) => [String(readOnly)],
    Username: (event) => [userNameOf(event)],
    AccessKeyId: ({ userIdentity }) => [userIdentity.accessKeyId],
    ResourceType: ({ resources = [] }) => resources.map(({ type }) => type),
    ResourceName: ({ resources = [] }) => resources.flatMap(({ ARN }) => [nameOf(ARN), ARN]),
  };

function matcherOf({
  AttributeKey: key = '' as never,
  AttributeValue: value = '',
}: LookupAttribute): (row: CallRecordRow) => boolean {
  const valuesOf = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (valuesOf === undefined)
    throw invalidLookupAttributes(`${String(key).slice(0, 64)} is no lookup attribute.`);
  if (value.length === 0 || value.length > 2_000)
    throw invalidLookupAttributes(`The value of ${key} must have 1 to 2000 characters.`);
  // Most rows need not be read to see that they are not meant.
  const operation = `"operation":${JSON.stringify(value)}`;
  return (row) =>
    (key !== 'EventName' || row.call.includes(operation)) && valuesOf(eventOf(row)).includes(value);
}

const eventShown = (event: TrailEvent): Event => ({
  EventId: event.eventID,
  EventName: event.eventName,
  ReadOnly: String(event.readOnly),
  AccessKeyId: event.userIdentity.accessKeyId,
  EventTime: new Date(event.eventTime),
  EventSource: event.eventSource,
  Username: userNameOf(event),
  Resources: (event.resources ?? []).map(({ ARN, type }) => ({
    ResourceType: type,
    ResourceName: nameOf(ARN),
  })),
  CloudTrailEvent: JSON.stringify(event),
});
