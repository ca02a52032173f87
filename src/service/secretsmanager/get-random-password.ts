// GetRandomPassword: random characters of the kinds that are wanted. Nothing of it is kept.

import type {
  GetRandomPasswordCommandInput,
  GetRandomPasswordCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import type { Sealer } from '../../port/sealer.ts';
import { onAll } from '../access.ts';
import { integerIn, lengthIn } from '../constraint.ts';
import type { SecretsManagerOperation } from './deps.ts';
import { invalidParameter } from './error.ts';

const defaultLength = 32;

export const getRandomPassword: SecretsManagerOperation<
  GetRandomPasswordCommandInput,
  GetRandomPasswordCommandOutput
> = {
  authorizes: () => onAll('secretsmanager:GetRandomPassword'),

  handle({ sealer }, input) {
    const length = integerIn(input.PasswordLength, 1, 4096, 'passwordLength') ?? defaultLength;
    const without = new Set(lengthIn(input.ExcludeCharacters, 0, 4096, 'excludeCharacters'));
    const kinds = [
      ...(input.ExcludeLowercase ? [] : ['abcdefghijklmnopqrstuvwxyz']),
      ...(input.ExcludeUppercase ? [] : ['ABCDEFGHIJKLMNOPQRSTUVWXYZ']),
      ...(input.ExcludeNumbers ? [] : ['0123456789']),
      ...(input.ExcludePunctuation ? [] : ['!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']),
      ...(input.IncludeSpace ? [' '] : []),
    ]
      .map((kind) => [...kind].filter((character) => !without.has(character)).join(''))
      .filter((kind) => kind !== '');
    if (kinds.length === 0)
      throw invalidParameter('No characters are left of which a password could be made.');
    const required = (input.RequireEachIncludedType ?? true) ? kinds : [];
    if (length < required.length)
      throw invalidParameter('Password length is too short based on the required types.');
    const characters = [
      ...required.map((kind) => sealer.random(1, kind)),
      ...sealer.random(length - required.length, kinds.join('')),
    ];
    return { RandomPassword: shuffled(sealer, characters).join('') };
  },
};

/** By keys of 80 random bits, of which no two are the same. */
const shuffled = (sealer: Sealer, characters: readonly string[]): string[] =>
  characters
    .map((character) => ({ character, key: sealer.random(20, '0123456789abcdef') }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ character }) => character);
