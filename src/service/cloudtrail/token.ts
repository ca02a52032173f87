// The tokens of LookupEvents' pages: opaque texts that hold where the next one begins.

import type { CallRecordPlace } from '../../port/store.ts';
import { invalidNextToken } from './error.ts';

export const tokenOf = ({ atMs, number }: CallRecordPlace): string =>
  Buffer.from(`records ${atMs} ${number}`).toString('base64url');

export function placeOf(token: string): CallRecordPlace {
  const [, atMs, number] =
    /^records (\d{1,15}) (\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (atMs === undefined || number === undefined) throw invalidNextToken();
  return { atMs: Number(atMs), number: Number(number) };
}
