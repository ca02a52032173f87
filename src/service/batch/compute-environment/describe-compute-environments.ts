// DescribeComputeEnvironments: those asked for, or all of them by name, in pages. A deleted one is
// not there any more.

import type {
  DescribeComputeEnvironmentsCommandInput,
  DescribeComputeEnvironmentsCommandOutput,
} from '@aws-sdk/client-batch';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { byNames, pageByName, refusePage } from '../page.ts';
import type { Reply } from '../reply.ts';
import { computeEnvironmentDetail } from '../view/compute-environment.ts';

export const describeComputeEnvironments: BatchOperation<
  DescribeComputeEnvironmentsCommandInput,
  Reply<DescribeComputeEnvironmentsCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeComputeEnvironments'),

  handle({ reader }, input, { scope }) {
    const names = input.computeEnvironments ?? [];
    if (names.length > 0) {
      refusePage(input.maxResults, 'ComputeEnvironments');
      const found = byNames(
        names,
        'computeEnvironments',
        (name) => reader.batch.computeEnvironment(scope, name),
        (view) => view.environment.arn,
      );
      return { computeEnvironments: found.map(computeEnvironmentDetail) };
    }
    const page = pageByName(
      'compute-environment',
      reader.batch.computeEnvironments(scope),
      (view) => view.environment.name,
      input,
    );
    return {
      computeEnvironments: page.items.map(computeEnvironmentDetail),
      nextToken: page.nextToken,
    };
  },
};
