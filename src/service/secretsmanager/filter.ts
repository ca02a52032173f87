// The filters of lists of secrets, as AWS documents them: a secret must pass each filter, by any of
// its values; a value that begins with `!` asks for the contrary.

import type { Filter } from '@aws-sdk/client-secrets-manager';
import { never } from '../../base/assert.ts';
import { lengthIn, oneOf } from '../constraint.ts';
import { invalidParameter } from './error.ts';
import type { Secret } from './resources.ts';

const keys = [
  'all',
  'description',
  'name',
  'owning-service',
  'primary-region',
  'tag-key',
  'tag-value',
] as const;

type Test = (secret: Secret) => boolean;

export function filterOf(filters: readonly Filter[] = []): Test {
  lengthIn(filters, 0, 10, 'filters');
  const tests = filters.map(({ Key: key, Values: values }) => {
    const name = oneOf(keys, key, 'filters.member.key');
    if (name === undefined || values === undefined || values.length === 0)
      throw invalidParameter('A filter needs a Key and Values.');
    lengthIn(values, 1, 10, 'filters.member.values');
    const each = values.map((value) => {
      lengthIn(value, 0, 512, 'filters.member.values.member');
      return value.startsWith('!') ? not(testOf(name, value.slice(1))) : testOf(name, value);
    });
    return (secret: Secret) => each.some((test) => test(secret));
  });
  return (secret) => tests.every((test) => test(secret));
}

const not =
  (test: Test): Test =>
  (secret) =>
    !test(secret);

function testOf(key: (typeof keys)[number], value: string): Test {
  switch (key) {
    case 'name':
      return ({ name }) => name.startsWith(value);
    case 'description':
      return ({ description = '' }) => description.toLowerCase().startsWith(value.toLowerCase());
    case 'tag-key':
      return ({ tags }) => Object.keys(tags).some((tag) => tag.startsWith(value));
    case 'tag-value':
      return ({ tags }) => Object.values(tags).some((tag) => tag.startsWith(value));
    // No secret has replicas, and none belongs to a service of AWS's.
    case 'primary-region':
    case 'owning-service':
      return () => false;
    case 'all': {
      const words = value.toLowerCase().split(/[\s/_+=.@-]+/);
      return ({ name, description = '', tags }) => {
        const text = [name, description, ...Object.entries(tags).flat()].join('\n').toLowerCase();
        return words.every((word) => text.includes(word));
      };
    }
    default:
      return never(key);
  }
}
