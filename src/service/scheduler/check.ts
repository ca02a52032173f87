// Checks of what clients send to EventBridge Scheduler that the schemas cannot say: its model's
// lengths and patterns, worded as AWS's front end words them.

import { createHash } from 'node:crypto';
import { isRefusal } from '../../base/refusal.ts';
import { limit } from '../../core/limit.ts';
import { readSchedulerSchedule } from '../../core/schedule-expression/read-schedule.ts';
import { timeZone } from '../../core/schedule-expression/time-zone.ts';
import type { Tags } from '../../wire/authorization.ts';
import { formedAs, lengthIn, validation } from '../constraint.ts';
import { withTags } from '../tag-list.ts';
import type { RequestToken } from './resources.ts';

const nameText = '[0-9a-zA-Z-_.]+';
const nameForm = /^[0-9a-zA-Z-_.]+$/;

export const nameOf = (name: string | undefined): string => groupName(name ?? '', 'name') ?? '';

/** Or the beginning of one. */
export function groupName(name: string | undefined, member: string): string | undefined {
  lengthIn(name, 1, 64, member);
  return name === undefined ? undefined : formedAs(name, nameForm, nameText, member);
}

/** It is readable. */
export function expressionOf(text: string): string {
  lengthIn(text, 1, 256, 'scheduleExpression');
  if (isRefusal(readSchedulerSchedule(text)))
    throw validation(`Invalid Schedule Expression ${text}.`);
  return text;
}

export function zoneOf(name: string | undefined): string {
  lengthIn(name, 1, 50, 'scheduleExpressionTimezone');
  if (name === undefined) return 'UTC';
  if (timeZone(name) === undefined) throw validation('Invalid Schedule Expression Timezone.');
  return name;
}

const tokenText = '[a-zA-Z0-9-_]+';
const tokenForm = /^[a-zA-Z0-9-_]+$/;

/** `said`: all else that the request says. */
export function requestToken(token: string | undefined, said: unknown): RequestToken | undefined {
  lengthIn(token, 1, 64, 'clientToken');
  if (token === undefined) return undefined;
  formedAs(token, tokenForm, tokenText, 'clientToken');
  const digest = createHash('sha256').update(JSON.stringify(said)).digest('base64url');
  return { token, digest };
}

export const isSameRequest = (a: RequestToken | undefined, b: RequestToken | undefined): boolean =>
  a !== undefined && b !== undefined && a.token === b.token && a.digest === b.digest;

export const tags = (list: Parameters<typeof withTags>[1], had: Tags = {}): Tags =>
  withTags(had, list, {
    invalid: validation,
    tooMany: () => validation(`A schedule group can have no more than ${limit.tags} tags.`),
  });
