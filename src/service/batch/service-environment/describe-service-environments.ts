// DescribeServiceEnvironments: those asked for, or all of them by name, in pages. A deleted one is
// not there any more.

import type {
  DescribeServiceEnvironmentsCommandInput,
  DescribeServiceEnvironmentsCommandOutput,
} from '@aws-sdk/client-batch';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { byNames, pageByName, refusePage } from '../page.ts';
import type { Reply } from '../reply.ts';
import { serviceEnvironmentDetail } from '../view/service-environment.ts';

export const describeServiceEnvironments: BatchOperation<
  DescribeServiceEnvironmentsCommandInput,
  Reply<DescribeServiceEnvironmentsCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeServiceEnvironments'),

  handle({ reader }, input, { scope }) {
    const names = input.serviceEnvironments ?? [];
    if (names.length > 0) {
      refusePage(input.maxResults, 'ServiceEnvironments');
      const found = byNames(
        names,
        'serviceEnvironments',
        (name) => reader.batch.serviceEnvironment(scope, name),
        (view) => view.environment.arn,
      );
      return { serviceEnvironments: found.map(serviceEnvironmentDetail) };
    }
    const page = pageByName(
      'service-environment',
      reader.batch.serviceEnvironments(scope),
      (view) => view.environment.name,
      input,
    );
    return {
      serviceEnvironments: page.items.map(serviceEnvironmentDetail),
      nextToken: page.nextToken,
    };
  },
};
