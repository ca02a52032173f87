// The sequence token of a stream. AWS no longer looks at the one that a client sends, and neither
// do we; clients that were written before still want one to carry.

export const sequenceToken = (storedBytes: number): string => String(storedBytes).padStart(56, '0');
