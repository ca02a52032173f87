// DescribeJobDefinitions: by ARN or name:revision, or by name and status in pages. The user guide
// of 2018 lets a bare name stand in the list too: it means all revisions of that name.

import type {
  DescribeJobDefinitionsCommandInput,
  DescribeJobDefinitionsCommandOutput,
} from '@aws-sdk/client-batch';
import type { Scope } from '../../../base/ids.ts';
import { definitionReference } from '../../../core/job-definition/definition-reference.ts';
import { limit } from '../../../core/limit.ts';
import type { JobDefinitionView, Reader } from '../../../port/reader.ts';
import { lengthIn } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';
import { onAll } from '../../access.ts';
import type { BatchOperation } from '../deps.ts';
import { malformedToken, pageSize, refusePage } from '../page.ts';
import type { Reply } from '../reply.ts';
import { jobDefinitionDetail } from '../view/job-definition.ts';

export const describeJobDefinitions: BatchOperation<
  DescribeJobDefinitionsCommandInput,
  Reply<DescribeJobDefinitionsCommandOutput>
> = {
  authorizes: () => onAll('batch:DescribeJobDefinitions'),

  handle({ reader }, input, { scope }) {
    const { jobDefinitions: asked = [], jobDefinitionName, status } = input;
    const size = pageSize(input.maxResults);
    if (status !== undefined && status !== 'ACTIVE' && status !== 'INACTIVE')
      throw invalid(`status must be ACTIVE or INACTIVE; it is '${status}'`);
    if (asked.length > 0) {
      refusePage(input.maxResults, 'JobDefinitions');
      if (jobDefinitionName)
        throw invalid('jobDefinitions and jobDefinitionName cannot be used together');
      const found = find(reader, scope, asked).filter(
        (view) => status === undefined || view.definition.status === status,
      );
      return { jobDefinitions: found.map(jobDefinitionDetail) };
    }
    const name = jobDefinitionName === '' ? undefined : jobDefinitionName;
    const page = reader.batch.jobDefinitions({
      scope,
      name,
      status,
      next: input.nextToken || undefined,
      limit: size,
    });
    if (page === undefined) throw malformedToken();
    return { jobDefinitions: page.items.map(jobDefinitionDetail), nextToken: page.next };
  },
};

/** Each once, in the order asked; unknown ones are left out. */
function find(reader: Reader, scope: Scope, asked: readonly string[]): JobDefinitionView[] {
  lengthIn(asked, 0, limit.describePage, 'jobDefinitions');
  const found = new Map<string, JobDefinitionView>();
  for (const each of asked) {
    const meant = definitionReference(scope, each);
    if (meant === undefined) continue;
    const views =
      meant.revision === undefined
        ? (reader.batch.jobDefinitions({ scope, name: meant.name, limit: limit.describePage })
            ?.items ?? [])
        : [reader.batch.jobDefinition(scope, each)];
    for (const view of views) if (view !== undefined) found.set(view.definition.arn, view);
  }
  return [...found.values()];
}
