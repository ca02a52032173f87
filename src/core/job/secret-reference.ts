// What `valueFrom` of a secret says (user guide, chapter Specify sensitive data): a parameter by
// its name or ARN, or a secret by its ARN, with a JSON key, a staging label and a version behind
// it. Pure: whether it is there, others know.

import { scopeOf, scopeParts, type Scope } from '../../base/ids.ts';

export type SecretReference =
  /** `name` as it was given, an ARN included. */
  | { readonly kind: 'parameter'; readonly scope: Scope; readonly name: string }
  | {
      readonly kind: 'secret';
      readonly scope: Scope;
      /** The ARN without what stands behind it. */
      readonly id: string;
      readonly jsonKey?: string | undefined;
      readonly stage?: string | undefined;
      readonly versionId?: string | undefined;
    };

/** Whether a text has one of the forms. */
export const isSecretReference = (valueFrom: string): boolean =>
  secretReference(valueFrom, scopeOf('', '')) !== undefined;

/** `scope` is the job's; `undefined`: it has neither form. */
export function secretReference(valueFrom: string, scope: Scope): SecretReference | undefined {
  if (!valueFrom.startsWith('arn:')) {
    return /^[\w.\-/]+(?::[\w.-]+)?$/.test(valueFrom)
      ? { kind: 'parameter', scope, name: valueFrom }
      : undefined;
  }
  const [, , service, region = '', account = '', ...rest] = valueFrom.split(':');
  const where = scopeOf(account || scopeParts(scope).account, region || scopeParts(scope).region);
  if (service === 'ssm')
    return /^parameter\/./.test(rest[0] ?? '') && rest.length <= 2
      ? { kind: 'parameter', scope: where, name: valueFrom }
      : undefined;
  const [kind, name, jsonKey, stage, versionId] = rest;
  if (service !== 'secretsmanager' || kind !== 'secret' || !name) return undefined;
  if (rest.length !== 2 && rest.length !== 5) return undefined;
  return {
    kind: 'secret',
    scope: where,
    id: valueFrom.split(':').slice(0, 7).join(':'),
    jsonKey: jsonKey || undefined,
    stage: stage || undefined,
    versionId: versionId || undefined,
  };
}
