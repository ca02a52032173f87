// The tokens of pages. GetLogEvents' have CloudWatch's own form, a direction and 56 digits, which
// are an offset; the others are opaque texts that say whose they are.

import { invalidToken } from './error.ts';

const eventForm = /^([fb])\/(\d{56})\/s$/;

export const eventToken = (direction: 'forward' | 'backward', offset: number): string =>
  `${direction === 'forward' ? 'f' : 'b'}/${String(offset).padStart(56, '0')}/s`;

export function readEventToken(token: string): {
  direction: 'forward' | 'backward';
  offset: number;
} {
  const match = eventForm.exec(token);
  const offset = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(offset)) throw invalidToken();
  return { direction: match[1] === 'f' ? 'forward' : 'backward', offset };
}

/** A token of one operation, so that none takes another's. */
export const pageToken = (operation: string, value: unknown): string =>
  Buffer.from(JSON.stringify([operation, value])).toString('base64url');

/**
 * What {@link pageToken} was given, by the same operation; `isValue` says whether it has the form
 * it should have.
 */
export function readPageToken<T>(
  operation: string,
  token: string,
  isValue: (value: unknown) => value is T,
): T {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw invalidToken();
  }
  const [of, value] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (of !== operation || !isValue(value)) throw invalidToken();
  return value;
}

export const isText = (value: unknown): value is string => typeof value === 'string';
