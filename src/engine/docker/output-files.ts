// Where Docker keeps the output of containers until it is read: which log driver, and how much.

import type { LogConfig } from './docker-api.ts';

/**
 * Output is kept until the attempt's end is committed. What a runaway job takes of the disk is
 * bounded; yet a reader that cannot follow finds three files, half a minute of the fastest writer
 * that Docker's log drivers keep up with (some 25 MB/s).
 */
export const logFileMib = 256;
const keptSize = { 'max-size': `${logFileMib}m`, 'max-file': '3' } as const;
/**
 * `local` keeps bytes as they are (json-file replaces what is not UTF-8, even a character cut by a
 * piece's end) and is faster.
 */
export const localOutput: LogConfig = { Type: 'local', Config: { ...keptSize, compress: 'false' } };
export const jsonFileOutput: LogConfig = { Type: 'json-file', Config: keptSize };
