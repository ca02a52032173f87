// Managed policies: those that customers make, and AWS's own. Documents are kept and answered as
// they were sent; what they permit is judged elsewhere.

import type { Policy as PolicyShape, PolicyVersion as VersionShape } from '@aws-sdk/client-iam';
import { partitionOf } from '../../../base/partition.ts';
import type { Access, RequestContext } from '../../../wire/operation.ts';
import { given, lengthIn } from '../check.ts';
import type { IamDraft, IamView, Policy, PolicyVersion } from '../resources.ts';
import { policyUses, type PolicyUses } from './policy-uses.ts';
import { invalid, noPolicyFound, noVersion } from '../error.ts';
import { managedPolicy } from './managed-policies.ts';
import { encodedDocument, tagList } from '../show.ts';

type Where = Pick<RequestContext, 'account' | 'region'>;

export const policyArn = (
  { account, region }: Where,
  { path, name }: Pick<Policy, 'path' | 'name'>,
): string => `arn:${partitionOf(region)}:iam::${account}:policy${path}${name}`;
export const managedPolicyArn = (
  { region }: Where,
  { path, name }: Pick<Policy, 'path' | 'name'>,
): string => `arn:${partitionOf(region)}:iam::aws:policy${path}${name}`;

/** One of AWS's that only service-linked roles carry. */
export const isOfService = (arn: string): boolean =>
  arn.includes(':iam::aws:policy/aws-service-role/');

/** What an operation on a policy asks leave for. */
export const onPolicy = (
  action: string,
  arn: string | undefined,
  more: Pick<Access, 'conditions'> = {},
): Access[] => [{ action: `iam:${action}`, resources: [arn ?? '*'], ...more }];

export const checkedArn = (arn: string | undefined): string =>
  given(lengthIn(arn, 20, 2048, 'policyArn'), 'policyArn');

/** One of the account's own. */
export function ownPolicy(iam: IamView, arn: string, where: Where): Policy | undefined {
  const policy = iam.get('policy', arn.slice(arn.lastIndexOf('/') + 1));
  return policy !== undefined && policyArn(where, policy) === arn ? policy : undefined;
}

/** One of the account's own, or of AWS's as far as they are read here. */
export function foundPolicy(
  iam: IamView,
  given_: string | undefined,
  where: Where,
): { readonly policy: Policy; readonly arn: string } {
  const arn = checkedArn(given_);
  const policy = ownPolicy(iam, arn, where) ?? managedPolicy(arn);
  if (policy === undefined) throw noPolicyFound(arn);
  return { policy, arn };
}

/** One that the account may change. */
export function changeablePolicy(
  iam: IamView,
  given_: string | undefined,
  where: Where,
): { readonly policy: Policy; readonly arn: string } {
  const arn = checkedArn(given_);
  const policy = ownPolicy(iam, arn, where);
  if (policy === undefined)
    throw managedPolicy(arn) === undefined
      ? noPolicyFound(arn)
      : invalid(`Policy ${arn} is AWS's own and cannot be changed.`);
  return { policy, arn };
}

export const putPolicy = (draft: IamDraft, policy: Policy): void =>
  draft.put('policy', policy.name, policy);

export function foundVersion(policy: Policy, id: string | undefined, arn: string): PolicyVersion {
  const found = policy.versions.find((version) => version.id === given(id, 'versionId'));
  if (found === undefined) throw noVersion(arn, id ?? '');
  return found;
}

/** The document that holds of a managed policy; undefined of one of AWS's that is not read here. */
export function defaultDocument(iam: IamView, arn: string): string | undefined {
  const policy = arn.includes(':iam::aws:policy/')
    ? managedPolicy(arn)
    : iam.get('policy', arn.slice(arn.lastIndexOf('/') + 1));
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}

/** As lists show it: without description and tags. */
export const listedPolicy = (uses: PolicyUses, policy: Policy, arn: string): PolicyShape => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: uses.attached(arn),
  PermissionsBoundaryUsageCount: uses.bounding(arn),
  IsAttachable: !isOfService(arn),
  CreateDate: new Date(policy.createdAtMs),
  UpdateDate: new Date(policy.updatedAtMs),
});

export const wholePolicy = (iam: IamView, policy: Policy, arn: string): PolicyShape => ({
  ...listedPolicy(policyUses(iam), policy, arn),
  Description: policy.description,
  Tags: tagList(policy.tags),
});

/** As lists show it: without its document. */
export const listedVersion = (
  policy: Policy,
  { id, createdAtMs }: PolicyVersion,
): VersionShape => ({
  VersionId: id,
  IsDefaultVersion: id === policy.defaultVersion,
  CreateDate: new Date(createdAtMs),
});
export const wholeVersion = (policy: Policy, version: PolicyVersion): VersionShape => ({
  Document: encodedDocument(version.document),
  ...listedVersion(policy, version),
});
