// Which image references can be asked for, and what is said of the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceProblem } from './image-reference.ts';

const hex = 'a'.repeat(64);

test('what a registry may have is no problem', () => {
  for (const image of [
    'busybox',
    'busybox:1',
    'library/busybox',
    'docker.io/library/busybox:latest',
    'localhost/x',
    'localhost:5000/a/b_c:v1.2-x',
    '127.0.0.1:1/no/such-image:1',
    '[::1]:5000/x',
    'EXAMPLE.com/x',
    'a__b/c---d',
    `x@sha256:${hex}`,
    `x:1@sha256:${hex}`,
    hex,
    `sha256:${hex}`,
    '0123456789ab',
    '000000000000.dkr.ecr.us-east-1.amazonaws.com/a:B',
  ]) {
    assert.equal(referenceProblem(image), undefined, image);
  }
});

test('a malformed one is told in the words of Docker', () => {
  const cases: Record<string, string> = {
    UPPER: 'invalid reference format: repository name (library/UPPER) must be lowercase',
    'Some/Image': 'invalid reference format: repository name (Some/Image) must be lowercase',
    'host:5000/Image': 'invalid reference format: repository name (Image) must be lowercase',
    'file:///etc/passwd': 'invalid reference format',
    'https://registry/x': 'invalid reference format',
    'busybox:': 'invalid reference format',
    'busybox:a b': 'invalid reference format',
    'busybox::1': 'invalid reference format',
    'busybox:a:b': 'invalid reference format',
    '-x': 'invalid reference format',
    'a//b': 'invalid reference format',
    '/a': 'invalid reference format',
    'a/': 'invalid reference format',
    'a..b': 'invalid reference format',
    a___b: 'invalid reference format',
    '-h.com/x': 'invalid reference format',
    'x@': 'invalid reference format',
    'x@sha256:abc': 'invalid reference format',
    [`x@sha256:${'a'.repeat(63)}`]: 'invalid checksum digest length',
    [`x@sha256:${'A'.repeat(64)}`]: 'invalid checksum digest format',
    [`x@md5:${'a'.repeat(32)}`]: 'unsupported digest algorithm',
    [`x:${'t'.repeat(129)}`]: 'invalid reference format',
    [`a/${'b'.repeat(254)}`]: 'repository name must not be more than 255 characters',
    [`${'a/'.repeat(1000)}b`]: 'repository name must not be more than 255 characters',
    'a\nb': 'invalid reference format',
    '': 'invalid reference format',
  };
  for (const [image, problem] of Object.entries(cases))
    assert.equal(referenceProblem(image), problem, JSON.stringify(image));
});
