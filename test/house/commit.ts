// Commits as a test writes them down: rows as lists, each under the key that it has itself.

import type { Arn, HostId } from '../../src/base/ids.ts';
import type { OvertakenRow } from '../../src/core/schedule/order/overtaking.ts';
import type { EndedInstance, EnvironmentHost } from '../../src/core/host/host.ts';
import type { ArrayChild, JobDetailRecord } from '../../src/core/job/job.ts';
import {
  Changes,
  type ChangedRows,
  type LogStreamRow,
  type ShareChange,
} from '../../src/core/world/changes.ts';
import type { Commit } from '../../src/port/store.ts';

type Row<Kind extends keyof ChangedRows> =
  ChangedRows[Kind] extends ReadonlyMap<string, infer Value> ? Exclude<Value, undefined> : never;

type Lists = { readonly [Kind in Exclude<keyof ChangedRows, 'tags'>]?: readonly Row<Kind>[] };

export interface Written extends Lists, Partial<Omit<Commit, 'rows'>> {
  readonly tags?: ChangedRows['tags'];
  readonly gone?: {
    readonly [Kind in keyof ChangedRows]?: readonly (Arn | HostId)[];
  };
}

/** A commit of nothing, but for what is given. */
export function commitOf({
  atMs = 0,
  forgetInstancesEndedBeforeMs = 0,
  tableWrites = [],
  transitions = [],
  journal = 'off',
  busEvents = [],
  entries = [],
  tags,
  gone = {},
  ...lists
}: Written = {}): Commit {
  const rows = new Changes();
  for (const [kind, keys] of Object.entries(gone) as [keyof ChangedRows, readonly string[]][])
    for (const key of keys) mapOf(rows, kind).set(key, undefined);
  for (const [kind, list] of Object.entries(lists) as [keyof Lists, readonly object[]][])
    for (const row of list) mapOf(rows, kind).set(keyOf(row), row);
  for (const [arn, each] of tags ?? []) rows.tags.set(arn, each);
  return {
    atMs,
    rows,
    forgetInstancesEndedBeforeMs,
    tableWrites,
    transitions,
    journal,
    busEvents,
    entries,
  };
}

const mapOf = (rows: Changes, kind: keyof ChangedRows): Map<string, object | undefined> =>
  rows[kind];

type Keyed = Partial<
  JobDetailRecord &
    EnvironmentHost &
    ArrayChild &
    EndedInstance &
    ShareChange &
    OvertakenRow &
    LogStreamRow
>;

function keyOf(row: object): string {
  const { arn, id, key, job, instance, queueArn, shareIdentifier, scope, group, name } =
    row as Keyed;
  if (shareIdentifier !== undefined && id === undefined) return `${queueArn} ${shareIdentifier}`;
  if (group !== undefined) return `${scope} ${group} ${name}`;
  return id ?? key ?? job?.id ?? instance?.id ?? (arn as string);
}
