// AssumeRole: a session of a role, for whoever its trust policy lets have one. Whether the caller's
// own policies allow it was asked before; the trust policy is asked here, about everything that the
// session is to carry.

import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { partitionOf } from '../../base/partition.ts';
import type { Principal } from '../../base/principal.ts';
import type { Conditions, RequestContext } from '../../wire/operation.ts';
import { requestTags, tagsOfList } from '../access.ts';
import { askerOf } from '../iam/identity/asker.ts';
import type { Role } from '../iam/resources.ts';
import { externalId, sessionName, sourceIdentity, tags, tokenSize } from './check.ts';
import type { StsDeps, StsOperation } from './deps.ts';
import { accessDenied, badRoleArn, invalid, mayNot } from './error.ts';
import {
  givenRole,
  sessionSeconds,
  shownCredentials,
  shownUser,
  tokenMeasures,
} from './role-session.ts';
import { packedPolicySize, sessionPolicies } from './session-policy.ts';
import type { RoleSession } from './session.ts';
import { callerConditions, trusts } from './trust.ts';

/**
 * The actions that a request is, each of which the role's trust policy must allow. What the calling
 * session hands on is given to the new one as what is asked for is.
 */
function actionsOf(
  { Tags: tagged = [], SourceIdentity: identity }: AssumeRoleCommandInput,
  { session }: Principal,
): string[] {
  const handed = session?.transitiveTagKeys ?? [];
  return [
    'sts:AssumeRole',
    ...(tagged.length + handed.length > 0 ? ['sts:TagSession'] : []),
    ...((identity ?? session?.sourceIdentity) === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
}

function conditionsOf(input: AssumeRoleCommandInput): Conditions {
  return {
    ...requestTags(tagsOfList(input.Tags)),
    'sts:RoleSessionName': input.RoleSessionName ?? '',
    ...(input.ExternalId !== undefined && { 'sts:ExternalId': input.ExternalId }),
    ...(input.SourceIdentity !== undefined && { 'sts:SourceIdentity': input.SourceIdentity }),
    ...(input.TransitiveTagKeys && { 'sts:TransitiveTagKeys': input.TransitiveTagKeys }),
  };
}

export const assumeRole: StsOperation<AssumeRoleCommandInput, AssumeRoleCommandOutput> = {
  authorizes: (input, { principal }) =>
    actionsOf(input, principal).map((action) => ({
      action,
      resources: [input.RoleArn ?? '*'],
      conditions: () => conditionsOf(input),
    })),

  async handle(deps, input, context) {
    const named = givenRole(deps, input.RoleArn);
    // Who is somebody in one partition is nobody in another.
    if (named.partition !== partitionOf(context.region)) throw badRoleArn();
    const name = sessionName(input.RoleSessionName);
    externalId(input.ExternalId);
    const least = tokenSize(input.MinimumSessionTokenSize);
    refuseUnknown(input);
    const { role } = named;
    const own = tags(input.Tags);
    if (role === undefined) throw mayNot(context.principal.arn, 'sts:AssumeRole', named.arn);
    await assertTrusted(deps, role, named.arn, input, context);
    const { session: calling } = context.principal;
    const isChained = calling?.roleArn !== undefined;
    const forSeconds = sessionSeconds(input.DurationSeconds, role, isChained);
    const policies = sessionPolicies(named.iam, named.account, input);
    const carried = carriedTags(context, own, input.TransitiveTagKeys ?? []);
    const percent = packedPolicySize({ ...policies, tags: carried.tags });
    const nowMs = deps.clock.now();
    const session: RoleSession = {
      kind: 'role',
      account: named.account,
      partition: named.partition,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + forSeconds * 1000,
      role: { name: role.name, id: role.id, path: role.path },
      name,
      ...policies,
      ...carried,
      sourceIdentity: keptSourceIdentity(context, input.SourceIdentity),
      isUnverified: deps.isVerifying ? undefined : true,
    };
    const credentials = deps.sessions.issue(session, least);
    return {
      Credentials: shownCredentials(credentials),
      AssumedRoleUser: shownUser(session),
      PackedPolicySize: percent,
      SourceIdentity: session.sourceIdentity,
      ...tokenMeasures(credentials),
    };
  },
};

/** What would have to be judged and cannot be here is refused, never taken and forgotten. */
function refuseUnknown(input: AssumeRoleCommandInput): void {
  if (input.ProvidedContexts !== undefined)
    throw invalid('ProvidedContexts is not supported by Longshore: it knows no context provider');
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
    throw accessDenied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
}

/** Where nobody is verified, anybody may have any role that is there. */
async function assertTrusted(
  deps: StsDeps,
  role: Role,
  roleArn: string,
  input: AssumeRoleCommandInput,
  context: RequestContext,
): Promise<void> {
  const { principal } = context;
  if (!deps.isVerifying) return;
  if (principal.kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
  const conditions = { ...(await callerConditions(deps, context)), ...conditionsOf(input) };
  const asker = askerOf(principal, context.region);
  const denied = actionsOf(input, principal).find(
    (action) => !trusts(role, { action, roleArn, asker, conditions }),
  );
  if (denied !== undefined) throw mayNot(principal.arn, denied, roleArn);
}

/** The request's own, and those that the calling session hands on. */
function carriedTags(
  { principal }: RequestContext,
  own: Readonly<Record<string, string>>,
  transitive: readonly string[],
): Pick<RoleSession, 'tags' | 'transitiveTagKeys'> {
  const lower = (key: string): string => key.toLowerCase();
  const keys = new Map(Object.keys(own).map((key) => [lower(key), key]));
  const stray = transitive.find((key) => !keys.has(lower(key)));
  if (stray !== undefined)
    throw invalid(
      `The specified transitive tag key must be included in the requested tags: ${stray.slice(0, 128)}`,
    );
  const handed = principal.session?.transitiveTagKeys ?? [];
  const conflict = handed.find((key) => keys.has(lower(key)));
  if (conflict !== undefined)
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  const before = principal.session?.tags ?? {};
  // By the names of the tags, however the list writes them: the next session finds them by these.
  const all = [...handed, ...new Set(transitive.map((key) => keys.get(lower(key)) ?? key))];
  return {
    tags: {
      ...Object.fromEntries(handed.map((key) => [key, before[key] ?? ''])),
      ...own,
    },
    transitiveTagKeys: all.length === 0 ? undefined : all,
  };
}

/** Once set it stays, through all that is assumed from there. */
function keptSourceIdentity(
  { principal }: RequestContext,
  given: string | undefined,
): string | undefined {
  const before = principal.session?.sourceIdentity;
  const asked = sourceIdentity(given);
  if (before !== undefined && asked !== undefined && asked !== before)
    throw accessDenied(
      'The source identity of a session cannot be changed by assuming another role.',
    );
  return before ?? asked;
}
