// Which instance types are ARM, and what they have in common.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectureOf, commonArchitecture } from './architecture.ts';

const arm = ['a1', 'a1.large', 'm6g', 'm6gd.metal', 'c7gn.xlarge', 'im4gn.large', 'is4gen.large', 'x2gd.large', 'hpc7g.4xlarge', 't4g.small', 'g5g.xlarge', 'default_arm64'];
const x86 = ['optimal', 'default_x86_64', 'm5', 'c5.large', 'g4dn.xlarge', 'g5.xlarge', 'p4d.24xlarge', 'inf2.xlarge', 'u-6tb1.metal', 'm7i-flex.large', 'r6a'];

test('Graviton types are ARM, all others x86', () => {
  for (const type of arm) assert.equal(architectureOf(type), 'ARM_64', type);
  for (const type of x86) assert.equal(architectureOf(type), 'X86_64', type);
});

test('types have an architecture in common, or none', () => {
  assert.equal(commonArchitecture(arm), 'ARM_64');
  assert.equal(commonArchitecture(x86), 'X86_64');
  assert.equal(commonArchitecture(['m5', 'm6g']), undefined);
  assert.equal(commonArchitecture([]), undefined);
});
