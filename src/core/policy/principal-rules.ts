// What IAM demands of every policy that names principals, a role's and a resource's alike, in IAM's
// sentences. Whether a principal exists is not asked: that is for whoever knows the account.

import { partitionPattern } from '../../base/partition.ts';
import { BadPolicy, type ConditionText, type Except, type PrincipalText } from './document.ts';
import { instantOf } from './instant.ts';
import { operatorNamed } from './operator.ts';

export const principalWords = {
  notJson: 'This policy contains invalid Json',
  syntax: 'Syntax error in policy.',
  version: 'The policy must contain a valid version string',
  noStatement: 'Missing required field Statement',
  emptyStatement: 'Statement is empty!',
  noEffect: 'Missing required field Effect',
  unknownField: (name: string) => `Unknown field ${name}`,
  effect: (given: string) => `Invalid effect: ${given}`,
};

/** Throws {@link BadPolicy} where a condition compares with what is no date. */
export function checkDates(conditions: readonly ConditionText[]): void {
  for (const { operator, values } of conditions)
    if (
      operatorNamed(operator)?.takes === 'dates' &&
      values.some((one) => instantOf(one) === undefined)
    )
      throw new BadPolicy(principalWords.syntax);
}

/** Throws {@link BadPolicy}. */
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
