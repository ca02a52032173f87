// What a policy must be that a resource has of its own, which says who may do what to it:
// principals, actions and resources. Which actions and resources a service takes is for that
// service to say; whether a principal exists is not asked.

import { BadPolicy, readDocument, type StatementText } from './document.ts';
import { checkDates, checkPrincipals, principalWords } from './principal-rules.ts';

const words = principalWords;

/** Throws {@link BadPolicy}; answers the statements. */
export function checkResourcePolicy(text: string): readonly StatementText[] {
  const seen = new Set<string>();
  const { statements } = readDocument(text, words);
  for (const { sid = '', effect, principals, actions, resources, conditions } of statements) {
    if (effect !== 'Allow' && effect !== 'Deny') throw new BadPolicy(words.effect(effect));
    checkPrincipals(principals, effect);
    checkDates(conditions);
    if ((actions?.named.length ?? 0) === 0) throw new BadPolicy('Missing required field Action');
    if ((resources?.named.length ?? 0) === 0)
      throw new BadPolicy('Missing required field Resource');
    if (sid === '') continue;
    if (seen.has(sid)) throw new BadPolicy('The Statement Ids in the policy are not unique');
    seen.add(sid);
  }
  return statements;
}
