// Reads a CloudWatch filter pattern. Pure. What it does not know it refuses with
// InvalidFilterPattern, never by matching something else.

import { InvalidFilterPattern } from '../../../port/log-sink.ts';
import { parseFieldPattern } from './field-pattern.ts';
import { parseJsonPattern } from './json-pattern.ts';
import type { Matcher } from './matcher.ts';
import { parseTerms } from './term-pattern.ts';

const longest = 1024;

export function parseFilterPattern(pattern: string): Matcher {
  if (pattern.length > longest)
    throw new InvalidFilterPattern(
      `Invalid filter pattern: it is longer than ${longest} characters`,
    );
  const text = pattern.trim();
  if (text.startsWith('{')) return parseJsonPattern(text);
  if (text.startsWith('[')) return parseFieldPattern(text);
  return parseTerms(text);
}
