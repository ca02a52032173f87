// AssumeRoleWithWebIdentity: a session of a role for whoever has a token of an identity provider
// that the role's account knows and the role trusts. The token is the credential: nobody signs this
// request, and what it says is believed only after all of it was checked.

import type {
  AssumeRoleWithWebIdentityCommandInput,
  AssumeRoleWithWebIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import type { Principal } from '../../../base/principal.ts';
import { NoDocument } from '../../../port/document-fetcher.ts';
import type { Conditions } from '../../../wire/operation.ts';
import { globalConditions } from '../../iam/identity/global-conditions.ts';
import type { OpenIdConnectProvider } from '../../iam/resources.ts';
import { sessionName, tokenSize, webToken } from '../check.ts';
import type { StsDeps, StsOperation } from '../deps.ts';
import {
  invalid,
  invalidIdentityToken,
  mayNotByToken,
  noIssuerKeys,
  tokenExpired,
} from '../error.ts';
import {
  givenRole,
  sessionSeconds,
  shownCredentials,
  shownUser,
  tokenMeasures,
  type NamedRole,
} from '../role-session.ts';
import { packedPolicySize, sessionPolicies } from '../session-policy.ts';
import type { RoleSession } from '../session.ts';
import { trusts } from '../trust.ts';
import { isSignedBy, readIdToken, type IdToken } from './id-token.ts';
import { mayBeAsked } from './issuer-keys.ts';

/** Whoever sends a token: the policy is asked about what that says, whatever else signed. */
const nobody: Principal = {
  kind: 'anonymous',
  account: 'anonymous',
  arn: 'anonymous',
  userId: 'anonymous',
  accessKeyId: undefined,
};

/** Clocks may differ by so much. */
const skewMs = 300_000;

export const assumeRoleWithWebIdentity: StsOperation<
  AssumeRoleWithWebIdentityCommandInput,
  AssumeRoleWithWebIdentityCommandOutput
> = {
  mayBeUnsigned: true,
  authorizes: () => [],

  async handle(deps, input, context) {
    const named = givenRole(deps, input.RoleArn);
    const name = sessionName(input.RoleSessionName);
    const least = tokenSize(input.MinimumSessionTokenSize);
    if (input.ProviderId !== undefined)
      throw invalid('ProviderId is for OAuth 2.0 access tokens, which are not taken here');
    const token = readIdToken(webToken(input.WebIdentityToken));
    if (token === undefined)
      throw invalidIdentityToken(
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      );
    const { provider, arn: providerArn } = providerOf(named, token);
    await assertGenuine(deps, token);
    const audience = assertTimely(deps, token, provider);
    const { role } = named;
    const isTrusted =
      role !== undefined &&
      trusts(role, {
        action: 'sts:AssumeRoleWithWebIdentity',
        roleArn: named.arn,
        asker: { kind: 'federated', provider: providerArn },
        conditions: {
          ...globalConditions({ ...context, principal: nobody }, {}, deps.clock.now()),
          ...conditionsOf(token, audience),
          'sts:RoleSessionName': name,
        },
      });
    if (!isTrusted) throw mayNotByToken();
    const policies = sessionPolicies(named.iam, named.account, input);
    const percent = packedPolicySize(policies);
    const nowMs = deps.clock.now();
    const session: RoleSession = {
      kind: 'role',
      account: named.account,
      partition: named.partition,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + sessionSeconds(input.DurationSeconds, role, false) * 1000,
      role: { name: role.name, id: role.id, path: role.path },
      name,
      ...policies,
    };
    const credentials = deps.sessions.issue(session, least);
    return {
      Credentials: shownCredentials(credentials),
      SubjectFromWebIdentityToken: token.subject,
      AssumedRoleUser: shownUser(session),
      PackedPolicySize: percent,
      Provider: providerArn,
      Audience: audience,
      ...tokenMeasures(credentials),
    };
  },
};

/** Without its scheme: how IAM names a provider, and conditions begin. */
const nameOf = (issuer: string): string => issuer.replace(/^https?:\/\//, '');

function providerOf(
  { iam, account, partition }: NamedRole,
  { issuer }: IdToken,
): { readonly provider: OpenIdConnectProvider; readonly arn: string } {
  const name = nameOf(issuer);
  const provider = iam.get('openid-provider', name.replace(/\/$/, ''));
  if (provider === undefined || !mayBeAsked(issuer))
    throw invalidIdentityToken(
      `No OpenIDConnect provider found in your account for ${issuer.slice(0, 256)}`,
    );
  return { provider, arn: `arn:${partition}:iam::${account}:oidc-provider/${provider.url}` };
}

async function assertGenuine({ issuers }: StsDeps, token: IdToken): Promise<void> {
  const keys = await issuers.of(token.issuer, token.keyId).catch((error: unknown) => {
    throw error instanceof NoDocument ? noIssuerKeys(error.message) : error;
  });
  if (!isSignedBy(token, keys))
    throw invalidIdentityToken(
      "The web identity token that was passed could not be validated: its signature is of none of the provider's keys",
    );
}

/** Answers whom it is for, as the provider's list of clients has it. */
function assertTimely(
  { clock }: StsDeps,
  token: IdToken,
  { clientIds }: OpenIdConnectProvider,
): string {
  const nowMs = clock.now();
  if (token.expiresAtMs <= nowMs) throw tokenExpired(nowMs, token.expiresAtMs);
  if ((token.notBeforeMs ?? 0) > nowMs + skewMs)
    throw invalidIdentityToken('The web identity token that was passed is not valid yet');
  const candidates =
    token.authorizedParty === undefined ? token.audiences : [token.authorizedParty];
  const audience = candidates.find((one) => clientIds.includes(one));
  if (audience === undefined) throw invalidIdentityToken('Incorrect token audience');
  return audience;
}

/** `issuer:aud` and the others; where another asked for the token, `oaud` is whom it is for. */
function conditionsOf(token: IdToken, audience: string): Conditions {
  const name = nameOf(token.issuer);
  const entries: [string, string | readonly string[]][] = [
    // Keys are the same in any case: no claim may pass for one of those below.
    ...[...token.claims].filter(([claim]) => !/^(?:aud|oaud|sub)$/i.test(claim)),
    ['aud', audience],
    ['oaud', token.audiences],
    ['sub', token.subject],
  ];
  // IAM's name of a provider has no slash at its end, an issuer may.
  const names = new Set([name, name.replace(/\/$/, '')]);
  return Object.fromEntries(
    [...names].flatMap((one) => entries.map(([claim, values]) => [`${one}:${claim}`, values])),
  );
}
