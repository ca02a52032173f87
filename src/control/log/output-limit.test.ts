// What fits below the limit is stored, then one line that says so, and nothing more, across
// restarts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogBatch } from '../../port/engine.ts';
import type { PutBatch } from '../../port/log-sink.ts';
import { limitPosition, OutputLimit, OutputLimitReached } from './output-limit.ts';

test('output is stored up to the limit, and the last line says so', async () => {
  const stored: (LogBatch | PutBatch)[] = [];
  const writer = {
    position: undefined,
    append: async (batch: LogBatch | PutBatch) => void stored.push(batch),
    close: async () => undefined,
  };
  const batch = (...texts: string[]): LogBatch => ({
    lines: texts.map((text) => ({ timestampMs: 1, message: Buffer.from(text) })),
    position: texts.join(),
  });
  // 26 and 4 bytes a line; 30 are stored already.
  const limit = new OutputLimit(120, 30);
  await limit.append(writer, batch('aaaa', 'bbbb'));
  await assert.rejects(limit.append(writer, batch('cccc', 'dddd')), OutputLimitReached);
  await assert.rejects(limit.append(writer, batch('eeee')), OutputLimitReached);
  assert.deepEqual(
    stored.map(({ position }) => position),
    ['aaaa,bbbb', limitPosition],
  );
  assert.deepEqual(
    stored[1]?.lines.map(({ message }) => Buffer.from(message).toString().slice(0, 40)),
    ['cccc', 'longshore: this attempt has printed more'],
  );
});
