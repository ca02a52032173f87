// When a signature is taken, to the second, and the sentences for when it is not.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatTime, parseHttpTime, parseTime, timeFault } from './time.ts';

const nowMs = Date.UTC(2015, 7, 30, 12, 36);

it('reads times of AWS’s basic form, and of HTTP’s', () => {
  assert.equal(parseTime('20150830T123600Z'), nowMs);
  assert.equal(parseTime('20240229T000000Z'), Date.UTC(2024, 1, 29));
  assert.equal(formatTime(nowMs), '20150830T123600Z');
  assert.equal(parseHttpTime('Sun, 30 Aug 2015 12:36:00 GMT'), nowMs);
  for (const text of [
    '',
    '20150830',
    '2015-08-30T12:36:00Z',
    '20150830T123600',
    '20150830T123600Z ',
    '20150230T000000Z',
    '20151301T000000Z',
    '20150830T240000Z',
    '20150830T126000Z',
    '00990101T000000Z',
    '٢٠١٥٠٨٣٠T123600Z',
  ])
    assert.equal(parseTime(text), undefined, text);
  for (const text of [
    '',
    'now',
    '2015-08-30',
    'Sun, 30 Aug 2015 12:36:00 PST',
    'Sun, 99 Aug 2015 12:36:00 GMT',
  ])
    assert.equal(parseHttpTime(text), undefined, text);
});

it('takes what was signed within fifteen minutes, either way', () => {
  for (const minutes of [-15, 0, 15])
    assert.equal(timeFault(nowMs + minutes * 60_000, undefined, nowMs), undefined);
  assert.deepEqual(timeFault(nowMs - 901_000, undefined, nowMs), {
    fault: 'untimely',
    message:
      'Signature expired: 20150830T122059Z is now earlier than 20150830T122100Z (20150830T123600Z - 15 min.)',
  });
  assert.deepEqual(timeFault(nowMs + 901_000, undefined, nowMs), {
    fault: 'untimely',
    message:
      'Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z (20150830T123600Z + 15 min.)',
  });
});

it('takes a presigned request as long as it says, and not before its time', () => {
  const week = 7 * 24 * 3_600;
  assert.equal(timeFault(nowMs - 60_000, 60, nowMs), undefined);
  assert.equal(timeFault(nowMs - week * 1_000, week, nowMs), undefined);
  assert.equal(timeFault(nowMs + 900_000, 0, nowMs), undefined);
  assert.deepEqual(timeFault(nowMs - 61_000, 60, nowMs), {
    fault: 'request-expired',
    message:
      'Signature expired: 20150830T123459Z is now earlier than 20150830T123500Z (20150830T123600Z - 60 sec.)',
  });
  assert.equal(timeFault(nowMs + 901_000, week, nowMs)?.fault, 'untimely');
});
