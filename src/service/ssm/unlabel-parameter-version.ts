// UnlabelParameterVersion: takes labels away from a version.

import type {
  UnlabelParameterVersionCommandInput,
  UnlabelParameterVersionCommandOutput,
} from '@aws-sdk/client-ssm';
import { limit } from '../../core/limit.ts';
import { lengthIn } from '../constraint.ts';
import { onParameters } from './access.ts';
import { change, parameterNamed, type SsmOperation } from './deps.ts';
import { noVersion } from './error.ts';
import { versionOf } from './resources.ts';

export const unlabelParameterVersion: SsmOperation<
  UnlabelParameterVersionCommandInput,
  UnlabelParameterVersionCommandOutput
> = {
  authorizes: (input, context) => onParameters('UnlabelParameterVersion', [input.Name], context),

  handle(deps, input, context) {
    const labels = [...new Set(lengthIn(input.Labels, 1, limit.parameter.labels, 'labels'))];
    const version = input.ParameterVersion ?? 0;
    return change(deps, context, (draft) => {
      const parameter = parameterNamed(draft, context.scope, input.Name);
      if (versionOf(draft, parameter, version) === undefined)
        throw noVersion(parameter.name, version);
      const there = new Map(Object.entries(parameter.labels));
      const removed = labels.filter((label) => there.get(label) === version);
      for (const label of removed) there.delete(label);
      draft.put('parameter', parameter.name, { ...parameter, labels: Object.fromEntries(there) });
      return {
        RemovedLabels: removed,
        InvalidLabels: labels.filter((label) => !removed.includes(label)),
      };
    });
  },
};
