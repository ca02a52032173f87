// Groups of processes of the kernel, in every hierarchy that the machine has: a kubelet wants one
// that is there before it. It touches none that it was not asked to.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup';

/** Makes it, by its path below each hierarchy, which begins with a slash. */
export function makeCgroup(path: string): void {
  for (const hierarchy of hierarchies()) {
    mkdirSync(join(hierarchy, path), { recursive: true });
    // Of the first version a new group has no processors, and nothing can run in it.
    for (const name of ['cpuset.cpus', 'cpuset.mems'])
      if (isFirstVersion && existsSync(join(hierarchy, path, name)))
        writeFileSync(join(hierarchy, path, name), readFileSync(join(hierarchy, name)));
  }
}

/** Whether nothing of it is left: false while a process of it still ends. */
export function removeCgroup(path: string): boolean {
  return hierarchies().every((hierarchy) => remove(join(hierarchy, path)));
}

const isFirstVersion = !existsSync(join(root, 'cgroup.controllers'));

const hierarchies = (): string[] =>
  isFirstVersion ? foldersIn(root).map((name) => join(root, name)) : [root];

function foldersIn(path: string): string[] {
  const entries = existsSync(path) ? readdirSync(path, { withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function remove(path: string): boolean {
  if (!existsSync(path)) return true;
  const empty = foldersIn(path)
    .map((name) => remove(join(path, name)))
    .every(Boolean);
  if (!empty) return false;
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
