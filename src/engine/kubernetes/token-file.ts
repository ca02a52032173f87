// A token that somebody else writes to a file, and writes anew before it ends, as the kubelet does
// for service accounts. It keeps what it read for a minute and never writes.

import { readFile } from 'node:fs/promises';
import { Hidden } from '../../base/hidden.ts';
import type { Clock } from '../../port/clock.ts';
import { CredentialsUnavailable, type Credential, type Credentials } from './cluster-access.ts';

/** As Kubernetes' own clients do: a service account's token is renewed long before it ends. */
const keptMs = 60_000;
/** Tokens are a few kilobytes. */
const mostBytes = 1024 * 1024;

export class TokenFile implements Credentials {
  readonly #path: string;
  readonly #clock: Clock;
  #kept: { readonly credential: Credential; readonly untilMs: number } | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async current(): Promise<Credential> {
    const kept = this.#kept;
    if (kept !== undefined && this.#clock.now() < kept.untilMs) return kept.credential;
    const token = await this.#read();
    // The same for as long as the file says the same.
    const credential =
      kept?.credential.token?.reveal() === token ? kept.credential : { token: new Hidden(token) };
    this.#kept = { credential, untilMs: this.#clock.now() + keptMs };
    return credential;
  }

  refused(credential: Credential): boolean {
    const isNews = this.#kept?.credential === credential && this.#kept.untilMs > 0;
    if (isNews) this.#kept = { credential, untilMs: 0 };
    return isNews;
  }

  async #read(): Promise<string> {
    try {
      const token = (await readFile(this.#path, 'utf8')).trim();
      if (token !== '' && token.length <= mostBytes && !/[^\x21-\x7e]/.test(token)) return token;
    } catch (error) {
      throw new CredentialsUnavailable(
        `the token in ${this.#path} cannot be read: ${(error as Error).message}`,
        { cause: error },
      );
    }
    throw new CredentialsUnavailable(`there is no token in ${this.#path}`);
  }
}
