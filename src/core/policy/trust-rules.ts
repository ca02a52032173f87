// What IAM demands of a role's trust policy, which says who may assume the role: principals and
// actions of STS, and no resources. The sentences are IAM's. Whether a principal exists is not
// asked: that is for whoever knows the account.

import { partitionPattern } from '../../base/partition.ts';
import { BadPolicy, readDocument, type Except, type PrincipalText } from './document.ts';
import { instantOf } from './instant.ts';
import { operatorNamed } from './operator.ts';

const words = {
  notJson: 'This policy contains invalid Json',
  syntax: 'Syntax error in policy.',
  version: 'The policy must contain a valid version string',
  noStatement: 'Missing required field Statement',
  emptyStatement: 'Could not parse the policy: Statement is empty!',
  noEffect: 'Missing required field Effect',
  unknownField: (name: string) => `Unknown field ${name}`,
  effect: (given: string) => `Invalid effect: ${given}`,
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
    for (const { operator, values } of conditions)
      if (
        operatorNamed(operator)?.takes === 'dates' &&
        values.some((one) => instantOf(one) === undefined)
      )
        throw new BadPolicy(words.syntax);
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

/** Of any policy that names principals. Throws {@link BadPolicy}. */
export function checkPrincipals(
  principals: Except<PrincipalText> | undefined,
  effect: 'Allow' | 'Deny',
): void {
  if (principals === undefined) throw new BadPolicy('Missing required field Principal');
  if (principals.isNot && effect === 'Allow')
    throw new BadPolicy('Allow with NotPrincipal is not allowed.');
  const { named } = principals;
  if (named === '*') return;
  if (named.size === 0 || [...named.values()].every((names) => names.length === 0))
    throw new BadPolicy('Missing required field Principal cannot be empty!');
  for (const [type, names] of named) {
    const form = Object.hasOwn(forms, type) ? forms[type] : undefined;
    if (form === undefined) throw new BadPolicy(`Invalid principal in policy: "${type}"`);
    for (const name of names)
      if (!form.test(name))
        throw new BadPolicy(`Invalid principal in policy: "${type.toUpperCase()}":"${name}"`);
  }
}

const arn = `arn:(?:${partitionPattern})`;
/** No wildcard stands for a part of a principal. An unique id is that of one who is gone. */
const forms: Readonly<Record<string, RegExp>> = {
  AWS: new RegExp(
    `^(?:\\*|\\d{12}|A(?:ID|RO)A[0-9A-Z]{8,124}|${arn}:iam::\\d{12}:(?:root|(?:user|role)/[\\w+=,.@/-]+)|${arn}:sts::\\d{12}:(?:assumed-role/[\\w+=,.@-]+/[\\w+=,.@-]+|federated-user/[\\w+=,.@-]+))$`,
  ),
  Service: /^[0-9A-Za-z][0-9A-Za-z.-]*$/,
  Federated: new RegExp(
    `^(?:[0-9A-Za-z][0-9A-Za-z.-]*|${arn}:iam::\\d{12}:(?:oidc|saml)-provider/[\\w+=,.@/:-]+)$`,
  ),
};
