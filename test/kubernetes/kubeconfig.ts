// How a test reaches a cluster: the credentials of a kubeconfig file, written for a cluster of the
// test's own or read of one that a person has. Only the file's current context counts.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { KeyPair } from './certificates.ts';
import { commandPath, programPath } from './programs.ts';

export interface Access {
  /** `https://…`, without a slash at its end. */
  readonly server: string;
  /** PEM texts; undefined: whom the machine trusts. */
  readonly authority: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly token: string | undefined;
}

/** As kubectl prints it, of the fields that are read here. */
interface Kubeconfig {
  readonly clusters?: readonly [
    { readonly cluster: { readonly server: string; 'certificate-authority-data'?: string } },
  ];
  readonly users?: readonly [{ readonly user: User }];
}

interface User {
  readonly 'client-certificate-data'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  /** A program that prints credentials, as those of clouds. */
  readonly exec?: {
    readonly command: string;
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value: string }[];
  };
}

/** Writes JSON, which is YAML too; `authority` is a path like those of the key pair. */
export function writeKubeconfig(
  path: string,
  { server, authority, of }: { server: string; authority: string; of: KeyPair },
): Access {
  const name = 'longshore-test';
  const data = (file: string): string => readFileSync(file).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': data(authority) } }],
    users: [
      {
        name,
        user: { 'client-certificate-data': data(of.certificate), 'client-key-data': data(of.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  writeFileSync(path, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return {
    server,
    authority: readFileSync(authority, 'utf8'),
    certificate: readFileSync(of.certificate, 'utf8'),
    key: readFileSync(of.key, 'utf8'),
    token: undefined,
  };
}

/** Throws, saying why, where it cannot be read. */
export function readKubeconfig(path: string): Access {
  // Kubectl knows YAML, contexts and files beside the file.
  const kubectl = existsSync(programPath('kubectl'))
    ? programPath('kubectl')
    : commandPath('kubectl');
  if (kubectl === undefined) throw new Error('needs kubectl, to read a kubeconfig');
  const args = ['config', 'view', '--raw', '--minify', '--flatten', '--output', 'json'];
  const asked = spawnSync(kubectl, [...args, '--kubeconfig', path], { encoding: 'utf8' });
  if (asked.status !== 0) throw new Error(`${path}: ${asked.error ?? asked.stderr}`);
  const { clusters, users } = JSON.parse(asked.stdout) as Kubeconfig;
  const cluster = clusters?.[0].cluster;
  if (cluster === undefined) throw new Error(`${path} has no current context`);
  const user = users?.[0].user ?? {};
  return {
    server: cluster.server.replace(/\/$/, ''),
    authority: decoded(cluster['certificate-authority-data']),
    ...{ certificate: undefined, key: undefined, token: user.token },
    ...(user.exec === undefined
      ? {
          certificate: decoded(user['client-certificate-data']),
          key: decoded(user['client-key-data']),
        }
      : credentialsOf(user.exec)),
  };
}

function credentialsOf({
  command,
  args = [],
  env = [],
}: NonNullable<User['exec']>): Pick<Access, 'token' | 'certificate' | 'key'> {
  const more = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const asked = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...more } });
  if (asked.status !== 0) throw new Error(`${command}: ${asked.error ?? asked.stderr}`);
  const { status } = JSON.parse(asked.stdout) as {
    status: { token?: string; clientCertificateData?: string; clientKeyData?: string };
  };
  return {
    token: status.token,
    certificate: status.clientCertificateData,
    key: status.clientKeyData,
  };
}

const decoded = (base64: string | undefined): string | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
