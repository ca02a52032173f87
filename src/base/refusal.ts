// A refusal: the caller's fault, as a value. `decide` returns it instead of throwing, and services
// turn it into the error that AWS clients expect. Never use it for a fault of ours.

/** What kind of fault it is; services map the kind to an HTTP status (doc/errors.md). */
/** `busy`: nothing is wrong with the request; there are too many. */
export type RefusalKind = 'invalid' | 'not-found' | 'conflict' | 'limit' | 'busy';

export interface Refusal {
  readonly refusal: RefusalKind;
  readonly message: string;
}

export const refuse = (refusal: RefusalKind, message: string): Refusal => ({ refusal, message });

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refusal' in value;
}
