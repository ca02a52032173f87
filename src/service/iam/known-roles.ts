// What IAM knows of an account's roles, as compute environments ask: which of them a service may
// assume, and which fleets' may not tag what they launch. It judges no environment.

import { rolePrefix } from '../../core/arn.ts';
import { scopeOf } from '../../base/ids.ts';
import { partitionOfRegion } from '../../base/partition.ts';
import type { KnownRoles } from '../../core/compute-environment/references.ts';
import type { RequestContext } from '../../wire/operation.ts';
import type { IamView, Role } from './resources.ts';
import { defaultDocument } from './policy/policy.ts';
import { letsAssume, permits } from './policy-document.ts';

/** Services make these themselves as soon as they are needed: they always count as there. */
const serviceLinked = {
  batch: 'aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch',
  spotfleet: 'aws-service-role/spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet',
} as const;

/**
 * The roles by ARN. One that came with the account and that nobody has touched stands for both ways
 * to make it, by the console with a path and by hand without (user guide, Incorrect Role Name or
 * ARN): outside `--references strict` it answers to both ARNs.
 */
export function knownRoles(
  iam: IamView,
  { account, region }: Pick<RequestContext, 'account' | 'region'>,
  isStrict = false,
): KnownRoles {
  const prefix = rolePrefix(scopeOf(account, region));
  const { dnsSuffix } = partitionOfRegion(region);
  const roles = iam.all('role');
  const arnsOf = ({ path, name, isDefault }: Role): string[] => [
    prefix + path.slice(1) + name,
    ...(isDefault && !isStrict && path === '/service-role/' ? [prefix + name] : []),
  ];
  const assumedBy = (service: string): Role[] =>
    roles.filter(({ trustPolicy }) =>
      letsAssume(trustPolicy, [`${service}.amazonaws.com`, `${service}.${dnsSuffix}`]),
    );
  const fleets = assumedBy('spotfleet');
  return {
    prefix,
    service: [...assumedBy('batch').flatMap(arnsOf), prefix + serviceLinked.batch],
    spotFleet: [...fleets.flatMap(arnsOf), prefix + serviceLinked.spotfleet],
    infrastructure: assumedBy('ecs').flatMap(arnsOf),
    untagging: fleets.filter((role) => mayNotTag(iam, role)).flatMap(arnsOf),
  };
}

/**
 * Where all of its policies are known and none permits it. A role without any may launch nothing
 * either, and is let through.
 */
function mayNotTag(iam: IamView, { attached, inline }: Role): boolean {
  const documents = [...attached.map((arn) => defaultDocument(iam, arn)), ...Object.values(inline)];
  return (
    documents.length > 0 &&
    documents.every((document) => document !== undefined && !permits(document, 'ec2:CreateTags'))
  );
}
