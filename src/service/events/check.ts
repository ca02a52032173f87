// Checks of what clients send to EventBridge that the schemas cannot say. Constraints are worded as
// AWS's front end words them; no message shows a value.

import { isRefusal } from '../../base/refusal.ts';
import { compilePattern, type Pattern } from '../../core/event-pattern/compile.ts';
import { limit } from '../../core/limit.ts';
import type { Tags } from '../../wire/authorization.ts';
import { formedAs, integerIn, lengthIn, validation } from '../constraint.ts';
import { withTags } from '../tag-list.ts';
import { invalidEventPattern, limitExceeded, unsupported } from './error.ts';

const nameText = String.raw`[\.\-_A-Za-z0-9]+`;
const nameForm = /^[.\-_A-Za-z0-9]+$/;

/** A name of a rule, target, connection …, which must be there. */
export function nameIn(name: string | undefined, most: number, member: string): string {
  lengthIn(name, 1, most, member);
  return formedAs(name ?? '', nameForm, nameText, member);
}

const busText = String.raw`(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+`;
const busForm = /^(?:arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/;

/** A bus's name or its ARN. */
export function busNameOrArn(given: string | undefined, member = 'eventBusName'): void {
  lengthIn(given, 1, 1_600, member);
  if (given !== undefined) formedAs(given, busForm, busText, member);
}

export const description = (given: string | undefined): string | undefined =>
  lengthIn(given, 0, 512, 'description');

/** Of lists: AWS answers a hundred unless it is asked for fewer. */
export const pageSize = (given: number | undefined): number =>
  integerIn(given, 1, limit.events.page, 'limit') ?? limit.events.page;

/** Throws where the text is none. */
export function patternOf(text: string): Pattern {
  lengthIn(text, 0, limit.eventPattern.characters, 'eventPattern');
  const pattern = compilePattern(text);
  if (isRefusal(pattern)) throw invalidEventPattern(pattern.message);
  return pattern;
}

export const tags = (list: Parameters<typeof withTags>[1], had: Tags = {}): Tags =>
  withTags(had, list, { invalid: validation, tooMany: limitExceeded });

/** Members of AWS's that mean nothing here; nothing given is as good as none. */
export function refuse<Input extends object>(
  input: Input,
  ...members: (keyof Input & string)[]
): void {
  for (const member of members) if (input[member] !== undefined) throw unsupported(member);
}
