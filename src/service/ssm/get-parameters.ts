// GetParameters: up to ten values; names that find nothing are answered as such.

import type {
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
} from '@aws-sdk/client-ssm';
import { AwsError } from '../../wire/aws-error.ts';
import { lengthIn } from '../constraint.ts';
import { onParameters } from './access.ts';
import { selected, view, type SsmOperation } from './deps.ts';
import { shownParameter } from './show.ts';

export const getParameters: SsmOperation<GetParametersCommandInput, GetParametersCommandOutput> = {
  authorizes: (input, context) => onParameters('GetParameters', input.Names, context),

  async handle(deps, input, context) {
    const names = lengthIn(input.Names, 1, 10, 'names') ?? [];
    const parameters = await view(deps, context);
    const found: Parameter[] = [];
    const invalid: string[] = [];
    for (const name of new Set(names)) {
      try {
        const of = selected(parameters, context.scope, name);
        found.push(shownParameter(deps, context.scope, of, input.WithDecryption));
      } catch (error) {
        if (!(error instanceof AwsError) || error.name === 'InvalidKeyId') throw error;
        invalid.push(name);
      }
    }
    return { Parameters: found, InvalidParameters: invalid };
  },
};
