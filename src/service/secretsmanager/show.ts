// How secrets look outside: with their value where that was asked for, and without it else.

import type { GetSecretValueCommandOutput, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import type { RequestContext } from '../../wire/operation.ts';
import { tagList } from '../tag-list.ts';
import { named, type SecretsManagerDeps } from './deps.ts';
import { invalidRequest, noValueAtStage, noVersion } from './error.ts';
import type { Secret, SecretVersion, SecretView } from './resources.ts';
import { current, opened, versionAt } from './versions.ts';

interface VersionWanted {
  readonly VersionId?: string | undefined;
  readonly VersionStage?: string | undefined;
}

function versionWanted(
  secret: Secret,
  { VersionId: id, VersionStage: stage }: VersionWanted,
): SecretVersion {
  if (id === undefined) {
    const label = stage ?? current;
    const version = versionAt(secret, label);
    if (version === undefined) throw noValueAtStage(label);
    return version;
  }
  const version = secret.versions.find((one) => one.id === id);
  if (version === undefined) throw noVersion(id);
  if (stage !== undefined && !version.stages.includes(stage))
    throw invalidRequest(
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  return version;
}

export function shownValue(
  { sealer }: Pick<SecretsManagerDeps, 'sealer'>,
  secrets: SecretView,
  secret: Secret,
  wanted: VersionWanted,
  context: Pick<RequestContext, 'scope'>,
): Omit<GetSecretValueCommandOutput, '$metadata'> {
  const version = versionWanted(secret, wanted);
  const { text, isBinary } = opened(sealer, secrets, secret, version.id, context);
  return {
    ...named(secret, context),
    VersionId: version.id,
    ...(isBinary
      ? { SecretBinary: new Uint8Array(Buffer.from(text, 'base64')) }
      : { SecretString: text }),
    VersionStages: [...version.stages],
    CreatedDate: new Date(version.createdAtMs),
  };
}

/** As lists and DescribeSecret show it. */
export const shownSecret = (
  secret: Secret,
  context: Pick<RequestContext, 'scope'>,
): Omit<SecretListEntry, 'SecretVersionsToStages'> => ({
  ...named(secret, context),
  Description: secret.description,
  KmsKeyId: secret.kmsKeyId,
  LastChangedDate: new Date(secret.changedAtMs),
  CreatedDate: new Date(secret.createdAtMs),
  DeletedDate: secret.deletedAtMs === undefined ? undefined : new Date(secret.deletedAtMs),
  ...(Object.keys(secret.tags).length > 0 && { Tags: tagList(secret.tags) }),
});

/** Of the versions that have a label. */
export const stagesById = ({ versions }: Secret): Record<string, string[]> =>
  Object.fromEntries(
    versions.flatMap(({ id, stages }) => (stages.length === 0 ? [] : [[id, [...stages]]])),
  );
