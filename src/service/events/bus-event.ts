// An event as EventBridge's rules and targets see it (EventBridge user guide, chapter Events): the
// envelope that events of every kind share. Pure; what an event is about, and who gets it, others
// decide.

import { createHash } from 'node:crypto';
import { scopeParts, type Scope } from '../../base/ids.ts';

export interface BusEvent<Detail extends object = object> {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** Seconds, in UTC. */
  readonly time: string;
  readonly region: string;
  /** ARNs. */
  readonly resources: readonly string[];
  readonly detail: Detail;
}

/** What rules tell events apart by, before anything else. */
export interface EventKind {
  readonly source: string;
  readonly detailType: string;
}

interface EventFacts<Detail> {
  readonly id: string;
  readonly scope: Scope;
  readonly atMs: number;
  readonly resources: readonly string[];
  readonly detail: Detail;
}

/** `id`: the same wherever and however often the event is told. */
export function busEvent<Detail extends object>(
  { source, detailType }: EventKind,
  { id, scope, atMs, resources, detail }: EventFacts<Detail>,
): BusEvent<Detail> {
  const { account, region } = scopeParts(scope);
  return {
    version: '0',
    id,
    'detail-type': detailType,
    source,
    account,
    time: new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources,
    detail,
  };
}

/** An id of the form that EventBridge's have, made of what tells the event from all others. */
export function eventId(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
