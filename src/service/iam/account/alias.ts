// The name of an account beside its number.

import { given, lengthIn, matches } from '../check.ts';

export const checkedAlias = (value: string | undefined): string =>
  given(
    matches(
      lengthIn(value, 3, 63, 'accountAlias'),
      /^[a-z0-9](?:-?[a-z0-9])*$/,
      'accountAlias',
      'made of small letters, digits and single hyphens between them',
    ),
    'accountAlias',
  );
