// Which job definition a caller means: by `name:revision`, by a bare name, or by the ARN of one of
// these. Every operation that takes a definition asks here. Pure text: whether it is there, others
// know.

import type { Scope } from '../../base/ids.ts';
import { jobDefinitionArnPrefix } from '../arn.ts';

interface DefinitionReference {
  readonly name: string;
  /** Absent: none is said. */
  readonly revision?: number | undefined;
}

/** A revision is written in one way only: `name:01` is no name. */
const form = /^([\w-]{1,128})(?::([1-9]\d{0,8}))?$/;

/**
 * Undefined where the text names no definition of this account and region, as the ARN of another
 * one does not.
 */
export function definitionReference(scope: Scope, given: string): DefinitionReference | undefined {
  const prefix = jobDefinitionArnPrefix(scope);
  if (given.startsWith('arn:') && !given.startsWith(prefix)) return undefined;
  const [, name, revision] =
    form.exec(given.startsWith('arn:') ? given.slice(prefix.length) : given) ?? [];
  return name === undefined
    ? undefined
    : { name, revision: revision === undefined ? undefined : Number(revision) };
}
