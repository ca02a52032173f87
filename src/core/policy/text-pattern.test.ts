// Patterns against a slow oracle that is plainly right: it tries every length that a star may have.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Context } from './context.ts';
import { arnPattern, resourcePattern, textPattern } from './text-pattern.ts';

const nothing: Context = () => undefined;

/** A star takes none, or one more; `staysIn` says which stars and marks take no colon. */
function fits(
  pattern: string,
  text: string,
  staysIn: (at: number) => boolean = () => false,
  at = 0,
): boolean {
  if (at === pattern.length) return text === '';
  const mayTake = text !== '' && !(staysIn(at) && text[0] === ':');
  const rest = text.slice(1);
  if (pattern[at] === '*')
    return fits(pattern, text, staysIn, at + 1) || (mayTake && fits(pattern, rest, staysIn, at));
  if (pattern[at] === '?') return mayTake && fits(pattern, rest, staysIn, at + 1);
  return pattern[at] === text[0] && fits(pattern, rest, staysIn, at + 1);
}

const few = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), maxLength });
const options = { numRuns: 3_000 };

describe('a pattern', () => {
  it('is what the oracle says', () => {
    fc.assert(
      fc.property(few('ab*?', 7), few('ab', 9), (pattern, text) => {
        const matches = textPattern(pattern, { hasVariables: false, hasWildcards: true });
        assert.equal(matches(text, nothing), fits(pattern, text));
      }),
      options,
    );
  });

  it('is its own text where it has no wildcard, or where none means anything', () => {
    fc.assert(
      fc.property(few('ab*?${}', 8), few('ab*?${}', 8), (pattern, text) => {
        const matches = textPattern(pattern, { hasVariables: false });
        assert.deepEqual(
          [matches(text, nothing), matches(pattern, nothing)],
          [pattern === text, true],
        );
      }),
      options,
    );
  });

  it('ignores case where it is to', () => {
    fc.assert(
      fc.property(few('aAbB*?', 7), few('aAbB', 8), (pattern, text) => {
        const matches = textPattern(pattern, {
          hasVariables: false,
          hasWildcards: true,
          ignoresCase: true,
        });
        assert.equal(matches(text, nothing), fits(pattern.toLowerCase(), text.toLowerCase()));
      }),
      options,
    );
  });

  it('takes a variable as it stands', () => {
    fc.assert(
      fc.property(
        few('ab*?', 4),
        few('ab*?$', 4),
        few('ab*', 4),
        few('ab*?$', 9),
        (before, value, after, text) => {
          const matches = textPattern(`${before}\${K:v}${after}`, {
            hasVariables: true,
            hasWildcards: true,
          });
          // The oracle knows no literal star: it gets letters of no text for what the value brings.
          const letters: Readonly<Record<string, string>> = { '*': 'S', '?': 'Q', $: 'D' };
          const safe = (one: string): string => one.replaceAll(/[*?$]/g, (c) => letters[c] ?? c);
          assert.equal(
            matches(text, (key) => (key === 'k:v' ? value : undefined)),
            fits(before + safe(value) + after, safe(text)),
          );
        },
      ),
      options,
    );
  });
});

it('of a resource, a star stays in its segment but where it ends it', () => {
  fc.assert(
    fc.property(
      fc.array(few('a*?', 3), { minLength: 5, maxLength: 5 }),
      few('a*?:', 4),
      few('a:', 14),
      (head, last, text) => {
        const start = head.join(':').length;
        const pattern = `${head.join(':')}:${last}`;
        // A pattern of stars alone is any; one of six segments never is.
        const staysIn = (at: number): boolean =>
          at < start && (pattern[at] === '?' || pattern[at + 1] !== ':');
        const matches = resourcePattern(pattern, { hasVariables: false });
        assert.equal(matches(text, nothing), fits(pattern, text, staysIn), `${pattern} ${text}`);
      },
    ),
    options,
  );
});

it('of an ARN in a condition, each part is for itself', () => {
  fc.assert(
    fc.property(
      fc.array(few('a*?', 2), { minLength: 6, maxLength: 6 }),
      fc.array(few('a', 2), { minLength: 6, maxLength: 7 }),
      (pattern, parts) => {
        const matches = arnPattern(pattern.join(':'), { hasVariables: false });
        const given = [...parts.slice(0, 5), parts.slice(5).join(':')];
        assert.equal(
          matches(parts.join(':'), nothing),
          pattern.every((part, at) => fits(part, given[at] ?? '')),
        );
      },
    ),
    options,
  );
});

it('takes pattern times text steps at most', () => {
  const many = '*a'.repeat(20_000);
  const text = 'a'.repeat(200);
  const reading = { hasVariables: true, hasWildcards: true };
  assert.equal(textPattern(`${many}b`, reading)(text, nothing), false);
  assert.equal(resourcePattern(`arn:a*a:${many}`, reading)(`arn:${text}:`, nothing), false);
  const stars = '*'.repeat(20_000);
  assert.equal(resourcePattern(`arn:a*a:${stars}b`, reading)(`arn:${text}:`, nothing), false);
  assert.equal(textPattern('${'.repeat(50_000), reading)('x', nothing), false);
  assert.equal(textPattern("${a,''".repeat(50_000), reading)('x', nothing), false);
});
