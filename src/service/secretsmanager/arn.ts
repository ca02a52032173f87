// The ARNs of secrets: `…:secret:NAME-AbCdEf`, whose last six characters are random, so that a
// secret that is made anew under an old name is not taken for the old one.

import { scopeParts, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import type { Secret, SecretView } from './resources.ts';

export const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const suffixLength = 6;
/** In the place of a suffix that is not known: policies are written with these. */
export const anySuffix = '-??????';

export function secretArnPrefix(scope: Scope): string {
  const { account, region } = scopeParts(scope);
  return `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:`;
}

export const secretArn = (
  scope: Scope,
  { name, suffix }: Pick<Secret, 'name' | 'suffix'>,
): string => `${secretArnPrefix(scope)}${name}-${suffix}`;

/**
 * The secret that a name, an ARN, or an ARN without its suffix means. Those of other accounts and
 * regions are not here.
 */
export function secretNamed(secrets: SecretView, scope: Scope, id: string): Secret | undefined {
  if (!id.startsWith('arn:')) return secrets.get('secret', id);
  const prefix = secretArnPrefix(scope);
  if (!id.startsWith(prefix)) return undefined;
  const rest = id.slice(prefix.length);
  const whole = secrets.get('secret', rest.slice(0, -suffixLength - 1));
  return whole !== undefined && secretArn(scope, whole) === id
    ? whole
    : secrets.get('secret', rest);
}
