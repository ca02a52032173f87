// Memory and CPU limits by control groups (version 1 or 2), where this process may make some below
// its own or beside it. Groups are used again by attempts of the same limits: making one costs more
// than entering it. Never fails an attempt: what cannot be limited here runs without, and the
// engine's notice says so.

import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { LaunchLimits } from './protocol.ts';

type Controller = 'memory' | 'cpu';

/** Where groups of a controller can be made. */
interface Base {
  readonly directory: string;
  readonly version: 1 | 2;
}

/** A group in use by one attempt. */
export interface JobCgroup {
  /** Takes the process, and children that it may have had already. */
  enter(pid: number): void;
  /**
   * Kills what is in it; true when nothing is. What has ended counts no more, though nobody has
   * asked for its exit code yet.
   */
  isEmptied(): boolean;
  /** Tells whether memory ran out, and gives the group to the next attempt. */
  leave(): { readonly outOfMemory: boolean };
}

/** Groups kept for later attempts; more are removed. */
const maxFree = 64;

export class JobCgroups {
  readonly #memory: Base | undefined;
  readonly #cpu: Base | undefined;
  readonly #free = new Map<string, Slot[]>();
  #freeCount = 0;
  #made = 0;

  /**
   * `name` is this launcher's alone. What a launcher of that name has left is killed and removed.
   */
  constructor(name: string) {
    this.#memory = openBase('memory', name);
    this.#cpu = openBase('cpu', name);
    this.#killLeftovers();
  }

  get limitsMemory(): boolean {
    return this.#memory !== undefined;
  }

  get limitsCpu(): boolean {
    return this.#cpu !== undefined;
  }

  take(limits: LaunchLimits): JobCgroup | undefined {
    if (this.#memory === undefined && this.#cpu === undefined) return undefined;
    const key = `${limits.memoryMib}/${limits.swapMib}/${limits.swappiness}/${limits.cpuShares}`;
    let slot = this.#free.get(key)?.pop();
    if (slot === undefined) slot = this.#make(limits);
    else this.#freeCount--;
    return slot && this.#inUse(key, slot);
  }

  #make(limits: LaunchLimits): Slot | undefined {
    try {
      return new Slot(`${this.#made++}`, this.#memory, this.#cpu, limits);
    } catch {
      // Permissions or a limit on groups: the attempt runs without.
      return undefined;
    }
  }

  #inUse(key: string, slot: Slot): JobCgroup {
    return {
      enter: (pid) => slot.enter(pid),
      isEmptied: () => slot.isEmptied(),
      leave: () => {
        const outOfMemory = slot.ranOutOfMemory();
        this.#giveBack(key, slot);
        return { outOfMemory };
      },
    };
  }

  #giveBack(key: string, slot: Slot): void {
    if (this.#freeCount >= maxFree) {
      slot.remove();
      return;
    }
    this.#freeCount++;
    const free = this.#free.get(key);
    if (free === undefined) this.#free.set(key, [slot]);
    else free.push(slot);
  }

  close(): void {
    for (const slots of this.#free.values()) for (const slot of slots) slot.remove();
    this.#killLeftovers();
    for (const base of this.#bases()) removeDirectory(base);
  }

  #bases(): Set<string> {
    return new Set(
      [this.#memory, this.#cpu].flatMap((base) => (base === undefined ? [] : [base.directory])),
    );
  }

  #killLeftovers(): void {
    for (const base of this.#bases()) {
      for (const entry of directoriesIn(base)) {
        killAll(readText(join(base, entry, 'cgroup.procs')));
        removeDirectory(join(base, entry));
      }
    }
  }
}

/** One group, in one hierarchy or in two. Its files stay open: a write costs a tenth of opening. */
class Slot {
  readonly #directories: readonly string[];
  readonly #members: readonly number[];
  readonly #events: number | undefined;
  #oomKills = 0;

  constructor(name: string, memory: Base | undefined, cpu: Base | undefined, limits: LaunchLimits) {
    this.#directories = [
      ...new Set(
        [memory, cpu].flatMap((base) => (base === undefined ? [] : [join(base.directory, name)])),
      ),
    ];
    for (const directory of this.#directories) mkdirSync(directory, { recursive: true });
    if (memory !== undefined) limitMemory(join(memory.directory, name), memory.version, limits);
    if (cpu !== undefined) limitCpu(join(cpu.directory, name), cpu.version, limits.cpuShares);
    this.#members = this.#directories.map((directory) =>
      openSync(join(directory, 'cgroup.procs'), 'r+'),
    );
    this.#events =
      memory &&
      openSync(
        join(memory.directory, name, memory.version === 1 ? 'memory.oom_control' : 'memory.events'),
        'r',
      );
    this.#oomKills = this.#readOomKills();
  }

  enter(pid: number): void {
    for (const members of this.#members) {
      try {
        writeSync(members, String(pid));
      } catch {
        // It has ended already.
        return;
      }
    }
    // What it forked before it was moved is not moved with it.
    for (const child of readText(`/proc/${pid}/task/${pid}/children`).split(' '))
      if (child !== '') this.enter(Number(child));
  }

  isEmptied(): boolean {
    // Whatever is in one of the hierarchies is in the other as well.
    const members = this.#members[0] === undefined ? '' : readOpen(this.#members[0]);
    killAll(members);
    return members === '';
  }

  ranOutOfMemory(): boolean {
    const oomKills = this.#readOomKills();
    const ranOut = oomKills > this.#oomKills;
    this.#oomKills = oomKills;
    return ranOut;
  }

  remove(): void {
    for (const file of [...this.#members, ...(this.#events === undefined ? [] : [this.#events])])
      closeSync(file);
    for (const directory of this.#directories) removeDirectory(directory);
  }

  #readOomKills(): number {
    return this.#events === undefined
      ? 0
      : Number(/^oom_kill (\d+)$/m.exec(readOpen(this.#events))?.[1] ?? 0);
  }
}

const bytes = (mib: number): string => String(mib * 1024 * 1024);

function limitMemory(directory: string, version: 1 | 2, limits: LaunchLimits): void {
  if (version === 2) {
    writeFileSync(join(directory, 'memory.max'), bytes(limits.memoryMib));
    tryWrite(join(directory, 'memory.swap.max'), bytes(limits.swapMib));
    return;
  }
  writeFileSync(join(directory, 'memory.limit_in_bytes'), bytes(limits.memoryMib));
  // Kernels that do not account swap have no such file.
  tryWrite(
    join(directory, 'memory.memsw.limit_in_bytes'),
    bytes(limits.memoryMib + limits.swapMib),
  );
  if (limits.swappiness !== undefined)
    tryWrite(join(directory, 'memory.swappiness'), String(limits.swappiness));
}

function limitCpu(directory: string, version: 1 | 2, shares: number): void {
  // 2..262,144 shares on 1..10,000 weights, as container runtimes convert them.
  if (version === 2)
    writeFileSync(
      join(directory, 'cpu.weight'),
      String(1 + Math.floor(((shares - 2) * 9999) / 262_142)),
    );
  else writeFileSync(join(directory, 'cpu.shares'), String(shares));
}

/**
 * A directory of ours in the controller's hierarchy, below our own group or beside it; undefined
 * where none can be made.
 */
function openBase(controller: Controller, name: string): Base | undefined {
  for (const { directory, version } of candidates(controller)) {
    try {
      if (version === 2) {
        // Refused where the group itself holds processes, unless it is switched on already.
        tryWrite(join(directory, 'cgroup.subtree_control'), `+${controller}`);
        if (!readText(join(directory, 'cgroup.subtree_control')).split(/\s+/).includes(controller))
          continue;
      }
      const own = join(directory, name);
      mkdirSync(own, { recursive: true });
      if (version === 2) writeFileSync(join(own, 'cgroup.subtree_control'), `+${controller}`);
      else closeSync(openSync(join(own, 'cgroup.procs'), 'r+'));
      return { directory: own, version };
    } catch {
      // Not ours to use; the next may be.
    }
  }
  return undefined;
}

function candidates(controller: Controller): Base[] {
  const mounts = readText('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' '));
  const memberships = readText('/proc/self/cgroup')
    .split('\n')
    .map((line) => line.split(':'));
  const own = (isOurs: (controllers: string) => boolean): string =>
    memberships
      .find((fields) => isOurs(fields[1] ?? ''))
      ?.slice(2)
      .join(':') ?? '/';
  const place = (mount: readonly string[], path: string): string => {
    const [root = '/', point = ''] = [mount[3], mount[4]];
    const below = root === '/' ? path : path.startsWith(root) ? path.slice(root.length) : '/';
    return join(point, below);
  };
  const found: Base[] = [];
  for (const mount of mounts) {
    const separator = mount.indexOf('-');
    const type = mount[separator + 1];
    const options = (mount[separator + 3] ?? '').split(',');
    if (type === 'cgroup' && options.includes(controller)) {
      found.push({
        directory: place(
          mount,
          own((controllers) => controllers.split(',').includes(controller)),
        ),
        version: 1,
      });
    }
    if (type === 'cgroup2') {
      const directory = place(
        mount,
        own((controllers) => controllers === ''),
      );
      found.push({ directory, version: 2 }, { directory: dirname(directory), version: 2 });
    }
  }
  return found;
}

function killAll(pids: string): void {
  for (const pid of pids.split('\n')) {
    // 0 stands for a process of another namespace: it is none of ours.
    if (Number(pid) > 1 && Number(pid) !== process.pid) tryKill(Number(pid));
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/**
 * A group whose killed processes are not yet gone cannot be removed: the next launcher, or the end
 * of this one, does.
 */
function removeDirectory(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // See above.
  }
}

const directoriesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const scratch = Buffer.allocUnsafe(65_536);
const readOpen = (file: number): string => {
  try {
    return scratch.toString('latin1', 0, readSync(file, scratch, 0, scratch.length, 0));
  } catch {
    return '';
  }
};

function tryWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // Checked by whoever needs to know.
  }
}
