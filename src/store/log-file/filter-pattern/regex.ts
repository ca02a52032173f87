// The regular expressions of filter patterns, between percent signs: AWS's subset. It has no
// parentheses, so nothing repeated can be repeated again, and no back references: matching takes
// time linear in the text.

import { InvalidFilterPattern } from '../../../port/log-sink.ts';
import { LinearRegex } from './linear-regex.ts';

/** AWS's list of letters and operators; a space is let through beside them. */
const allowed = /^[A-Za-z0-9 :_#=@/;,\-^$?[\]{}|\\*+.]*$/;
const mostCounted = 1000;

/** `source` without its percent signs. */
export function parseRegex(source: string): LinearRegex {
  const wrong = (why: string): InvalidFilterPattern =>
    new InvalidFilterPattern(
      `Invalid filter pattern: in the regular expression %${source}%, ${why}`,
    );
  if (source === '') throw wrong('there is nothing to match');
  const strange = [...source].find((character) => !allowed.test(character));
  if (strange !== undefined) throw wrong(`the character '${strange}' is not supported`);
  if (/\\[1-9]/.test(source.replaceAll('\\\\', '')))
    throw wrong('back references are not supported');
  if (/\\[pPkuUcbB]/.test(source.replaceAll('\\\\', '')))
    throw wrong(
      'only the escapes \\d, \\D, \\s, \\S, \\w, \\W, \\xhh and those of operators are supported',
    );
  const bare = source.replace(/\\./g, 'a').replace(/\[[^\]]*\]/g, 'a');
  for (const count of bare.matchAll(/\d+(?=[,\d]*\})/g))
    if (Number(count[0]) > mostCounted) throw wrong(`a repetition is above ${mostCounted}`);
  try {
    // What is valid, and what else is wrong with it, JavaScript knows best.
    new RegExp(source);
  } catch (error) {
    throw wrong(
      (error as Error).message.replace(/^Invalid regular expression: .*: /, '').toLowerCase(),
    );
  }
  return new LinearRegex(source, () => wrong('its repetitions come to too much'));
}
