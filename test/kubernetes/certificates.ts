// Keys and certificates of a cluster for tests: one authority, and everybody's certificate of it.
// Made by OpenSSL, worth nothing after two days, and never outside the cluster's own folder.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeyPair {
  /** Paths of PEM files. */
  readonly certificate: string;
  readonly key: string;
}

interface Subject {
  /** For Kubernetes the user. */
  readonly name: string;
  /** For Kubernetes the group. */
  readonly organization?: string;
  /** `IP:…` and `DNS:…`, of a server. */
  readonly alternativeNames?: readonly string[];
}

const days = 2;

export class Authority {
  readonly #folder: string;
  readonly #config: string;
  readonly #own: KeyPair;

  constructor(folder: string) {
    this.#folder = folder;
    this.#config = join(folder, 'openssl.cnf');
    // Its default one, which is the distribution's, would add extensions of its own.
    writeFileSync(this.#config, '[req]\ndistinguished_name=dn\n[dn]\n');
    this.#own = this.#make('ca', '/CN=longshore-test', [
      ...['-addext', 'basicConstraints=critical,CA:TRUE'],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
    ]);
  }

  /** The path of its certificate. */
  get certificate(): string {
    return this.#own.certificate;
  }

  issue(fileName: string, { name, organization, alternativeNames = [] }: Subject): KeyPair {
    const subject = `${organization === undefined ? '' : `/O=${organization}`}/CN=${name}`;
    return this.#make(fileName, subject, [
      ...['-CA', this.#own.certificate, '-CAkey', this.#own.key],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
      ...(alternativeNames.length === 0
        ? []
        : ['-addext', `subjectAltName=${alternativeNames.join(',')}`]),
    ]);
  }

  #make(fileName: string, subject: string, more: readonly string[]): KeyPair {
    const made = {
      certificate: join(this.#folder, `${fileName}.crt`),
      key: join(this.#folder, `${fileName}.key`),
    };
    const { status, stderr, error } = spawnSync(
      'openssl',
      [
        ...['req', '-x509', '-config', this.#config, '-days', String(days), '-subj', subject],
        ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', made.key, '-out', made.certificate, ...more],
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`no certificate ${fileName}: ${error ?? stderr}`);
    return made;
  }
}
