// Permissions boundaries of users and roles: a managed policy that bounds what their own policies
// may grant. It grants nothing itself; what it bounds is judged where requests are.

import type { Conditions, RequestContext } from '../../../wire/operation.ts';
import { given, lengthIn } from '../check.ts';
import { noBoundary } from '../error.ts';
import type { IamView } from '../resources.ts';
import { isAttachable } from './attached.ts';

/** What setting one says for condition keys. */
export const ofBoundary = (arn: string | undefined): Conditions =>
  arn === undefined ? {} : { 'iam:PermissionsBoundary': arn };

/** The ARN that a request gives for a boundary, of a policy that is there. */
export function foundBoundary(
  iam: IamView,
  arn: string | undefined,
  context: RequestContext,
): string {
  const checked = given(lengthIn(arn, 20, 2048, 'permissionsBoundary'), 'permissionsBoundary');
  if (!isAttachable(iam, checked, context)) throw noBoundary(checked);
  return checked;
}

/** Likewise, where a request may give none. */
export const boundaryIfGiven = (
  iam: IamView,
  arn: string | undefined,
  context: RequestContext,
): string | undefined => (arn === undefined ? undefined : foundBoundary(iam, arn, context));
