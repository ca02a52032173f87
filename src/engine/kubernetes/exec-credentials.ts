// Tokens and certificates that a program hands out, as `aws eks get-token` does: the exec plugins
// of client-go (client.authentication.k8s.io/v1 and v1beta1). One program at a time, none that
// talks to people, and what it printed is told to nobody.

import { execFile } from 'node:child_process';
import { Hidden } from '../../base/hidden.ts';
import type { Clock } from '../../port/clock.ts';
import { CredentialsUnavailable, type Credential, type Credentials } from './cluster-access.ts';

interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  /** What the program is told of the cluster; undefined: nothing. */
  readonly cluster: Readonly<Record<string, unknown>> | undefined;
  /** What the kubeconfig says where there is no such program. */
  readonly installHint: string | undefined;
}

/** How long before its end a credential counts as ended: a request takes its time. */
const marginMs = 60_000;
/** One that does not say when it ends. */
const unsaidMs = 10 * 60_000;
const longestRunMs = 60_000;
const mostBytes = 1024 * 1024;
/** How long one that was refused is the newest that is to be had. */
const refusedMs = 10_000;

interface Kept {
  readonly credential: Credential;
  readonly gotAtMs: number;
  readonly untilMs: number;
}

export class ExecCredentials implements Credentials {
  readonly #plugin: ExecPlugin;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #clock: Clock;
  #kept: Kept | undefined;
  #running: Promise<Credential> | undefined;

  constructor(
    plugin: ExecPlugin,
    environment: Readonly<Record<string, string | undefined>>,
    clock: Clock,
  ) {
    this.#plugin = plugin;
    this.#environment = environment;
    this.#clock = clock;
  }

  current(): Promise<Credential> {
    const kept = this.#kept;
    if (kept !== undefined && this.#clock.now() < kept.untilMs)
      return Promise.resolve(kept.credential);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  refused(credential: Credential): boolean {
    const kept = this.#kept;
    if (kept?.credential !== credential) return kept !== undefined;
    if (this.#clock.now() < kept.gotAtMs + refusedMs) return false;
    this.#kept = undefined;
    return true;
  }

  async #run(): Promise<Credential> {
    const status = credentialOf(await this.#output(), this.#plugin.command);
    const now = this.#clock.now();
    const endsAtMs =
      status.endsAtMs === undefined ? now + unsaidMs : Math.max(status.endsAtMs - marginMs, now);
    this.#kept = { credential: status.credential, gotAtMs: now, untilMs: endsAtMs };
    return status.credential;
  }

  #output(): Promise<string> {
    const { command, args, env, apiVersion, cluster, installHint } = this.#plugin;
    const info = { apiVersion, kind: 'ExecCredential', spec: { cluster, interactive: false } };
    return new Promise((resolve, reject) => {
      const failed = (why: string, cause?: unknown): void =>
        reject(new CredentialsUnavailable(`${command}: ${why}`, { cause }));
      const child = execFile(
        command,
        args,
        {
          env: { ...this.#environment, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
          maxBuffer: mostBytes,
          killSignal: 'SIGKILL',
        },
        (error, stdout, stderr) => {
          disarm();
          if (error === null) return resolve(stdout);
          const hint =
            error.code === 'ENOENT' && installHint !== undefined ? ` ${installHint}` : '';
          failed(`${stderr.trim().slice(-500) || lastLine(error.message)}${hint}`, error);
        },
      );
      const disarm = this.#clock.at(this.#clock.now() + longestRunMs, () => {
        child.kill('SIGKILL');
        failed(`no credential within ${longestRunMs / 1000} s`);
      });
      child.stdin?.end();
    });
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

function credentialOf(
  output: string,
  command: string,
): { credential: Credential; endsAtMs: number | undefined } {
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = statusOf(
    output,
    command,
  );
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const certificate =
    isText(clientCertificateData) && isText(clientKeyData)
      ? { chain: clientCertificateData, key: new Hidden(clientKeyData) }
      : undefined;
  // What could end a header's line is no token.
  const isToken = isText(token) && !/[^\x21-\x7e]/.test(token);
  if (!isToken && certificate === undefined)
    throw new CredentialsUnavailable(`${command} gave neither a token nor a certificate`);
  const endsAtMs = isText(expirationTimestamp) ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    credential: { ...(isToken && { token: new Hidden(token) }), certificate },
    endsAtMs: Number.isNaN(endsAtMs) ? undefined : endsAtMs,
  };
}

function statusOf(output: string, command: string): Record<string, unknown> {
  try {
    const answer = JSON.parse(output) as { kind?: unknown; status?: unknown } | null;
    if (answer?.kind === 'ExecCredential' && typeof answer.status === 'object' && answer.status)
      return answer.status as Record<string, unknown>;
  } catch {
    // Said below, without a word of what it printed: that may be half a token.
  }
  throw new CredentialsUnavailable(`${command} did not print an ExecCredential`);
}
