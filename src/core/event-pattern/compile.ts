// A pattern in the form that rules are matched by, made once of its text.

import { refuse, type Refusal } from '../../base/refusal.ts';
import { limit } from '../limit.ts';
import { BadPattern } from './json-reader.ts';
import { parsePattern, TooManyAlternatives, type Condition } from './parse.ts';

export interface Pattern {
  readonly text: string;
  /** It matches where all conditions of one of these hold; each list is in the order of paths. */
  readonly alternatives: readonly (readonly Condition[])[];
}

/** Whatever the text is, what is wrong with it comes back in AWS's words. */
export function compilePattern(text: string): Pattern | Refusal {
  const { characters } = limit.eventPattern;
  if (text.length > characters)
    return refuse('limit', `Event pattern has more than ${characters} characters`);
  try {
    return { text, alternatives: parsePattern(text) };
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    const kind = error instanceof TooManyAlternatives ? 'limit' : 'invalid';
    return refuse(kind, `Event pattern is not valid. Reason: ${error.message}`);
  }
}
