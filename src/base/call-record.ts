// The record of one call while the call is under way. It travels with the call to the one writer,
// which writes it down in the same commit as the change that the call brings about. It says nothing
// of what a record holds, and is written once, however many changes a call makes.

import type { Scope } from './ids.ts';

export interface CallRecord {
  /** Whose record it is. */
  readonly scope: Scope;
  /** Its row's; undefined while it has none that is durable. Only the store sets it. */
  number: number | undefined;
  /** What is known of the call by now; made when it is asked for. */
  text(): string;
}
