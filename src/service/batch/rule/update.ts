// Updates: one that changes nothing is no request, and AWS says so in the words of its command
// line.

import { invalid } from '../../../wire/error-catalogue.ts';
import { isEmptyObject } from './says-anything.ts';

/** Throws unless one of the members is given. `what` is the resource, which is no change. */
export function refuseNoChange<T extends object>(
  request: T,
  members: readonly (keyof T & string)[],
): void {
  if (members.some((member) => request[member] !== undefined && !isEmptyObject(request[member])))
    return;
  throw invalid(`One of [${members.map(dashed).join(' | ')}] is required.`);
}

/**
 * `computeResources` as `compute-resources`, and `unmanagedvCpus` as the command line has it,
 * `unmanagedv-cpus`.
 */
const dashed = (member: string): string =>
  member.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
