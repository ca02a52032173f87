// Session policies: what whoever asks for a session takes away from it. They are checked here as
// IAM checks a policy, and kept in the session's token; what they allow is decided elsewhere.

import type { PolicyDescriptorType } from '@aws-sdk/client-sts';
import { limit } from '../../core/limit.ts';
import { checkPolicy } from '../../core/policy/check.ts';
import { defaultDocument } from '../iam/policy/policy.ts';
import type { IamView } from '../iam/resources.ts';
import { invalid, malformedPolicy, packedPolicyTooLarge } from './error.ts';
import { packedBytes } from './session.ts';

interface SessionPolicies {
  readonly policies?: readonly string[] | undefined;
  readonly policyArns?: readonly string[] | undefined;
}

/** Throws AwsError. `account`: policies of others may not be named. */
export function sessionPolicies(
  iam: IamView,
  account: string,
  given: {
    readonly Policy?: string | undefined;
    readonly PolicyArns?: readonly PolicyDescriptorType[] | undefined;
  },
): SessionPolicies {
  const { Policy: policy, PolicyArns: arns } = given;
  if (policy !== undefined) {
    const most = limit.sts.sessionPolicyCharacters;
    if (policy.length > most)
      throw invalid(
        `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
      );
    const fault = checkPolicy(policy, 'session');
    if (fault !== undefined) throw malformedPolicy(fault.message);
  }
  if (arns !== undefined && arns.length > limit.sts.sessionPolicyArns)
    throw invalid(
      `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${limit.sts.sessionPolicyArns}`,
    );
  return {
    policies: policy === undefined ? undefined : [policy],
    policyArns: arns?.map(({ arn = '' }) => {
      const isOurs = new RegExp(`^arn:[a-z-]+:iam::(?:aws|${account}):policy/`).test(arn);
      if (!isOurs || defaultDocument(iam, arn) === undefined)
        throw invalid(`The policy ${arn.slice(0, 256)} does not exist or cannot be used.`);
      return arn;
    }),
  };
}

/** PackedPolicySize; undefined where there is nothing to pack. Throws AwsError over 100. */
export function packedPolicySize(
  said: SessionPolicies & { readonly tags?: Readonly<Record<string, string>> | undefined },
): number | undefined {
  const { policies, policyArns, tags } = said;
  if (policies === undefined && policyArns === undefined && Object.keys(tags ?? {}).length === 0)
    return undefined;
  const bytes = packedBytes({ policies, policyArns, tags });
  const percent = Math.ceil((100 * bytes) / limit.sts.packedPolicyBytes);
  if (percent > 100) throw packedPolicyTooLarge(percent);
  return percent;
}
