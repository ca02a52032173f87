// What is told of an invocation in a target's input: the keywords that stand for it (EventBridge
// Scheduler user guide, "Using context attributes"), and what a target gets that has no input.

import { createHash } from 'node:crypto';
import { scopeParts, type Scope } from '../../../base/ids.ts';
import { eventId } from '../../events/bus-event.ts';

export interface Invocation {
  readonly scope: Scope;
  readonly scheduleArn: string;
  readonly scheduledMs: number;
  /** From 1. */
  readonly attempt: number;
}

/** Seconds, in UTC. */
export const timeText = (atMs: number): string =>
  new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');

/** The same for all attempts at one firing. */
export const executionId = ({
  scheduleArn,
  scheduledMs,
}: Pick<Invocation, 'scheduleArn' | 'scheduledMs'>): string =>
  createHash('sha256').update(`${scheduleArn} ${scheduledMs}`).digest('hex').slice(0, 16);

const keyword = /<aws\.scheduler\.(schedule-arn|scheduled-time|execution-id|attempt-number)>/g;

export function withContext(input: string, invocation: Invocation): string {
  return input.replaceAll(keyword, (_, name: string) => {
    switch (name) {
      case 'schedule-arn':
        return invocation.scheduleArn;
      case 'scheduled-time':
        return timeText(invocation.scheduledMs);
      case 'execution-id':
        return executionId(invocation);
      default:
        return String(invocation.attempt);
    }
  });
}

/** As AWS sends it, whose detail is a text. */
export function defaultInput({ scope, scheduleArn, scheduledMs }: Invocation): string {
  const { account, region } = scopeParts(scope);
  return JSON.stringify({
    version: '0',
    id: eventId(`${scheduleArn} ${scheduledMs}`),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: timeText(scheduledMs),
    region,
    resources: [scheduleArn],
    detail: '{}',
  });
}
