// What operations of Secrets Manager ask leave for, as its page of the service authorization
// reference lists it. A request that names a secret by its name says nothing of the ARN's suffix:
// `wholeArn` finds that, before anybody judges.

import type { Access, Conditions, RequestContext } from '../../wire/operation.ts';
import type { Tags } from '../../wire/authorization.ts';
import { anySuffix, secretArn, secretArnPrefix, secretNamed } from './arn.ts';
import type { SecretsManagerDeps } from './deps.ts';

interface Named {
  readonly SecretId?: string | undefined;
}

export const arnOf = ({ scope }: Pick<RequestContext, 'scope'>, id: string): string =>
  id.startsWith('arn:') ? id : `${secretArnPrefix(scope)}${id}${anySuffix}`;

export const onSecret = (
  action: string,
  { SecretId: id = '' }: Named,
  context: RequestContext,
  more: () => Conditions = () => ({}),
): Access[] => [
  {
    action: `secretsmanager:${action}`,
    resources: [arnOf(context, id)],
    conditions: () => ({ 'secretsmanager:SecretId': id, ...more() }),
  },
];

/** A condition of what a request may leave out. */
export const said = (key: string, value: string | number | boolean | undefined): Conditions =>
  value === undefined ? {} : { [`secretsmanager:${key}`]: String(value) };

/** The ARN with the suffix that its secret has; as it was where there is no such secret. */
export async function wholeArn(
  { space }: SecretsManagerDeps,
  arn: string,
  { scope }: RequestContext,
): Promise<string> {
  const secrets = await space.view(scope);
  const prefix = secretArnPrefix(scope);
  // A name may look like another one's name with its suffix.
  const secret =
    arn.startsWith(prefix) && arn.endsWith(anySuffix)
      ? secrets.get('secret', arn.slice(prefix.length, -anySuffix.length))
      : secretNamed(secrets, scope, arn);
  return secret === undefined ? arn : secretArn(scope, secret);
}

/** Undefined where nothing of the caller's account and region has this ARN. */
export async function resourceTags(
  { space }: Pick<SecretsManagerDeps, 'space'>,
  arn: string,
  { scope }: Pick<RequestContext, 'scope'>,
): Promise<Tags | undefined> {
  const secrets = await space.view(scope);
  return arn.startsWith('arn:') ? secretNamed(secrets, scope, arn)?.tags : undefined;
}
