// Trails by their names and ARNs, as operations find and show them. A trail that is for all regions
// is seen in all of them, and changed in its own alone.

import type { Trail as TrailShown } from '@aws-sdk/client-cloudtrail';
import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import type { Access, RequestContext } from '../../wire/operation.ts';
import type { CloudTrailDeps } from './deps.ts';
import { invalidArn, invalidTrailName, notItsHome, trailNotFound } from './error.ts';
import {
  notDelivered,
  type Delivery,
  type Trail,
  type TrailDraft,
  type TrailView,
} from './resources.ts';

function trailArn(home: Scope, name: string): string {
  const { account, region } = scopeParts(home);
  return `arn:${partitionOf(region)}:cloudtrail:${region}:${account}:trail/${name}`;
}

export const arnOf = ({ home, name }: Trail): string => trailArn(home, name);

/** What an operation on one trail asks leave for. */
export const onTrail = (
  action: string,
  given: string | undefined,
  { scope }: RequestContext,
  more: Pick<Access, 'conditions'> = {},
): Access[] => [
  {
    action: `cloudtrail:${action}`,
    resources: [given?.startsWith('arn:') === true ? given : trailArn(scope, given ?? '')],
    ...more,
  },
];

/** As AWS has them: 3 to 128 characters, and none of `.`, `_` and `-` beside another. */
export function trailName(name: string | undefined): string {
  if (
    name === undefined ||
    name.length < 3 ||
    name.length > 128 ||
    !/^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(name)
  )
    throw invalidTrailName(
      'Trail name must have 3 to 128 characters: letters, numbers, periods, underscores and hyphens, no two of the last three beside each other, a letter or number first and last',
    );
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name))
    throw invalidTrailName('Trail name must not be formatted as an IP address');
  return name;
}

/** The home and the name that a caller says, who may give the name alone. */
function named(given: string | undefined, { scope, account }: RequestContext): [Scope, string] {
  if (given?.startsWith('arn:') !== true) return [scope, trailName(given)];
  const [, region = '', owner = '', name = ''] =
    /^arn:[\w-]{1,20}:cloudtrail:([\w-]{1,63}):(\d{12}):trail\/([\w.-]{1,128})$/.exec(given) ?? [];
  const home = scopeOf(owner, region);
  // It was judged as it is written: it has one form.
  if (given !== trailArn(home, name))
    throw invalidArn(`${given.slice(0, 256)} is not the ARN of a trail`);
  if (owner !== account) throw trailNotFound(given, account);
  return [home, name];
}

/** All that are seen in the caller's region, by name; or that are there, in all regions. */
export async function trailsSeen(
  { space, reader }: Pick<CloudTrailDeps, 'space' | 'reader'>,
  { scope, account }: RequestContext,
  everywhere = false,
): Promise<Trail[]> {
  const trails: Trail[] = [];
  for (const home of reader.resourceScopes('cloudtrail')) {
    if (scopeParts(home).account !== account) continue;
    const here = (await space.view(home)).all('trail');
    trails.push(
      ...here.filter(({ isMultiRegion }) => everywhere || isMultiRegion || home === scope),
    );
  }
  return trails.toSorted((a, b) => (arnOf(a) < arnOf(b) ? -1 : 1));
}

/** The trail that a caller means, by its name or its ARN, if it is seen in the caller's region. */
export async function foundTrail(
  deps: Pick<CloudTrailDeps, 'space' | 'reader'>,
  given: string | undefined,
  context: RequestContext,
): Promise<{ readonly trail: Trail; readonly delivery: Delivery }> {
  const [home, name] = named(given, context);
  const seen = await trailsSeen(deps, context);
  const trail =
    seen.find((one) => one.name === name && one.home === home) ??
    (given?.startsWith('arn:') === true ? undefined : seen.find((one) => one.name === name));
  if (trail === undefined) throw trailNotFound(trailArn(home, name), context.account);
  return { trail, delivery: deliveryOf(await deps.space.view(trail.home), name) };
}

/** The ARN of a trail that is named in another region than its own. */
export async function wholeArn(
  deps: Pick<CloudTrailDeps, 'space' | 'reader'>,
  arn: string,
  context: RequestContext,
): Promise<string> {
  const seen = await trailsSeen(deps, context);
  if (seen.some((trail) => arnOf(trail) === arn)) return arn;
  const meant = seen.find(({ name }) => trailArn(context.scope, name) === arn);
  return meant === undefined ? arn : arnOf(meant);
}

/** Changes one trail, at home. */
export function changeTrail<T>(
  { space }: Pick<CloudTrailDeps, 'space'>,
  given: string | undefined,
  context: RequestContext,
  decide: (draft: TrailDraft, trail: Trail) => T,
): Promise<T> {
  const [home, name] = named(given, context);
  if (home !== context.scope) throw notItsHome(scopeParts(home).region);
  return space.change(home, context, (draft) => {
    const trail = draft.get('trail', name);
    if (trail === undefined) throw trailNotFound(trailArn(home, name), context.account);
    return decide(draft, trail);
  });
}

export const deliveryOf = (view: TrailView, name: string): Delivery =>
  view.get('delivery', name) ?? notDelivered;

/** What several operations answer of a trail. */
export const shownTrail = (
  trail: Trail,
): Omit<TrailShown, 'HomeRegion' | 'HasCustomEventSelectors' | 'HasInsightSelectors'> => ({
  Name: trail.name,
  S3BucketName: trail.bucket,
  S3KeyPrefix: trail.keyPrefix,
  IncludeGlobalServiceEvents: trail.hasGlobalServices,
  IsMultiRegionTrail: trail.isMultiRegion,
  TrailARN: arnOf(trail),
  LogFileValidationEnabled: trail.isValidated === true,
  IsOrganizationTrail: false,
});

export const describedTrail = (trail: Trail): TrailShown => ({
  ...shownTrail(trail),
  HomeRegion: scopeParts(trail.home).region,
  HasCustomEventSelectors: trail.selector !== undefined,
  HasInsightSelectors: false,
});
