// An entry of PutEvents: the event that it becomes, or why it becomes none. Pure; where it goes,
// others say.

import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';

/** Why an entry fails while others do not, in AWS's words. */
export interface EntryFault {
  readonly code: string;
  readonly message: string;
}

/** Who sends it, and when. */
interface Sender {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly nowMs: number;
}

/** Bytes, by the formula that AWS documents. */
export function sizeOf({
  Time: time,
  Source: source = '',
  DetailType: detailType = '',
  Detail: detail = '',
  Resources: resources = [],
}: PutEventsRequestEntry): number {
  return [source, detailType, detail, ...resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    time === undefined ? 0 : 14,
  );
}

const isFault = (value: object): value is EntryFault => 'code' in value;

/** The members in AWS's order, as targets see them. */
export function eventOf(
  entry: PutEventsRequestEntry,
  { id, account, region, nowMs }: Sender,
): { readonly event: object } | { readonly fault: EntryFault } {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name])
      return {
        fault: {
          code: 'InvalidArgument',
          message: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
        },
      };
  if (/^(?:aws\.|longshore$)/.test(entry.Source ?? ''))
    return {
      fault: {
        code: 'NotAuthorizedForSourceException',
        message: 'Not authorized for the source.',
      },
    };
  const detail = detailOf(entry.Detail ?? '');
  if (isFault(detail)) return { fault: detail };
  return {
    event: {
      version: '0',
      id,
      'detail-type': entry.DetailType,
      source: entry.Source,
      account,
      time: instant(entry.Time?.getTime() ?? nowMs),
      region,
      resources: entry.Resources ?? [],
      detail: detail.value,
    },
  };
}

const malformed: EntryFault = { code: 'MalformedDetail', message: 'Detail is malformed.' };

function detailOf(text: string): { readonly value: object } | EntryFault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed;
  return isTooDeep(text) ? malformed : { value };
}

/** By the text: whoever walks the value itself needs a stack as deep as it is. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isWithinText = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (isWithinText) {
      if (char === '\\') at++;
      else if (char === '"') isWithinText = false;
    } else if (char === '"') isWithinText = true;
    else if (char === '{' || char === '[') {
      if (++depth > limit.events.detailLevels) return true;
    } else if (char === '}' || char === ']') depth--;
  }
  return false;
}

/** Seconds, in UTC. */
const instant = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
