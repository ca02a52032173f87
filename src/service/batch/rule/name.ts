// The forms of names and ARNs that users give (the model's documentation of each name member).

import { roleArnForm } from '../../../core/arn.ts';
import { lengthIn, matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const nameForm = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** The name of a new resource or job. */
export function checkName(value: string | undefined, member: string): void {
  matches(
    value,
    nameForm,
    member,
    'up to 128 letters, digits, hyphens and underscores, the first a letter or digit',
  );
}

/** A reference by name or ARN: not empty. Whether it is there, others know. */
export function checkReference(value: string | undefined, member: string): asserts value is string {
  if (value === undefined || value === '') throw invalid(`${member} must be provided`);
}

const roleForm = new RegExp(String.raw`${roleArnForm.source}|^[\w+=,.@/-]+$`);

/** A role by ARN or name; empty is "none". */
export function checkRole(value: string | undefined, member: string): void {
  if (value !== '') matches(value, roleForm, member, 'the ARN or the name of an IAM role');
}

/**
 * A role of a compute environment, which AWS takes as it is: a wrong one makes the environment
 * INVALID (user guide, Incorrect Role Name or ARN).
 */
export function checkEnvironmentRole(value: string | undefined, member: string): void {
  lengthIn(value, 0, 2048, member);
}
