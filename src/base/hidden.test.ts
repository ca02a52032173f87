// Nothing that prints a hidden text shows it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { format, inspect } from 'node:util';
import { Hidden } from './hidden.ts';

it('is seen by nobody who does not ask', () => {
  const hidden = new Hidden('s3cret');
  const printed = [
    String(hidden),
    JSON.stringify({ hidden }),
    inspect({ deep: { hidden } }, { depth: null, showHidden: true }),
    format('%s %o %j', hidden, hidden, hidden),
    JSON.stringify({ ...hidden }),
    JSON.stringify(structuredClone({ ...hidden })),
  ].join('\n');
  assert.ok(!printed.includes('s3cret'), printed);
  assert.equal(hidden.reveal(), 's3cret');
});
