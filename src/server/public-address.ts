// Where those who get notifications reach this server: what its operator says, else the address
// that it listens on. Links and certificates in messages lead there; whether anybody can follow
// them from where they are is for the operator to see to.

import { isIP } from 'node:net';
import type { PublicAddress } from '../port/public-address.ts';
import { machineAddress } from '../capacity/local/local.ts';

interface Listening {
  readonly host: string;
  readonly port: number;
}

export class OwnAddress implements PublicAddress {
  readonly #given: string | undefined;
  readonly #scheme: 'http' | 'https';
  readonly listening: Promise<void>;
  #at: Listening;
  #isListening = (): void => undefined;

  /** `at`: before it listens; a port of 0 is not known until then. */
  constructor(given: string | undefined, isTls: boolean, at: Listening) {
    this.#given = given;
    this.#scheme = isTls ? 'https' : 'http';
    this.#at = at;
    this.listening = new Promise((resolve) => {
      this.#isListening = resolve;
    });
  }

  /** It listens there. */
  listensAt({ host, port }: Listening): void {
    this.#at = { host, port };
    this.#isListening();
  }

  /** Without a slash at its end. */
  get origin(): string {
    if (this.#given !== undefined) return this.#given;
    const { host, port } = this.#at;
    const isAnywhere = /^(?:0\.0\.0\.0|[0:]+)$/.test(host);
    const name = isAnywhere ? (machineAddress() ?? '127.0.0.1') : host;
    return `${this.#scheme}://${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
  }
}
