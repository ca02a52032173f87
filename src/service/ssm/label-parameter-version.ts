// LabelParameterVersion: names a version, so that clients read it by that name. A label is on one
// version of a parameter at most.

import type {
  LabelParameterVersionCommandInput,
  LabelParameterVersionCommandOutput,
} from '@aws-sdk/client-ssm';
import { limit } from '../../core/limit.ts';
import { lengthIn } from '../constraint.ts';
import { onParameters } from './access.ts';
import { change, parameterNamed, type SsmOperation } from './deps.ts';
import { noVersion, tooManyLabels } from './error.ts';
import { versionOf } from './resources.ts';

const labelForm = /^(?!aws|ssm|\d)[\w.-]{1,100}$/i;

export const labelParameterVersion: SsmOperation<
  LabelParameterVersionCommandInput,
  LabelParameterVersionCommandOutput
> = {
  authorizes: (input, context) => onParameters('LabelParameterVersion', [input.Name], context),

  handle(deps, input, context) {
    const labels = [...new Set(lengthIn(input.Labels, 1, limit.parameter.labels, 'labels'))];
    for (const label of labels) lengthIn(label, 1, 100, 'labels.member');
    const good = labels.filter((label) => labelForm.test(label));
    return change(deps, context, (draft) => {
      const parameter = parameterNamed(draft, context.scope, input.Name);
      const version = input.ParameterVersion ?? parameter.current.version;
      if (versionOf(draft, parameter, version) === undefined)
        throw noVersion(parameter.name, version);
      const all = Object.fromEntries([
        ...Object.entries(parameter.labels),
        ...good.map((label) => [label, version] as const),
      ]);
      if (Object.values(all).filter((at) => at === version).length > limit.parameter.labels)
        throw tooManyLabels();
      draft.put('parameter', parameter.name, { ...parameter, labels: all });
      return {
        InvalidLabels: labels.filter((label) => !good.includes(label)),
        ParameterVersion: version,
      };
    });
  },
};
