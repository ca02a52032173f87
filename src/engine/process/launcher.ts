// The launcher: a small process of its own that starts jobs for the process engine, because a
// server that forks is slow and because jobs must outlive the server (doc/engines.md, process). Run
// as `node launcher DIRECTORY`, detached; the engine starts it where none answers. One a directory.
// It ends by itself when nothing runs and no server is connected. It loads as little as it can: its
// size is a part of the price of every fork.

import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { never } from '../../base/assert.ts';
import { JobCgroups } from './job-cgroups.ts';
import { Journal } from './journal.ts';
import { LaunchedAttempts } from './launched-attempts.ts';
import { killLeftoverGroup, killMarked, killProcessesBelow } from './leftovers.ts';
import {
  LineParser,
  paths,
  placeOf,
  recordOf,
  type FromLauncher,
  type LaunchedAttempt,
  type ToLauncher,
} from './protocol.ts';
import { WorkDirectories } from './work-directories.ts';

/** How long it waits for a server that died to come back, when it has nothing to do. */
const idleMs = 120_000;
/**
 * How long one that nobody has ever connected to waits: another may have been quicker to serve who
 * started it.
 */
const unusedMs = 10_000;
/** A server that does not read this much is cut off, and hears everything when it comes back. */
const maxUnreadBytes = 64 * 1024 * 1024;
/** The kernel's bound on a socket's path is 108 bytes, 104 on macOS. */
const maxSocketPathBytes = 100;

const directory = realpathSync(process.argv[2] ?? '.');
const path = paths(directory);
const exitCodeWhenLocked = 3;

/**
 * Held as long as this process lives, however it ends: a lock of the kernel's, which Node offers
 * only through SQLite.
 */
function takeLock(): DatabaseSync {
  closeSync(openSync(path.lock, 'a', 0o600));
  const lock = new DatabaseSync(path.lock);
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch {
    process.exit(exitCodeWhenLocked);
  }
}

interface Connection {
  readonly socket: Socket;
  unsent: string;
}

const lock = takeLock();
mkdirSync(path.outputs, { recursive: true, mode: 0o700 });
const { dev, ino } = statSync(directory);
const cgroups = new JobCgroups(`longshore-${dev}-${ino}`);
const { journal, attempts } = Journal.open(path.journal, fateOf);
killProcessesBelow(path.works);
const works = new WorkDirectories(path.works);

const connections = new Set<Connection>();
const launched = new LaunchedAttempts({
  directory,
  journal,
  attempts,
  cgroups,
  works,
  publish,
  flush,
});
let used = false;
let released = false;
let ending = false;
let idleTimer: NodeJS.Timeout | undefined;

/**
 * An attempt of the launcher before, which is dead: what has no recorded end is lost, and is not
 * left running.
 */
function fateOf(attempt: LaunchedAttempt, sameBoot: boolean): LaunchedAttempt {
  if (attempt.state === 'exited' || attempt.state === 'lost') return attempt;
  const startedAtMs = attempt.state === 'running' ? attempt.startedAtMs : undefined;
  if (sameBoot && attempt.state === 'running') killLeftoverGroup(attempt.pid, attempt.startTicks);
  if (sameBoot) killMarked(attempt.id);
  return { id: attempt.id, state: 'lost', startedAtMs, lostAtMs: Date.now(), node: attempt.node };
}

function publish(message: FromLauncher): void {
  const line = `${JSON.stringify(message)}\n`;
  for (const connection of connections) connection.unsent += line;
}

function flush(): void {
  journal.flush(attempts);
  for (const connection of connections) {
    if (connection.unsent === '') continue;
    connection.socket.write(connection.unsent);
    connection.unsent = '';
    if (connection.socket.writableLength > maxUnreadBytes) connection.socket.destroy();
  }
  if (connections.size === 0) watchIdle();
}

function serve(socket: Socket): void {
  const connection: Connection = { socket, unsent: '' };
  const tell = (message: FromLauncher): void => {
    connection.unsent += `${JSON.stringify(message)}\n`;
    launched.changed();
  };
  const parser = new LineParser<ToLauncher>((message) =>
    obey(message, () => tell({ type: 'done', call: message.call })),
  );
  connections.add(connection);
  used = true;
  released = false;
  tell({
    type: 'hello',
    pid: process.pid,
    place: placeOf(directory),
    memoryLimits: cgroups.limitsMemory,
    cpuLimits: cgroups.limitsCpu,
    attempts: [...attempts.values()],
  });
  socket.on('data', (chunk) => parser.push(chunk));
  socket.on('error', () => {}); // 'close' follows.
  const gone = (): void => {
    connections.delete(connection);
    if (connections.size === 0) launched.forgetWithdrawn();
    watchIdle();
    // Where this ends the launcher, its end closes the socket: the server then knows that nothing
    // touches the directory any more.
    if (!ending) socket.end();
  };
  socket.on('end', gone);
  socket.on('close', gone);
}

function obey(message: ToLauncher, done: () => void): void {
  switch (message.op) {
    case 'start':
      launched.start(message.request, done);
      return;
    case 'stop':
      launched.stop(message.id, message.graceMs);
      done();
      return;
    case 'remove':
      launched.remove(message.id, done);
      return;
    case 'release':
      released = true;
      done();
      return;
    default:
      never(message);
  }
}

/**
 * Ends the launcher when nobody needs it. What has ended stands in the journal for the next one.
 */
function watchIdle(): void {
  clearTimeout(idleTimer);
  if (connections.size > 0 || launched.active > 0 || ending) return;
  if (released) end();
  else idleTimer = setTimeout(end, used ? idleMs : unusedMs);
}

function end(): void {
  if (connections.size > 0 || launched.active > 0) return;
  ending = true;
  listener.close();
  journal.flush(attempts);
  cgroups.close();
  works.close();
  removeSocket(socketPath);
  rmSync(path.socketRecord, { force: true });
  lock.close();
  process.exit(0);
}

/** A short path in a directory that is nobody else's. */
function chooseSocketPath(): string {
  const near = join(directory, 'launcher.sock');
  return Buffer.byteLength(near) <= maxSocketPathBytes
    ? near
    : join(mkdtempSync(join(tmpdir(), 'longshore-')), 'launcher.sock');
}

function removeSocket(socket: string): void {
  rmSync(socket, { force: true });
  if (dirname(socket) !== directory) rmSync(dirname(socket), { recursive: true, force: true });
}

/**
 * The socket of the launcher before; one that came with a copy of its directory is another's, and
 * stays.
 */
function recordedSocket(): string | undefined {
  try {
    const { socket, place } = recordOf(readFileSync(path.socketRecord, 'utf8'));
    return place === placeOf(directory) || dirname(socket) === directory ? socket : undefined;
  } catch {
    return undefined;
  }
}

function listen(): Server {
  const server = createServer({ allowHalfOpen: true }, serve);
  server.listen(socketPath, () => {
    chmodSync(socketPath, 0o600);
    // Written last and at once: who reads it can connect.
    writeFileSync(`${path.socketRecord}.new`, `${socketPath}\n${placeOf(directory)}`, {
      mode: 0o600,
    });
    renameSync(`${path.socketRecord}.new`, path.socketRecord);
    watchIdle();
  });
  return server;
}

const stale = recordedSocket();
if (stale !== undefined) removeSocket(stale);
const socketPath = chooseSocketPath();
rmSync(socketPath, { force: true });
const listener = listen();
// Jobs are not the terminal's, and the launcher ends when they have.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
