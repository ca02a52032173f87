// What every operation of Secrets Manager works with, and secrets as requests name them.

import type { Scope } from '../../base/ids.ts';
import type { Clock } from '../../port/clock.ts';
import type { Ids } from '../../port/ids.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { Operation, RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { secretArn, secretNamed } from './arn.ts';
import { markedForDeletion, noSecret } from './error.ts';
import {
  valueKey,
  type Secret,
  type SecretDraft,
  type SecretKinds,
  type SecretView,
} from './resources.ts';

export interface SecretsManagerDeps {
  readonly space: ResourceSpace<SecretKinds>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly sealer: Sealer;
}

export type SecretsManagerOperation<Input, Output> = Operation<
  SecretsManagerDeps,
  Input,
  Omit<Output, '$metadata'>
>;

export const view = (
  { space }: SecretsManagerDeps,
  { scope }: RequestContext,
): Promise<SecretView> => space.view(scope);
export const change = <T>(
  { space }: SecretsManagerDeps,
  context: RequestContext,
  decide: (draft: SecretDraft) => T,
): Promise<T> => space.change(context.scope, context, decide);

/** Its recovery window is over: it is as good as removed, and is at the next opportunity. */
const isGone = ({ deletedAtMs }: Secret, nowMs: number): boolean =>
  deletedAtMs !== undefined && deletedAtMs <= nowMs;

/** The secret that a name, an ARN or the beginning of one means; undefined where there is none. */
export function secretOf(
  secrets: SecretView,
  scope: Scope,
  id: string,
  nowMs: number,
): Secret | undefined {
  const secret = secretNamed(secrets, scope, id);
  return secret === undefined || isGone(secret, nowMs) ? undefined : secret;
}

/** By name; those that are marked for deletion too. */
export const secretsIn = (secrets: SecretView, nowMs: number): Secret[] =>
  secrets.all('secret').filter((secret) => !isGone(secret, nowMs));

/** As {@link secretOf}, of one that must be there, marked for deletion or not. */
export function found(
  { clock }: Pick<SecretsManagerDeps, 'clock'>,
  secrets: SecretView,
  { scope }: Pick<RequestContext, 'scope'>,
  id: string | undefined,
): Secret {
  const secret = secretOf(secrets, scope, id ?? '', clock.now());
  if (secret === undefined) throw noSecret();
  return secret;
}

/** One that is not marked for deletion. */
export function usable(...of: Parameters<typeof found>): Secret {
  const secret = found(...of);
  if (secret.deletedAtMs !== undefined) throw markedForDeletion();
  return secret;
}

export function remove(draft: SecretDraft, secret: Secret): void {
  for (const { id } of secret.versions) draft.remove('value', valueKey(secret, id));
  draft.remove('secret', secret.name);
}

/** Removes what nobody can restore any more. */
export function sweep(draft: SecretDraft, nowMs: number): void {
  for (const secret of draft.all('secret')) if (isGone(secret, nowMs)) remove(draft, secret);
}

/** What all operations on one secret answer. */
export const named = (
  secret: Secret,
  { scope }: Pick<RequestContext, 'scope'>,
): { readonly ARN: string; readonly Name: string } => ({
  ARN: secretArn(scope, secret),
  Name: secret.name,
});
