// The Docker engine as the tests look at it, over its socket: containers of one server, and images
// made of files without a registry. It shares no code with the engine under test.

import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { requirement } from './requirement.ts';

interface Container {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** What of an inspected container the tests look at. */
export interface Inspected {
  readonly Id: string;
  readonly State: { readonly Running: boolean; readonly ExitCode: number };
  readonly Config: {
    readonly Env: readonly string[];
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly User: string;
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- Docker's own, with hundreds of members.
  readonly HostConfig: Readonly<Record<string, any>>;
}

export class DockerHost {
  readonly #socketPath: string;

  private constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  static here(): DockerHost {
    return new DockerHost(requirement('docker').command);
  }

  async containers(label: string): Promise<Container[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    return JSON.parse(
      await this.#call('GET', `/containers/json?all=1&filters=${filters}`),
    ) as Container[];
  }

  /** The container of a running job. */
  async containerOf(jobId: string): Promise<Inspected> {
    const [found] = await this.containers(`longshore.job=${jobId}`);
    if (found === undefined) throw new Error(`no container of job ${jobId}`);
    return JSON.parse(await this.#call('GET', `/containers/${found.Id}/json`)) as Inspected;
  }

  async volumes(label: string): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const { Volumes } = JSON.parse(await this.#call('GET', `/volumes?filters=${filters}`)) as {
      Volumes: { Name: string }[] | null;
    };
    return (Volumes ?? []).map((volume) => volume.Name);
  }

  /** The networks of multi-node parallel jobs. */
  async networksOf(mark: string): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`longshore.instance=${mark}`] }));
    const networks = JSON.parse(await this.#call('GET', `/networks?filters=${filters}`)) as {
      Id: string;
    }[];
    return networks.map(({ Id }) => Id);
  }

  async removeMarked(mark: string): Promise<void> {
    for (const { Id } of await this.containers(`longshore.instance=${mark}`))
      await this.#call('DELETE', `/containers/${Id}?force=1&v=1`);
    for (const id of await this.networksOf(mark)) await this.#call('DELETE', `/networks/${id}`);
    for (const name of await this.volumes(`longshore.instance=${mark}`))
      await this.#call('DELETE', `/volumes/${name}?force=1`);
  }

  /** `from` with files of `folder` laid over its root; `changes` are lines of a Dockerfile. */
  async commitImage(
    name: string,
    from: string,
    folder: string,
    changes: readonly string[],
  ): Promise<void> {
    const tar = spawnSync('tar', ['-c', '-C', folder, '.'], { maxBuffer: 2 ** 26 }).stdout;
    const { Id } = JSON.parse(
      await this.#call('POST', '/containers/create', {
        type: 'application/json',
        body: Buffer.from(JSON.stringify({ Image: from, Cmd: ['true'] })),
      }),
    ) as { Id: string };
    try {
      await this.#call('PUT', `/containers/${Id}/archive?path=/`, {
        type: 'application/x-tar',
        body: tar,
      });
      const query = new URLSearchParams({ container: Id, repo: name });
      for (const change of changes) query.append('changes', change);
      await this.#call('POST', `/commit?${query.toString()}`);
    } finally {
      await this.#call('DELETE', `/containers/${Id}?force=1`);
    }
  }

  async removeImage(name: string): Promise<void> {
    await this.#call('DELETE', `/images/${encodeURIComponent(name)}?force=1`);
  }

  /** 404 and 409 answer to a removal that was made already, or is under way. */
  #call(
    method: string,
    path: string,
    content?: { readonly type: string; readonly body: Buffer },
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers =
        content === undefined
          ? {}
          : { 'content-type': content.type, 'content-length': content.body.length };
      const sent = request(
        { socketPath: this.#socketPath, method, path, headers, timeout: 60_000 },
        (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () => {
              const text = Buffer.concat(chunks).toString();
              const status = response.statusCode ?? 0;
              if (status < 300 || (method === 'DELETE' && (status === 404 || status === 409)))
                resolve(text);
              else reject(new Error(`Docker answered ${method} ${path} with ${status}: ${text}`));
            });
        },
      );
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`Docker did not answer ${method} ${path}`)));
      sent.end(content?.body);
    });
  }
}
