// Checks of what clients send to Parameter Store that the schemas cannot say. No message shows a
// value.

import { BadPattern, LinePattern } from '../../base/line-pattern/line-pattern.ts';
import { limit } from '../../core/limit.ts';
import { lengthIn, validation } from '../constraint.ts';
import { withTags } from '../tag-list.ts';
import { badPattern, mismatch, noSuchKey, reservedName, tooDeep, tooManyTags } from './error.ts';
import type { ParameterVersion } from './resources.ts';

const nameForm = /^[a-zA-Z0-9_.\-/]+$/;
const reserved = /^\/?(?:aws|ssm)/i;

/** The name of a parameter that is to be made. */
export function newName(name: string | undefined): string {
  lengthIn(name, 1, limit.parameter.nameCharacters, 'name');
  if (name === undefined || !nameForm.test(name) || /\/\/|\/$/.test(name))
    throw validation(
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  const levels = name.split('/').length - (name.startsWith('/') ? 1 : 0);
  if (levels > 1 && !name.startsWith('/'))
    throw validation('Parameter name must be a fully qualified name');
  if (reserved.test(name)) {
    if (levels > 1 && name.startsWith('/aws')) throw reservedName(name);
    throw validation(
      levels > 1
        ? 'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_'
        : 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  if (levels > limit.parameter.levels) throw tooDeep(limit.parameter.levels);
  return name;
}

/** Only AWS's own key is here: there is no KMS whose keys could be another. */
export function keyId(id: string | undefined): string | undefined {
  if (id === undefined || /^(?:arn:[\w-]+:kms:[\w-]+:\d{12}:)?alias\/aws\/ssm$/.test(id)) return id;
  throw noSuchKey();
}

const tierHelp =
  'For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

type Tier = ParameterVersion['tier'];

/** The tier that a value of this size has; `had`: the parameter's so far. */
export function tierOf(wanted: string | undefined, value: string, had: Tier | undefined): Tier {
  const { standardBytes, advancedBytes } = limit.parameter;
  const bytes = Buffer.byteLength(value);
  if (wanted === 'Standard' && had === 'Advanced')
    throw validation(
      `This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. ${tierHelp}`,
    );
  const tier =
    wanted === 'Advanced' || had === 'Advanced'
      ? 'Advanced'
      : wanted === 'Intelligent-Tiering' && bytes > standardBytes
        ? 'Advanced'
        : 'Standard';
  if (tier === 'Standard' && bytes > standardBytes)
    throw validation(
      `Standard tier parameters support a maximum parameter value of ${standardBytes} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. ${tierHelp}`,
    );
  if (bytes > advancedBytes)
    throw validation(
      `Advanced tier parameters support a maximum parameter value of ${advancedBytes} characters. ${tierHelp}`,
    );
  return tier;
}

/** The pattern is the caller's own: it is matched in time that grows with the value alone. */
export function checkPattern(pattern: string | undefined, value: string): void {
  if (pattern === undefined || pattern === '') return;
  lengthIn(pattern, 0, 1024, 'allowedPattern');
  let expression: LinePattern;
  try {
    expression = new LinePattern(pattern);
  } catch (error) {
    if (error instanceof BadPattern) throw badPattern(error.message);
    throw error;
  }
  if (!expression.test(value)) throw mismatch(pattern);
}

export const tags = (
  list: Parameters<typeof withTags>[1],
  had: Parameters<typeof withTags>[0] = {},
): ReturnType<typeof withTags> =>
  withTags(had, list, { invalid: validation, tooMany: tooManyTags });
