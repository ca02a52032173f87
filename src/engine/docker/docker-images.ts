// Has images pulled: once per image and login however many attempts wait for it. It asks Docker's
// default registries, with a job's own login or as `docker login` has it, and it stores no
// credential of its own.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { EngineUnavailable } from '../../port/engine.ts';
import type { RegistryLogin } from '../../port/secrets.ts';
import { DockerRefusal, type DockerClient } from './docker-client.ts';
import { headerByDockerLogin, headerOf } from './docker-login.ts';
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

  /**
   * Joins a pull of the same image by the same login that is under way. Rejects with
   * EngineUnavailable.
   */
  pull(image: string, login?: RegistryLogin): Promise<PullOutcome> {
    const key = login === undefined ? image : `${image} ${digestOf(login)}`;
    const running = this.#pulls.get(key);
    if (running !== undefined) return running;
    const pulling = this.#pull(image, login);
    this.#pulls.set(key, pulling);
    pulling.then(
      (failure) => this.#forget(key, failure === undefined ? 0 : failureKeptMs),
      () => this.#forget(key, 0),
    );
    return pulling;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #forget(key: string, afterMs: number): void {
    if (afterMs === 0) {
      this.#pulls.delete(key);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#pulls.delete(key);
    }, afterMs).unref();
    this.#timers.add(timer);
  }

  async #pull(image: string, login: RegistryLogin | undefined): Promise<PullOutcome> {
    const { repository, tag, registry } = imageParts(image);
    const credentials =
      login === undefined ? await headerByDockerLogin(registry) : headerOf(registry, login);
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

const digestOf = ({ username, password }: RegistryLogin): string =>
  createHash('sha256')
    .update(JSON.stringify([username.reveal(), password.reveal()]))
    .digest('base64');

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
