// What EventBridge Scheduler keeps of an account and region: schedules and the groups they are in.
// Shapes only.

import type { Tags } from '../../wire/authorization.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Group {
  readonly name: string;
  /** While its schedules are being deleted, after which it goes too. */
  readonly isDeleting?: true | undefined;
  readonly tags: Tags;
  /** Undefined of the group that each account and region has of itself. */
  readonly createdAtMs?: number | undefined;
  readonly changedAtMs?: number | undefined;
  /** The request's that made it: the same one once more is answered like the first. */
  readonly token?: RequestToken | undefined;
}

export interface RequestToken {
  readonly token: string;
  /** Of all else that the request said. */
  readonly digest: string;
}

export interface Schedule {
  readonly group: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly expression: string;
  readonly zone: string;
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly window: FlexibleWindow;
  readonly afterCompletion: 'NONE' | 'DELETE';
  readonly target: ScheduleTarget;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** From when on it fires as it does: it was made then, enabled, or given other times. */
  readonly sinceMs: number;
  readonly token?: RequestToken | undefined;
}

interface FlexibleWindow {
  readonly mode: 'OFF' | 'FLEXIBLE';
  readonly minutes?: number | undefined;
}

/** In AWS's words. */
export interface ScheduleTarget {
  readonly arn: string;
  readonly roleArn: string;
  readonly input?: string | undefined;
  readonly deadLetterArn?: string | undefined;
  readonly retryAttempts: number;
  readonly maxAgeSeconds: number;
  readonly eventBridge?: { readonly detailType: string; readonly source: string } | undefined;
  readonly partitionKey?: string | undefined;
  readonly messageGroupId?: string | undefined;
}

export interface SchedulerKinds {
  /** By name. */
  readonly group: Group;
  /** By {@link scheduleKey}. */
  readonly schedule: Schedule;
}
export type SchedulerDraft = ResourceDraft<SchedulerKinds>;
export type SchedulerView = ResourceView<SchedulerKinds>;

/** No name has a slash. A schedule's lane has this id too. */
export const scheduleKey = ({ group, name }: Pick<Schedule, 'group' | 'name'>): string =>
  `${group}/${name}`;

export function scheduleOfKey(key: string): Pick<Schedule, 'group' | 'name'> {
  const cut = key.indexOf('/');
  return { group: key.slice(0, cut), name: key.slice(cut + 1) };
}

export const defaultGroup = 'default';

/** What each account and region has of itself. */
export function schedulerSeed(draft: SchedulerDraft): void {
  draft.put('group', defaultGroup, { name: defaultGroup, tags: {} });
}
