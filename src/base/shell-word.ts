// A word as a shell takes it back unchanged: what others named must not become a command when
// somebody pastes it. Pure.

import { visibleInLine } from './visible.ts';

/**
 * In single quotes where it needs any; one with control characters in it as bash, ksh and zsh write
 * it.
 */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (visibleInLine(word) === word) return `'${word.replaceAll("'", `'\\''`)}'`;
  return `$'${visibleInLine(word.replace(/[\\']/g, '\\$&'))}'`;
}
