// Assertions that stay on in production. A failed one is a broken law of ours, never the caller's
// fault: it must end the process (see control), so nothing here may be used to validate input from
// outside.

/**
 * A law of this program was broken. Carries the law in plain words; whoever catches it must stop,
 * not carry on.
 */
export class BrokenInvariant extends Error {
  override name = 'BrokenInvariant';
}

/** Throws {@link BrokenInvariant} naming `law` when `condition` is false. */
export function assert(condition: unknown, law: string): asserts condition {
  if (!condition) throw new BrokenInvariant(law);
}

/**
 * Marks a branch that the types say cannot be reached, so that a new variant fails to compile where
 * it is not handled.
 */
export function never(value: never): never {
  throw new BrokenInvariant(`unreachable variant: ${JSON.stringify(value)}`);
}

/** The value, which the caller's own bookkeeping says is there. */
export function must<T>(value: T | undefined | null, law: string): T {
  if (value === undefined || value === null) throw new BrokenInvariant(law);
  return value;
}
