// How images are pulled as somebody: the X-Registry-Auth header from a job's own login, or from the
// docker command's configuration file as `docker login` leaves it, credential helpers included. It
// stores nothing and prints nothing of what it reads.

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { RegistryLogin } from '../../port/secrets.ts';

interface DockerConfigFile {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly identitytoken?: string }>
  >;
  /** By registry, the end of a helper's name. */
  readonly credHelpers?: Readonly<Record<string, string>>;
  /** The helper of all other registries. */
  readonly credsStore?: string;
}

/** What a helper answers. */
interface HelperAnswer {
  readonly Username?: unknown;
  readonly Secret?: unknown;
}

/** Asks a helper for a registry's login; undefined where it has none or cannot be had. */
type AskHelper = (name: string, registry: string) => Promise<string | undefined>;

/** How long a helper may take; some ask a service of their own. */
const helperMs = 15_000;
const mostAnswerCharacters = 64 * 1024;
const helperForm = /^[A-Za-z0-9][\w.-]{0,63}$/;
/** As a user's name it says that the secret is a token. */
const tokenUser = '<token>';

/** By a login of the job's own. */
export const headerOf = (registry: string, { username, password }: RegistryLogin): string =>
  encoded({
    username: username.reveal(),
    password: password.reveal(),
    serveraddress: keysOf(registry)[0],
  });

/** Read anew each time: logins change it. */
export async function headerByDockerLogin(registry: string): Promise<string | undefined> {
  const directory = process.env['DOCKER_CONFIG'] || join(homedir(), '.docker');
  let config: DockerConfigFile;
  try {
    config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as DockerConfigFile;
  } catch {
    return undefined; // No file, or none that can be read: pull without credentials, as docker does.
  }
  return (await headerByHelper(config, registry, askHelper)) ?? headerInFile(config, registry);
}

/** By what stands in the file itself. */
export function headerInFile(config: DockerConfigFile, registry: string): string | undefined {
  const { auths } = config;
  if (typeof auths !== 'object') return undefined;
  const key = keysOf(registry).find((candidate) => Object.hasOwn(auths, candidate));
  const entry = key === undefined ? undefined : auths[key];
  if (key === undefined || entry === undefined) return undefined;
  if (entry.identitytoken)
    return encoded({ identitytoken: entry.identitytoken, serveraddress: key });
  const plain = Buffer.from(entry.auth ?? '', 'base64').toString('utf8');
  const cut = plain.indexOf(':');
  return cut < 0
    ? undefined
    : encoded({
        username: plain.slice(0, cut),
        password: plain.slice(cut + 1),
        serveraddress: key,
      });
}

/** By the helper of this registry, else by that of all. */
export async function headerByHelper(
  { credHelpers = {}, credsStore }: DockerConfigFile,
  registry: string,
  ask: AskHelper,
): Promise<string | undefined> {
  const keys = keysOf(registry);
  const own = keys.find((key) => Object.hasOwn(credHelpers, key));
  const name = own === undefined ? credsStore : credHelpers[own];
  if (typeof name !== 'string' || !helperForm.test(name)) return undefined;
  for (const key of own === undefined ? keys : [own]) {
    const answer = parsed(await ask(name, key));
    if (answer === undefined) continue;
    const { Username: username, Secret: secret } = answer;
    if (typeof username !== 'string' || typeof secret !== 'string') continue;
    return encoded(
      username === tokenUser
        ? { identitytoken: secret, serveraddress: key }
        : { username, password: secret, serveraddress: key },
    );
  }
  return undefined;
}

/** What a registry is called in the file, Docker Hub by its older address. */
const keysOf = (registry: string): readonly string[] =>
  registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io']
    : [registry, `https://${registry}`, `https://${registry}/`];

function parsed(answer: string | undefined): HelperAnswer | undefined {
  if (answer === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(answer);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `docker-credential-NAME get`, with the registry on its standard input; found on PATH alone. */
const askHelper: AskHelper = (name, registry) =>
  new Promise((resolve) => {
    const child = spawn(`docker-credential-${name}`, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: helperMs,
      killSignal: 'SIGKILL',
    });
    let answer = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.length > mostAnswerCharacters) child.kill('SIGKILL');
    });
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 ? answer : undefined));
    child.stdin.on('error', () => undefined); // It ended without reading.
    child.stdin.end(`${registry}\n`);
  });

/** Docker before 23 takes what is not padded for no login at all. */
function encoded(value: object): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}
