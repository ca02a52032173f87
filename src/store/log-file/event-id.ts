// Event ids of CloudWatch's form, 56 decimal digits: unique and stable, in order of time. An id is the event's timestamp, its
// file's random id and its offset in it.

import type { FileHeader } from './record.ts';

const digits = 56;
const offsetBits = 48n;
const fileBits = 88n;

/** The ids of one file's events. */
export class EventIds {
  readonly #file: bigint;

  constructor(id: FileHeader['id']) {
    this.#file = BigInt.asUintN(Number(fileBits), BigInt(`0x${id.toString('hex')}`)) << offsetBits;
  }

  of(timestampMs: number, offset: number): string {
    const id = (BigInt(timestampMs) << (fileBits + offsetBits)) | this.#file | BigInt(offset);
    return id.toString().padStart(digits, '0');
  }
}
