// A connection to a Docker engine through ssh, as the docker command makes it: a child `ssh HOST
// docker system dial-stdio`, whose standard input and output are the connection. Keys, known hosts
// and jump hosts are OpenSSH's affair; nobody is ever asked.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Duplex } from 'node:stream';

export interface SshTarget {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

const urlForm =
  /^ssh:\/\/(?:(?<user>\w[\w.-]{0,63})@)?(?:(?<name>\w[\w.-]{0,252})|\[(?<ipv6>[0-9a-fA-F:.]{2,45}(?:%\w{1,32})?)\])(?::(?<port>[1-9]\d{0,4}))?\/?$/;

/**
 * What `ssh://[user@]host[:port]` names; undefined where it is not of that form. Nothing in it can
 * be an option or a word of a shell.
 */
export function sshTarget(url: string): SshTarget | undefined {
  const { user, name, ipv6, port } = urlForm.exec(url)?.groups ?? {};
  const host = name ?? ipv6;
  if (host === undefined || Number(port ?? 1) > 65_535) return undefined;
  return { host, user, port: port === undefined ? undefined : Number(port) };
}

/** Before our own patience with an engine (10 s) ends, so that ssh itself tells what is wrong. */
const connectSeconds = 8;
/** How much is kept of what ssh has to say. */
const mostErrorText = 4096;

export const sshArguments = ({ host, user, port }: SshTarget): readonly string[] => [
  ...[
    'BatchMode=yes',
    `ConnectTimeout=${connectSeconds}`,
    'ServerAliveInterval=15',
    'ServerAliveCountMax=2',
  ].flatMap((option) => ['-o', option]),
  '-T',
  ...(user === undefined ? [] : ['-l', user]),
  ...(port === undefined ? [] : ['-p', String(port)]),
  '--',
  host,
  'docker',
  'system',
  'dial-stdio',
];

/** There is no program to connect with. */
export class NoSshClient extends Error {
  override name = 'NoSshClient';
}

/** Has of a socket what node:http needs. Destroying it ends the child. */
export class SshConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #idle: NodeJS.Timeout | undefined;
  #said = '';

  constructor(target: SshTarget) {
    super({ allowHalfOpen: false });
    this.#child = spawn('ssh', sshArguments(target), { stdio: 'pipe' });
    const { stdin, stdout, stderr } = this.#child;
    stdout.on('data', (chunk: Buffer) => {
      this.#idle?.refresh();
      if (!this.push(chunk)) stdout.pause();
    });
    stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(-mostErrorText);
    });
    // Its exit says more than a broken pipe.
    stdin.on('error', () => undefined);
    this.#child.on('error', (error: NodeJS.ErrnoException) =>
      this.destroy(
        error.code === 'ENOENT'
          ? new NoSshClient(
              "OpenSSH's client is needed for ssh:// and is not on the PATH of the server",
            )
          : error,
      ),
    );
    // Only now, and not at the output's end, is known whether it was an end or a break.
    this.#child.on('close', (code, signal) => {
      if (code === 0) this.push(null);
      else
        this.destroy(
          new Error(
            this.#said.trim().replaceAll(/\s*\n\s*/g, '; ') ||
              `ssh ended with ${signal ?? `exit code ${code}`}`,
          ),
        );
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(
    chunk: Buffer,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#idle?.refresh();
    const { stdin } = this.#child;
    // What a child that has ended does not take is lost, and its end is told by itself.
    if (stdin.writable) stdin.write(chunk, encoding, () => done());
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.setTimeout(0);
    // A child that minds no signal ends with its input.
    for (const stream of this.#child.stdio) stream?.destroy();
    this.#child.kill();
    done(error);
  }

  // ---- what node:http asks of a socket ----

  /**
   * Emits `timeout` when nothing came or went for so long; 0: never, and the listener goes, as of
   * net.Socket.
   */
  setTimeout(ms: number, onTimeout?: () => void): this {
    clearTimeout(this.#idle);
    this.#idle =
      ms > 0 && !this.destroyed ? setTimeout(() => this.emit('timeout'), ms).unref() : undefined;
    if (onTimeout !== undefined && ms > 0) this.once('timeout', onTimeout);
    else if (onTimeout !== undefined) this.off('timeout', onTimeout);
    return this;
  }

  /** ssh's ServerAliveInterval does it. */
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    this.#child.ref();
    return this;
  }

  unref(): this {
    this.#child.unref();
    return this;
  }
}
