// OpenID Connect providers: how they are found, named and shown. Tokens are not looked at here, and
// no provider is asked: that is STS's.

import { limit } from '../../../core/limit.ts';
import type { Access } from '../../../wire/operation.ts';
import { given, lengthIn, matches } from '../check.ts';
import { invalidInput, limitExceeded, noProvider } from '../error.ts';
import type { IamDraft, IamView, OpenIdConnectProvider } from '../resources.ts';
import { arn, type Where } from '../show.ts';

export const providerArn = (where: Where, url: string): string =>
  arn(where, `oidc-provider/${url}`);

/** What an operation on a provider asks leave for. */
export const onProvider = (
  action: string,
  resource: string | undefined,
  more: Pick<Access, 'conditions'> = {},
): Access[] => [{ action: `iam:${action}`, resources: [resource ?? '*'], ...more }];

/** Over http a provider is asked on this machine alone, by its name or an address. */
const urlForm =
  /^(?:https:\/\/[\w.-]+|http:\/\/(?:localhost|127(?:\.\d{1,3}){3}))(?::\d{1,5})?(?:\/[\w.~%:@+,=/-]*)?$/;

/** A provider's URL without its scheme. */
export function checkedUrl(value: string | undefined): string {
  const url = given(lengthIn(value, 1, 255, 'url'), 'url');
  if (!urlForm.test(url)) throw invalidInput('Invalid Open ID Connect Provider URL');
  return bareUrl(url);
}

/** Without its scheme, and a slash at its end: how ARNs name it. */
export const bareUrl = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/$/, '');

export function checkedClientIds(ids: readonly string[] = []): readonly string[] {
  for (const id of ids) checkedClientId(id);
  const once = [...new Set(ids)];
  if (once.length > limit.iam.clientIdsPerProvider)
    throw limitExceeded('ClientIdsPerOpenIdConnectProvider', limit.iam.clientIdsPerProvider);
  return once;
}

export const checkedClientId = (value: string | undefined): string =>
  given(lengthIn(value, 1, 255, 'clientID'), 'clientID');

/** SHA-1 digests of certificates, in hexadecimal. */
export function checkedThumbprints(thumbprints: readonly string[] = []): readonly string[] {
  if (thumbprints.length > limit.iam.thumbprintsPerProvider)
    throw invalidInput(
      `Thumbprint list must contain fewer than ${limit.iam.thumbprintsPerProvider + 1} entries.`,
    );
  for (const one of thumbprints)
    matches(one, /^[0-9A-Fa-f]{40}$/, 'thumbprint', '40 hexadecimal digits');
  return thumbprints;
}

export function foundProvider(
  iam: IamView,
  value: string | undefined,
  where: Where,
): OpenIdConnectProvider {
  const wanted = given(
    lengthIn(value, 20, 2048, 'openIDConnectProviderArn'),
    'openIDConnectProviderArn',
  );
  const provider = iam.get('openid-provider', wanted.slice(wanted.indexOf('/') + 1));
  if (provider === undefined || providerArn(where, provider.url) !== wanted)
    throw noProvider(wanted);
  return provider;
}

export const putProvider = (draft: IamDraft, provider: OpenIdConnectProvider): void =>
  draft.put('openid-provider', provider.url, provider);
