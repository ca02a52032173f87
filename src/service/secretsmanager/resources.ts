// What Secrets Manager keeps of an account and region. Shapes only; the values stand in rows of
// their own, sealed, so that nothing that lists secrets ever reads one.

import type { Tags } from '../../wire/authorization.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Secret {
  readonly name: string;
  /** The six characters that end its ARN. */
  readonly suffix: string;
  readonly description?: string | undefined;
  /** As it was given; one of the names of AWS's own key. */
  readonly kmsKeyId?: string | undefined;
  readonly tags: Tags;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** The oldest first. */
  readonly versions: readonly SecretVersion[];
  /** It was deleted, and may be restored until then. */
  readonly deletedAtMs?: number | undefined;
}

export interface SecretVersion {
  readonly id: string;
  readonly createdAtMs: number;
  /** Without any it is deprecated. */
  readonly stages: readonly string[];
}

/** The value of a version. */
interface SealedValue {
  readonly sealed: string;
  /** What is sealed is bytes, in base64. */
  readonly isBinary: boolean;
}

export interface SecretKinds {
  /** By name. */
  readonly secret: Secret;
  /** By {@link valueKey}. */
  readonly value: SealedValue;
}
export type SecretDraft = ResourceDraft<SecretKinds>;
export type SecretView = ResourceView<SecretKinds>;

/** Two secrets may have a version of the same id; no name has a space. */
export const valueKey = (secret: Pick<Secret, 'name'>, versionId: string): string =>
  `${secret.name} ${versionId}`;
