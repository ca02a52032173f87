// Whether a text may become a policy of some kind. It looks at the document alone: how long it may
// be, and what it may name, is for those who take it.

import { refuse, type Refusal } from '../../base/refusal.ts';
import { BadPolicy } from './document.ts';
import { checkIdentityPolicy } from './identity-rules.ts';
import { checkResourcePolicy } from './resource-rules.ts';
import { checkTrustPolicy } from './trust-rules.ts';

/**
 * A permissions boundary is a managed policy; a session's is what AssumeRole is given; a resource's
 * is its own.
 */
export type PolicyKind = 'inline' | 'managed' | 'session' | 'trust' | 'resource';

/** What a message repeats of a document is cut here. */
const longestSentence = 2_048;

/**
 * Undefined where the document is in order; else the message is IAM's sentence for
 * MalformedPolicyDocument. Takes time linear in the text.
 */
export function checkPolicy(text: string, kind: PolicyKind): Refusal | undefined {
  try {
    if (kind === 'trust') checkTrustPolicy(text);
    else if (kind === 'resource') checkResourcePolicy(text);
    else checkIdentityPolicy(text, kind);
    return undefined;
  } catch (error) {
    if (error instanceof BadPolicy)
      return refuse('invalid', error.message.slice(0, longestSentence));
    throw error;
  }
}
