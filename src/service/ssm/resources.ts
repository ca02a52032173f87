// What Parameter Store keeps of an account and region. Shapes only. Every value is sealed, whatever
// its type: nothing tells a String that holds a password from one that does not.

import type { Tags } from '../../wire/authorization.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Parameter {
  /** With its leading slash, where it has one. */
  readonly name: string;
  readonly tags: Tags;
  /** By label, the version that has it. */
  readonly labels: Readonly<Record<string, number>>;
  /** The oldest version that is kept; all from there to the current one are. */
  readonly oldest: number;
  readonly current: ParameterVersion;
}

export interface ParameterVersion {
  readonly version: number;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly sealed: string;
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  readonly tier: 'Standard' | 'Advanced';
  /** Of a SecureString: as it was given. */
  readonly keyId?: string | undefined;
  readonly changedAtMs: number;
  /** The ARN of who put it. */
  readonly changedBy: string;
}

export interface ParameterKinds {
  /** By name. */
  readonly parameter: Parameter;
  /** Those that are not current any more, by {@link versionKey}. */
  readonly version: ParameterVersion;
  /** One, `parameters`: how many there are. */
  readonly count: { readonly parameters: number };
}
export type ParameterDraft = ResourceDraft<ParameterKinds>;
export type ParameterView = ResourceView<ParameterKinds>;

/** No name has a space. */
export const versionKey = (name: string, version: number): string => `${name} ${version}`;

export const versionOf = (
  parameters: ParameterView,
  { name, current }: Parameter,
  version: number,
): ParameterVersion | undefined =>
  version === current.version ? current : parameters.get('version', versionKey(name, version));
