// Points in time against JavaScript's own calendar.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { instantOf } from './instant.ts';

it('is what the calendar says', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(-6e13), max: new Date(2e14), noInvalidDate: true }),
      fc.integer({ min: -14, max: 14 }),
      (date, hours) => {
        const text = date.toISOString();
        // Years beyond four digits are written by the language in another way.
        fc.pre(/^\d/.test(text));
        assert.equal(instantOf(text), date.getTime());
        assert.equal(instantOf(text.slice(0, 10)), Date.parse(text.slice(0, 10)));
        assert.equal(instantOf(text.slice(0, 7)), Date.parse(text.slice(0, 7)));
        assert.equal(instantOf(String(Math.abs(date.getTime()))), Math.abs(date.getTime()) * 1000);
        const sign = hours < 0 ? '-' : '+';
        const offset = `${sign}${String(Math.abs(hours)).padStart(2, '0')}:30`;
        const moved = text.replace('Z', offset);
        assert.equal(instantOf(moved), Date.parse(moved));
      },
    ),
  );
});

it('is none of what cannot be', () => {
  for (const text of [
    '',
    'now',
    '2026-13',
    '2026-00',
    '2026-01-32',
    '2026-01-01T24:00',
    '2026-01-01T00:60',
    '2026-01-01T00:00:60',
    '2026-01-01T00:00Z+1',
    '2026-01-01T00:00+24',
    '--1',
    '292278994-01',
    '99999999999999999999',
  ])
    assert.equal(instantOf(text), undefined, text);
});
