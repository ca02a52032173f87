// The tags of IAM's resources by their ARNs, for whoever judges access by them.

import type { Tags } from '../../wire/authorization.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { view, type IamDeps } from './deps.ts';

/** A name is enough: no two roles of an account differ by their path alone. */
const arnForm = /^arn:[\w-]+:iam::(\d{12}):(role|instance-profile|policy)\/(?:.*\/)?([^/]+)$/;

/** Undefined where nothing of the caller's account has this ARN. */
export async function resourceTags(
  deps: IamDeps,
  arn: string,
  context: RequestContext,
): Promise<Tags | undefined> {
  const [, account, kind, name = ''] = arnForm.exec(arn) ?? [];
  if (account !== context.account) return undefined;
  const iam = await view(deps, context);
  return iam.get(kind as 'role' | 'instance-profile' | 'policy', name)?.tags;
}
