// Which server this data directory belongs to: a mark, made once, by which a server knows its
// containers, and a note of where that mark was made. A directory that was copied or restored has
// the mark and is elsewhere: it gets a mark of its own, so that two servers never take each other's
// containers for theirs (ADR 0018). It touches no container.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface Identity {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The directory had another one, or has lost it: what ran under that is not this server's. */
  readonly isNew: boolean;
  /** The mark that the directory came with, where that is another one. */
  readonly former: string | undefined;
  /** Makes it last. Called once nothing of the former one is left in the database. */
  keep(): void;
}

/**
 * Where a mark was made. Device numbers are no part of it: they may be others after every start of
 * the machine.
 */
interface MarkPlace {
  /** The mark, in the word that the file has for it. */
  readonly instance: string;
  /**
   * The inode of the file that holds the mark, and when that was made, in nanoseconds; 0 where the
   * file system does not say.
   */
  readonly inode: string;
  readonly bornNs: string;
  /** Absent in containers, whose machine ids are those of their images or nobody's. */
  readonly machine?: string | undefined;
}

const markFile = 'instance';
const placeFile = 'instance.place';

/**
 * A place that no directory is at: `longshore restore` writes it, so that what it restored gets a
 * mark of its own.
 */
export const nowhere = JSON.stringify({ instance: '', inode: '', bornNs: '' } satisfies MarkPlace);
export const identityFiles = { mark: markFile, place: placeFile } as const;

/**
 * Reads the mark, or thinks of a new one; nothing is written before `keep`.
 * @param adopt the mark is kept wherever the directory is now
 */
export function identify(
  dataDir: string,
  { adopt }: { readonly adopt: boolean },
  machine: string | undefined = machineId(),
): Identity {
  const mark = join(dataDir, markFile);
  const kept = textOf(mark)?.trim();
  if (kept === undefined || !/^[0-9a-f]{32}$/.test(kept)) return made(dataDir, undefined, machine);
  const noted = parsePlace(textOf(join(dataDir, placeFile)));
  // Directories of earlier versions have no note: they are taken to be where they were.
  const isHere = noted === undefined || isSame(noted, placeOf(mark, kept, machine));
  if (!isHere && !adopt) return made(dataDir, kept, machine);
  return {
    id: kept,
    isNew: false,
    former: undefined,
    keep: () => notePlace(dataDir, kept, machine),
  };
}

function made(dataDir: string, former: string | undefined, machine: string | undefined): Identity {
  const id = randomBytes(16).toString('hex');
  return {
    id,
    isNew: true,
    former,
    keep() {
      writeDurably(join(dataDir, markFile), `${id}\n`);
      notePlace(dataDir, id, machine);
    },
  };
}

function notePlace(dataDir: string, id: string, machine: string | undefined): void {
  const path = join(dataDir, placeFile);
  const place = `${JSON.stringify(placeOf(join(dataDir, markFile), id, machine))}\n`;
  if (textOf(path) !== place) writeDurably(path, place);
}

function placeOf(mark: string, instance: string, machine: string | undefined): MarkPlace {
  const { ino, birthtimeNs } = statSync(mark, { bigint: true });
  return { instance, inode: String(ino), bornNs: String(birthtimeNs), machine };
}

function isSame(noted: MarkPlace, now: MarkPlace): boolean {
  const agree = (a: string | undefined, b: string | undefined): boolean =>
    a === undefined || b === undefined || a === b;
  const born = ({ bornNs }: MarkPlace): string | undefined => (bornNs === '0' ? undefined : bornNs);
  return (
    noted.instance === now.instance &&
    noted.inode === now.inode &&
    agree(born(noted), born(now)) &&
    agree(noted.machine, now.machine)
  );
}

/** Undefined where there is no note, or one that nobody can read. */
function parsePlace(text: string | undefined): MarkPlace | undefined {
  try {
    const { instance, inode, bornNs, machine } = JSON.parse(text ?? '') as Record<string, unknown>;
    if (typeof instance !== 'string' || typeof inode !== 'string' || typeof bornNs !== 'string')
      return undefined;
    return { instance, inode, bornNs, machine: typeof machine === 'string' ? machine : undefined };
  } catch {
    return undefined;
  }
}

/**
 * systemd's id of this machine; undefined where there is none, or where it may be another at every
 * start.
 */
function machineId(): string | undefined {
  if (isContainer()) return undefined;
  const id = textOf('/etc/machine-id')?.trim();
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

/** By what the engines of today leave in theirs, and by what their root lies on. */
function isContainer(): boolean {
  const { container, KUBERNETES_SERVICE_HOST: kubernetes } = process.env;
  if (
    container !== undefined ||
    kubernetes !== undefined ||
    existsSync('/.dockerenv') ||
    existsSync('/run/.containerenv')
  )
    return true;
  return (textOf('/proc/mounts') ?? '')
    .split('\n')
    .some((line) => /^\S+ \/ (overlay|fuse\S*|aufs) /.test(line));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** In place: the file stays the one that it is. */
function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
