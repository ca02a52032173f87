// The versions of a secret and their staging labels: each label is on one version at most;
// AWSCURRENT is on the one that is read, AWSPREVIOUS on the one that was before it. Values are
// sealed here and opened here, each bound to its secret and version.

import { limit } from '../../core/limit.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { RequestContext } from '../../wire/operation.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { secretArn } from './arn.ts';
import type { Value } from './check.ts';
import { notDecrypted, tokenTaken, tooManyVersions } from './error.ts';
import {
  valueKey,
  type Secret,
  type SecretDraft,
  type SecretKinds,
  type SecretVersion,
  type SecretView,
} from './resources.ts';

export const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';
/** So long a version is kept though it has no label, as on AWS. */
const keptMs = 86_400_000;

type Where = Pick<RequestContext, 'scope'>;

const about = (secret: Secret, versionId: string, { scope }: Where): string =>
  `secret ${secretArn(scope, secret)} ${versionId}`;

export function opened(
  sealer: Sealer,
  secrets: SecretView,
  secret: Secret,
  versionId: string,
  where: Where,
): Value {
  const kept = secrets.get('value', valueKey(secret, versionId));
  const text = kept && sealer.open(kept.sealed, about(secret, versionId, where));
  if (kept === undefined || text === undefined) throw notDecrypted();
  return { text, isBinary: kept.isBinary };
}

/** Names of secrets that the server's key does not open, over all accounts and regions. */
export async function unopenedSecrets(
  space: Pick<ResourceSpace<SecretKinds>, 'scopes' | 'view'>,
  sealer: Sealer,
): Promise<string[]> {
  const names: string[] = [];
  for (const scope of space.scopes()) {
    const secrets = await space.view(scope);
    const isClosed = (secret: Secret, { id }: SecretVersion): boolean => {
      const kept = secrets.get('value', valueKey(secret, id));
      return (
        kept !== undefined && sealer.open(kept.sealed, about(secret, id, { scope })) === undefined
      );
    };
    for (const secret of secrets.all('secret'))
      if (secret.versions.some((version) => isClosed(secret, version))) names.push(secret.name);
  }
  return names;
}

/** The version that has a label. */
export const versionAt = ({ versions }: Secret, stage: string): SecretVersion | undefined =>
  versions.find(({ stages }) => stages.includes(stage));

interface NewVersion {
  readonly id: string;
  readonly value: Value;
  readonly stages: readonly string[];
  readonly nowMs: number;
}

/**
 * The secret with one more version, whose value is put into the draft. A version of this id that
 * has this very value is left as it is; one that has another is refused.
 */
export function withVersion(
  draft: SecretDraft,
  sealer: Sealer,
  secret: Secret,
  { id, value, stages, nowMs }: NewVersion,
  where: Where,
): Secret {
  if (secret.versions.some((version) => version.id === id)) {
    const there = opened(sealer, draft, secret, id, where);
    if (there.text === value.text && there.isBinary === value.isBinary) return secret;
    throw tokenTaken(id, secretArn(where.scope, secret));
  }
  // The first one is current, whatever was asked for.
  const wanted =
    secret.versions.length === 0 && !stages.includes(current) ? [...stages, current] : stages;
  const added = { id, createdAtMs: nowMs, stages: [] };
  const made = wanted.reduce((before: Secret, stage) => withStage(before, stage, id), {
    ...secret,
    versions: [...secret.versions, added],
    changedAtMs: nowMs,
  });
  draft.put('value', valueKey(secret, id), {
    sealed: sealer.seal(value.text, about(secret, id, where)),
    isBinary: value.isBinary,
  });
  return withoutOldest(draft, made, nowMs);
}

/** The label is on that version alone; on none where no version is given. */
export function withStage(secret: Secret, stage: string, versionId: string | undefined): Secret {
  const before = versionAt(secret, stage);
  const moves = stage === current && before !== undefined && before.id !== versionId;
  const versions = secret.versions.map((version) => {
    let stages = version.stages.filter((each) => each !== stage && !(moves && each === previous));
    if (version.id === versionId) stages = [...stages, stage];
    if (moves && version.id === before.id) stages = [...stages, previous];
    return { ...version, stages };
  });
  return { ...secret, versions };
}

/** The oldest ones without a label give way; where none may, one more is refused. */
function withoutOldest(draft: SecretDraft, secret: Secret, nowMs: number): Secret {
  if (secret.versions.length <= limit.secret.versions) return secret;
  const oldest = secret.versions.find(
    ({ stages, createdAtMs }) => stages.length === 0 && createdAtMs + keptMs <= nowMs,
  );
  if (oldest === undefined) throw tooManyVersions(limit.secret.versions);
  draft.remove('value', valueKey(secret, oldest.id));
  return { ...secret, versions: secret.versions.filter(({ id }) => id !== oldest.id) };
}
