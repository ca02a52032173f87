// Event ids of CloudWatch's form, 56 decimal digits: unique and stable, in order of time. An id is
// the event's timestamp (13 digits), its file's random id (28) and its offset in it (15).

import type { FileHeader } from './record.ts';

const fileDigits = 28;

/** The ids of one file's events. */
export class EventIds {
  readonly #file: string;

  constructor(id: FileHeader['id']) {
    this.#file = (BigInt(`0x${id.toString('hex')}`) % 10n ** BigInt(fileDigits))
      .toString()
      .padStart(fileDigits, '0');
  }

  of(timestampMs: number, offset: number): string {
    return String(timestampMs).padStart(13, '0') + this.#file + String(offset).padStart(15, '0');
  }
}
