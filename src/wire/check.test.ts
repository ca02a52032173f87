// The checks that operations use for what the schemas cannot say.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { JQState } from '@aws-sdk/client-batch';
import { AwsError } from './aws-error.ts';
import { checksFor, given, integerIn, lengthIn, matches, oneOf, sizeIn } from './check.ts';

const refuses = (run: () => unknown, message: RegExp): void =>
  assert.throws(
    run,
    (error) =>
      error instanceof AwsError &&
      error.name === 'ClientException' &&
      error.status === 400 &&
      message.test(error.message),
  );

it('takes only the SDK’s enum constants', () => {
  assert.equal(oneOf(JQState, 'ENABLED', 'state'), 'ENABLED');
  refuses(
    () => oneOf(JQState, 'enabled', 'state'),
    /^state must be one of DISABLED, ENABLED; it is "enabled"$/,
  );
  refuses(() => oneOf(JQState, 'toString', 'state'), /toString/);
  refuses(() => oneOf(JQState, 'x'.repeat(1000), 'state'), /x…"$/);
});

it('takes only whole numbers in the range', () => {
  for (const value of [1, 10]) assert.equal(integerIn(value, 1, 10, 'attempts'), value);
  for (const value of [0, 11, 1.5, -1, NaN, Infinity])
    refuses(
      () => integerIn(value, 1, 10, 'attempts'),
      /^attempts must be a whole number from 1 to 10; it is /,
    );
});

it('checks forms, lengths, sizes and presence', () => {
  assert.equal(matches('ab', /^[a-z]+$/, 'name', 'letters'), 'ab');
  refuses(
    () => matches('a b', /^[a-z]+$/, 'name', 'letters'),
    /^name must be letters; it is "a b"$/,
  );
  assert.equal(lengthIn('ab', 1, 2, 'name'), 'ab');
  refuses(() => lengthIn('', 1, 2, 'name'), /1 to 2 characters; it has 0/);
  refuses(() => lengthIn([1, 2, 3], 0, 2, 'jobs'), /0 to 2 entries; it has 3/);
  refuses(() => sizeIn({ a: 1, b: 2 }, 0, 1, 'tags'), /0 to 1 entries; it has 2/);
  assert.equal(given(0, 'size'), 0);
  refuses(() => given(undefined, 'size'), /^size must be provided$/);
});

it('lets absent values pass', () => {
  assert.equal(oneOf(JQState, undefined, 'state'), undefined);
  assert.equal(integerIn(undefined, 1, 2, 'n'), undefined);
  assert.equal(matches(undefined, /x/, 'n', 'x'), undefined);
  assert.equal(lengthIn(undefined, 1, 2, 'n'), undefined);
  assert.equal(sizeIn(undefined, 1, 2, 'n'), undefined);
});

it('fails with the error of its service', () => {
  const checks = checksFor((message) => new AwsError('InvalidParameterException', 400, message));
  assert.throws(() => checks.integerIn(0, 1, 2, 'limit'), { name: 'InvalidParameterException' });
});
