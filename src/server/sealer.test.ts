// What is sealed can be opened by who says what it is, and by nobody else.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';
import { sealerOf } from './sealer.ts';

const key = Buffer.alloc(32, 7);
const sealer = sealerOf(key);

describe('a sealer', () => {
  it('opens what it sealed, also after a restart, and seals nothing twice alike', () => {
    for (const text of ['', 'secret', 'gülden \u{1F600}', 'x'.repeat(100_000)]) {
      const sealed = sealer.seal(text, 'this');
      assert.match(sealed, /^v1\.[\w-]+$/);
      assert.equal(sealerOf(key).open(sealed, 'this'), text);
      assert.notEqual(sealer.seal(text, 'this'), sealed);
    }
  });

  it('opens nothing that is about something else, of another key, or changed', () => {
    const sealed = sealer.seal('secret', 'this');
    assert.equal(sealer.open(sealed, 'that'), undefined);
    assert.equal(sealerOf(Buffer.alloc(32, 8)).open(sealed, 'this'), undefined);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'Q' : 'A';
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      assert.equal(sealer.open(changed, 'this'), undefined, `character ${at}`);
    }
    for (const text of ['', 'v1.', 'v1.AAAA', sealed.slice(0, 30), `${sealed}AAAA`])
      assert.equal(sealer.open(text, 'this'), undefined, text);
  });

  it('derives the same of the same alone, and nothing that sealing uses', () => {
    assert.equal(sealer.derive('a'), sealerOf(key).derive('a'));
    assert.equal(Buffer.from(sealer.derive('a'), 'base64').length, 32);
    assert.notEqual(sealer.derive('a'), sealer.derive('b'));
    assert.notEqual(sealer.derive('a'), sealerOf(Buffer.alloc(32, 8)).derive('a'));
  });

  it('draws every character of an alphabet alike', () => {
    const drawn = sealer.random(26_000, 'abcdefghijklmnopqrstuvwxyz');
    assert.equal(drawn.length, 26_000);
    const counts = Map.groupBy(drawn, (character) => character);
    assert.equal(counts.size, 26);
    for (const [character, those] of counts)
      assert.ok(those.length > 800 && those.length < 1_200, `${character}: ${those.length}`);
  });

  it('shows nothing of its key', () => {
    assert.doesNotMatch(inspect(sealer, { depth: 9, showHidden: true }), /7, 7|07 07/);
    assert.equal(JSON.stringify(sealer), '{}');
  });
});
