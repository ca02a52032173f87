// Ends what a launcher that died has left running, so that a lost attempt does not go on unseen.
// Kills a process group only where its leader is surely the one that was started: numbers are given
// again.

import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';

const scratch = Buffer.allocUnsafe(4096);

/**
 * Field 22 of /proc/<pid>/stat: when the process was started, in clock ticks after the machine;
 * undefined: no such process, or no /proc.
 */
export function startTicksOf(pid: number): string | undefined {
  try {
    const file = openSync(`/proc/${pid}/stat`, 'r');
    const stat = scratch.toString('latin1', 0, readSync(file, scratch));
    closeSync(file);
    // The name, in parentheses, may hold anything; what follows it does not.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Kills the group of a leader that is still the one of `startTicks`. */
export function killLeftoverGroup(pid: number, startTicks: string | undefined): void {
  if (startTicks !== undefined && startTicksOf(pid) === startTicks) killGroup(pid, 'SIGKILL');
}

/**
 * Kills every process that works below the directory: how a group is found whose number was never
 * written down, or whose leader has ended.
 */
export function killProcessesBelow(directory: string): void {
  for (const entry of listProcesses()) {
    try {
      if (readlinkSync(`/proc/${entry}/cwd`).startsWith(`${directory}/`))
        process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It ended, or is not ours to look at.
    }
  }
}

/** In the environment of everything that an attempt starts, unless it takes it out itself. */
export const attemptMark = 'LONGSHORE_ATTEMPT_ID';

/**
 * Kills every process that was started with the attempt's mark, whichever group and session it has
 * made for itself; true where there was one. It is how an ordinary user's launcher, which can make
 * no control groups, ends what a job has left in the background.
 */
export function killMarked(id: string): boolean {
  const mark = Buffer.from(`${attemptMark}=${id}\0`);
  let found = false;
  for (const entry of listProcesses()) {
    try {
      const environment = readFileSync(`/proc/${entry}/environ`);
      const at = environment.indexOf(mark);
      if (at < 0 || (at > 0 && environment[at - 1] !== 0) || Number(entry) === process.pid)
        continue;
      process.kill(Number(entry), 'SIGKILL');
      found = true;
    } catch {
      // It ended, or is not ours to look at.
    }
  }
  return found;
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
}

/** Whether there was anything to signal. */
export function killGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
