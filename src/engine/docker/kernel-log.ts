// Asks the kernel's log whether a container's process was killed for want of memory. Docker learns
// of that by a notice that is lost when the container ends with the same kill (seen for one in
// twenty on a busy host). Evidence only, never a guess: where the log cannot be read, as for most
// users but root, or the daemon is on another machine, the answer is no.

import { closeSync, constants, openSync, readSync } from 'node:fs';

const recordBytes = 8192;
/** Records read before others get their turn. */
const slice = 256;

/** `pid` is the container's first process as the host counts; 0: not known. Never rejects. */
export async function kernelKilledForMemory(
  dockerId: string,
  pid: number,
  path = '/dev/kmsg',
): Promise<boolean> {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const record = Buffer.alloc(recordBytes);
    for (let count = 1; ; count++) {
      const text = nextRecord(file, record);
      if (text === undefined) return false;
      if (saysKilled(text, dockerId, pid)) return true;
      if (count % slice === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The line that names the group may be left out by the kernel's rate limit; the one that names the
 * process never is.
 */
export const saysKilled = (text: string, dockerId: string, pid: number): boolean =>
  (text.includes('oom-kill:') && text.includes(dockerId)) ||
  (pid > 0 && text.includes('out of memory: Killed process ') && text.includes(` ${pid} (`));

/** One read gives one record. Undefined: there is no more for now. */
function nextRecord(file: number, record: Buffer): string | undefined {
  for (;;) {
    try {
      const length = readSync(file, record, 0, recordBytes, null);
      return length === 0 ? undefined : record.toString('latin1', 0, length);
    } catch (error) {
      // EPIPE: records were overwritten before they could be read; the next read goes on with the
      // oldest.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return undefined;
    }
  }
}
