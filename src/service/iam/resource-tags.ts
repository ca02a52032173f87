// The tags of IAM's resources by their ARNs, for whoever judges access by them.

import type { Tags } from '../../wire/authorization.ts';
import type { RequestContext } from '../../wire/operation.ts';
import { view, type IamDeps } from './deps.ts';

/** A name is enough: no two of a kind in an account differ by their path alone. */
const arnForm = /^arn:[\w-]+:iam::(\d{12}):(user|role|instance-profile|policy)\/(?:.*\/)?([^/]+)$/;
const providerForm = /^arn:[\w-]+:iam::(\d{12}):oidc-provider\/(.+)$/;

/** Undefined where nothing of the caller's account has this ARN. */
export async function resourceTags(
  deps: IamDeps,
  arn: string,
  context: RequestContext,
): Promise<Tags | undefined> {
  const [, account, kind, name = ''] = arnForm.exec(arn) ?? [];
  const [, provider, url = ''] = providerForm.exec(arn) ?? [];
  if ((account ?? provider) !== context.account) return undefined;
  const iam = await view(deps, context);
  return provider === undefined
    ? iam.get(kind as 'user' | 'role' | 'instance-profile' | 'policy', name)?.tags
    : iam.get('openid-provider', url)?.tags;
}
