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

it('is stars wherever it is printed', () => {
  const secret = new Hidden('wJalrXUtnFEMI');
  assert.equal(secret.reveal(), 'wJalrXUtnFEMI');
  for (const printed of [
    // oxlint-disable-next-line typescript/restrict-template-expressions
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { secret } }, { depth: null, showHidden: true }),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(structuredClone({ ...secret })),
  ]) {
    assert.doesNotMatch(printed, /wJal/);
  }
  assert.equal(JSON.stringify({ secret }), '{"secret":"***"}');
  assert.equal(inspect([secret]), '[ *** ]');
});
