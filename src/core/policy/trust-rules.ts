// What IAM demands of a role's trust policy, which says who may assume the role: principals and
// actions of STS, and no resources. The sentences are IAM's. Whether a principal exists is not
// asked: that is for whoever knows the account.

import { BadPolicy, readDocument } from './document.ts';
import { checkDates, checkPrincipals, principalWords } from './principal-rules.ts';

const words = {
  ...principalWords,
  emptyStatement: 'Could not parse the policy: Statement is empty!',
};

/** Throws {@link BadPolicy}. */
export function checkTrustPolicy(text: string): void {
  const seen = new Set<string>();
  for (const statement of readDocument(text, words).statements) {
    const { sid, effect, principals, actions, resources, conditions } = statement;
    if (effect !== 'Allow' && effect !== 'Deny') throw new BadPolicy(words.effect(effect));
    if (principals?.named === '*')
      throw new BadPolicy('AssumeRolepolicy contained an invalid principal: "STAR":"*".');
    checkPrincipals(principals, effect);
    checkDates(conditions);
    if ((actions?.named.length ?? 0) === 0) throw new BadPolicy('Missing required field Action');
    if (actions?.named.some((action) => !/^sts:/i.test(action)))
      throw new BadPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
    if (resources !== undefined)
      throw new BadPolicy(
        resources.isNot
          ? 'AssumeRole policy must not contain resources.'
          : 'Has prohibited field Resource',
      );
    if (sid !== undefined && sid !== '') {
      if (seen.has(sid)) throw new BadPolicy('The Statement Ids in the policy are not unique');
      seen.add(sid);
    }
  }
}
