// What the formats of dates stand for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinePattern } from '../../base/line-pattern/line-pattern.ts';
import { eventStartOf } from './event-start.ts';

test('a format matches the times that it stands for', () => {
  const cases: [format: string, line: string, starts: boolean][] = [
    ['\\[%b %d, %Y %H:%M:%S\\]', '[May 01, 2017 19:00:01] A message', true],
    ['\\[%b %d, %Y %H:%M:%S\\]', '  at a line of a stack [May 01]', false],
    ['%Y-%m-%d %H:%M:%S%L', '2026-11-29 04:05:06.123 x', true],
    ['%Y-%m-%d', '2026-13-29', false],
    ['%A %I:%M %p %Z %z', 'Sunday 04:05 AM CEST +0200', true],
    ['%a %B %j %y %w %f', 'Sun November 010 26 0 123456', true],
    ['%H:%M', 'at 23:59', true],
    ['%H:%M', 'at 24:00', false],
    ['%Q%d', '31', true],
  ];
  for (const [format, line, starts] of cases) {
    assert.equal(
      new LinePattern(eventStartOf({ 'awslogs-datetime-format': format }) ?? '').test(line),
      starts,
      `${format}: ${line}`,
    );
  }
  assert.equal(eventStartOf({ 'awslogs-multiline-pattern': '^INFO' }), '^INFO');
  assert.equal(eventStartOf({ 'awslogs-multiline-pattern': '' }), undefined);
  assert.equal(eventStartOf({}), undefined);
});

test('months and weekdays have their English names, whole and short', () => {
  const matches = (format: string, text: string) =>
    new LinePattern(`^${eventStartOf({ 'awslogs-datetime-format': format })}$`).test(text);
  for (let day = 0; day < 365; day += 27) {
    const date = new Date(Date.UTC(2026, 0, 1 + day));
    const named = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(date);
    assert.ok(matches('%B', named({ month: 'long' })), named({ month: 'long' }));
    assert.ok(matches('%b', named({ month: 'short' })));
    assert.ok(matches('%A', named({ weekday: 'long' })));
    assert.ok(matches('%a', named({ weekday: 'short' })));
  }
});
