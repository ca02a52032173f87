// A secret shows itself to nobody who does not ask for it.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from './secret.ts';

it('is stars wherever it is printed', () => {
  const secret = new Secret('wJalrXUtnFEMI');
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
