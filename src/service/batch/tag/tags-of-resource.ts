// Tags by a resource's ARN: what the three tag operations share.

import type { Arn } from '../../../base/ids.ts';
import { partitionPattern } from '../../../base/partition.ts';
import { bearerOf, lateTagRefusal } from '../../../core/own-tag/own-tags.ts';
import type { Tags } from '../../../port/reader.ts';
import { fromRefusal, invalid, notFound } from '../../../wire/error-catalogue.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import type { BatchDeps } from '../deps.ts';
import { submitCommand } from '../submit-command.ts';

const batchArn = new RegExp(
  String.raw`^arn:(${partitionPattern}):batch:[A-Za-z0-9-]+:\d{12}:[a-z-]+/.+$`,
);

/** "ARNs for child jobs of array and multi-node parallel (MNP) jobs aren't supported." */
const childArn = /:job\/[^:#/]+[:#]\d+$/;

/**
 * Throws unless `resourceArn` names a resource of the caller's account and region that is there.
 */
export function tagsOf(
  { reader }: BatchDeps,
  resourceArn: string | undefined,
  { scope }: RequestContext,
): Tags {
  if (resourceArn === undefined || !batchArn.test(resourceArn))
    throw invalid(
      `resourceArn must be the ARN of a resource of AWS Batch; it is '${resourceArn ?? ''}'`,
    );
  if (childArn.test(resourceArn))
    throw invalid(
      'A child job has its tags from its parent: ARNs of child jobs are not supported here',
    );
  const tags = reader.batch.tags(scope, resourceArn);
  if (tags === undefined) throw notFound(resourceArn);
  return tags;
}

function refuseLate(resourceArn: string, keys: readonly string[]): void {
  const bearer = bearerOf(resourceArn);
  for (const key of keys) {
    const refused = lateTagRefusal(key, bearer);
    if (refused !== undefined) throw fromRefusal(refused);
  }
}

export async function changeTags(
  deps: BatchDeps,
  resourceArn: string | undefined,
  change: { readonly set: Tags; readonly remove: readonly string[] },
  context: RequestContext,
): Promise<void> {
  tagsOf(deps, resourceArn, context);
  refuseLate(resourceArn ?? '', [...Object.keys(change.set), ...change.remove]);
  const of = { scope: context.scope, arn: resourceArn as Arn };
  await submitCommand(deps, { type: 'change-tags', ...of, ...change }, context);
}
