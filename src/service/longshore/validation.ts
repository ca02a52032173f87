// A validation as it is answered, from what was found.

import type { ValidatedRequirement, Validation } from '../../api/validation.ts';

/** A requirement of the AMI specification, or one that only a live host has. */
export interface Judged {
  readonly requirement: string;
  /** Undefined: not known. */
  readonly met: boolean | undefined;
  readonly found: string;
  readonly needed: string;
}

export const validationOf = (
  id: string,
  name: string,
  findings: readonly Judged[],
  note?: string,
): Validation => ({
  id,
  name,
  valid: findings.every(({ met }) => met !== false),
  requirements: findings.map(({ requirement, met, found, needed }) => ({
    requirement,
    result: resultOf(met),
    found,
    needed,
  })),
  note,
});

function resultOf(met: boolean | undefined): ValidatedRequirement['result'] {
  if (met === undefined) return 'unknown';
  return met ? 'met' : 'not met';
}
