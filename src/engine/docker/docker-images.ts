// Has images pulled: once per image however many attempts wait for it. It asks Docker's default
// registries, with the credentials that `docker login` left in its configuration file, and it
// stores no credential of its own.

import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EngineUnavailable } from '../../port/engine.ts';
import { DockerRefusal, type DockerClient } from './docker-client.ts';
import { imageParts } from './image-reference.ts';

/** Undefined: the image is there; else the daemon's words for why not. */
type PullOutcome = string | undefined;

/**
 * Long enough that the attempts of an array share one failure, short enough that a mended registry
 * is soon found.
 */
const failureKeptMs = 5_000;
/** Between two signs of progress. */
const idleMs = 15 * 60_000;

export class DockerImages {
  readonly #client: DockerClient;
  readonly #pulls = new Map<string, Promise<PullOutcome>>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(client: DockerClient) {
    this.#client = client;
  }

  /** Joins a pull of the same image that is under way. Rejects with EngineUnavailable. */
  pull(image: string): Promise<PullOutcome> {
    const running = this.#pulls.get(image);
    if (running !== undefined) return running;
    const pulling = this.#pull(image);
    this.#pulls.set(image, pulling);
    pulling.then(
      (failure) => this.#forget(image, failure === undefined ? 0 : failureKeptMs),
      () => this.#forget(image, 0),
    );
    return pulling;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #forget(image: string, afterMs: number): void {
    if (afterMs === 0) {
      this.#pulls.delete(image);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#pulls.delete(image);
    }, afterMs).unref();
    this.#timers.add(timer);
  }

  async #pull(image: string): Promise<PullOutcome> {
    const { repository, tag, registry } = imageParts(image);
    const credentials = await registryAuth(registry);
    try {
      const progress = await this.#client.stream({
        method: 'POST',
        path: '/images/create',
        query: { fromImage: repository, tag },
        headers: credentials === undefined ? {} : { 'X-Registry-Auth': credentials },
        timeoutMs: idleMs,
      });
      return await failureIn(progress);
    } catch (error) {
      if (error instanceof DockerRefusal) return error.message;
      throw new EngineUnavailable(`pulling ${image}`, { cause: error });
    }
  }
}

/** Progress comes as one JSON object a line; a failure is one of them, beside the status 200. */
async function failureIn(progress: IncomingMessage): Promise<PullOutcome> {
  let rest = '';
  let failure: PullOutcome;
  progress.setEncoding('utf8');
  for await (const chunk of progress as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) failure = failureOf(line) ?? failure;
  }
  return failureOf(rest) ?? failure;
}

function failureOf(line: string): PullOutcome {
  if (!line.includes('"error')) return undefined;
  const { error, errorDetail } = JSON.parse(line) as {
    error?: string;
    errorDetail?: { message?: string };
  };
  return errorDetail?.message ?? error;
}

interface DockerConfigFile {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly identitytoken?: string }>
  >;
}

/**
 * The X-Registry-Auth header from the docker command's configuration file, read anew each time:
 * logins change it.
 */
async function registryAuth(registry: string): Promise<string | undefined> {
  const directory = process.env['DOCKER_CONFIG'] || join(homedir(), '.docker');
  try {
    return authHeader(
      JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as DockerConfigFile,
      registry,
    );
  } catch {
    return undefined; // No file, or none that can be read: pull without credentials, as docker does.
  }
}

export function authHeader(config: DockerConfigFile, registry: string): string | undefined {
  const keys =
    registry === 'docker.io'
      ? ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io']
      : [registry, `https://${registry}`, `https://${registry}/`];
  const key = keys.find((candidate) => config.auths?.[candidate] !== undefined);
  const entry = key === undefined ? undefined : config.auths?.[key];
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

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
