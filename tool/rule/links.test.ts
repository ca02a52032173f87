// Planted broken links: each must be caught, and links of every right kind must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../tree.ts';
import { linksRule } from './links.ts';

const other = '# One house\n\n## Rooms & rules\n\n## Rooms & rules\n';

function findings(text: string): string[] {
  const tree = treeOf({ 'doc/a.md': text, 'doc/b.md': other, 'src/main.ts': '// Main.\n' });
  return [...linksRule.check(tree)].map(
    (finding) => `${finding.file}:${finding.line} ${finding.message}`,
  );
}

const wrong: readonly (readonly [what: string, text: string, finding: RegExp])[] = [
  ['a file that is not there', 'x\n[b](c.md)\n', /^doc\/a\.md:2 c\.md leads to nothing/],
  ['a picture that is not there', '![b](c.png)\n', /:1 c\.png leads to nothing/],
  ['a way out of the checkout', '[b](../../c.md)\n', /leads out of the checkout/],
  ['a heading that is not there', '[b](b.md#room)\n', /no heading of that name/],
  ['a heading of its own that is not there', '# A\n[b](#b)\n', /:2 #b: no heading/],
  ['a definition', '[b]: c.md\n', /c\.md leads to nothing/],
];

for (const [what, text, finding] of wrong) {
  test(`links catches: ${what}`, () => {
    const all = findings(text);
    assert.equal(all.length, 1, all.join('; '));
    assert.match(all[0] ?? '', finding);
  });
}

test('links allows files, folders, headings, other hosts and examples in code', () => {
  const text = [
    '# A',
    '[b](b.md) [b](./b.md "title") [m](../src/main.ts) [s](../src) [root](..)',
    '[h](b.md#rooms--rules) [again](b.md#rooms--rules-1) [own](#a)',
    '[out](https://example.com/x) [mail](mailto:a@example.com) `[code](nothing.md)`',
    '```md',
    '[fenced](nothing.md)',
    '```',
    '',
  ].join('\n');
  assert.deepEqual(findings(text), []);
});
