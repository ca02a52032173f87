// What the containers of one attempt have in common on a Docker daemon: namespaces, which a
// container that does nothing holds for them where they are not the host's (ECS calls it pause),
// and volumes without a path of the host. It touches nothing that another server labelled.

import type { AttemptId, ContainerId } from '../../base/ids.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { markLabel } from './container-mapping.ts';
import type { AnchorBody, ListedContainer, ListedVolumes, AnchorFound } from './docker-api.ts';
import { daemonMessage, type DockerAnswer, type DockerClient } from './docker-client.ts';
import { taskLabel, taskName, type Anchor } from './namespaces.ts';
import { pauseArchive, pauseChanges, pauseImage } from './pause-image.ts';
import { SharedThings, type CannotStart } from './shared-things.ts';

interface DockerTasksParts {
  readonly client: DockerClient;
  /** Tells the servers apart that use one daemon. */
  readonly mark: string;
  /** As the daemon calls it: `x86_64`, `aarch64` … */
  readonly architecture: () => string;
}

/** The container that holds namespaces; undefined: none is needed. */
type Ask = AnchorBody | undefined;

export type DockerTasks = SharedThings<AttemptId, ContainerId, Ask, Anchor>;

/** How often what has the anchor's name is taken away before a start gives up. */
const removalsMost = 3;

export function dockerTasks(parts: DockerTasksParts): DockerTasks {
  const { client, mark } = parts;
  const ownLabel = `${markLabel}=${mark}`;
  const list = async <T>(path: string, query: object): Promise<T> => {
    const answer = await client.request({
      method: 'GET',
      path,
      query: { ...query },
      repeatable: true,
    });
    if (answer.status !== 200) throw new EngineUnavailable(`Docker: ${daemonMessage(answer)}`);
    return JSON.parse(answer.body.toString()) as T;
  };
  const volumes = async (key?: AttemptId) =>
    (
      await list<ListedVolumes>('/volumes', {
        filters: JSON.stringify({
          label: [ownLabel, key === undefined ? taskLabel : `${taskLabel}=${key}`],
        }),
      })
    ).Volumes ?? [];
  return new SharedThings<AttemptId, ContainerId, Ask, Anchor>({
    make: (key, body) =>
      body === undefined ? Promise.resolve({}) : makeAnchor(parts, taskName(key), body),
    async remove(key) {
      await removeAnchor(client, taskName(key));
      for (const { Name } of await volumes(key))
        await client.request({ method: 'DELETE', path: `/volumes/${Name}`, repeatable: true });
    },
    async list() {
      // Anchors alone: every other container has the label, too.
      const containers = await list<ListedContainer[]>('/containers/json', {
        all: 1,
        filters: JSON.stringify({ label: [ownLabel, taskLabel], name: [taskName('')] }),
      });
      return [...containers, ...(await volumes())].flatMap(
        ({ Labels }) => ((Labels?.[taskLabel] || undefined) as AttemptId | undefined) ?? [],
      );
    },
  });
}

const removeAnchor = (client: DockerClient, name: string): Promise<DockerAnswer> =>
  client.request({
    method: 'DELETE',
    path: `/containers/${name}`,
    query: { force: 1, v: 1 },
    repeatable: true,
  });

/** One that runs already, from before a restart of ours, is as good. */
async function makeAnchor(
  { client, architecture }: DockerTasksParts,
  name: string,
  body: AnchorBody,
): Promise<Anchor | CannotStart> {
  for (let removals = 0, imported = false; ;) {
    const created = await client.request({
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body,
      repeatable: true,
    });
    if (created.status === 409 && removals < removalsMost) {
      const running = await runningId(client, name);
      if (running !== undefined) return { dockerId: running };
      removals++;
      await removeAnchor(client, name);
      continue;
    }
    if (created.status === 404 && !imported) {
      imported = true;
      const failure = await importImage(client, architecture());
      if (failure !== undefined) return failed(failure);
      continue;
    }
    if (created.status !== 201) {
      await client.assertAnswering(created);
      return failed(daemonMessage(created));
    }
    const { Id: dockerId } = JSON.parse(created.body.toString()) as { Id: string };
    const started = await client.request({
      method: 'POST',
      path: `/containers/${dockerId}/start`,
      repeatable: true,
    });
    if (started.status < 300 || started.status === 304) return { dockerId };
    await client.assertAnswering(started);
    return failed(daemonMessage(started));
  }
}

const failed = (why: string): CannotStart => ({
  cannotStart: `ResourceInitializationError: unable to set up the namespaces of the task: ${why}`,
});

async function runningId(client: DockerClient, name: string): Promise<string | undefined> {
  const answer = await client.request({
    method: 'GET',
    path: `/containers/${name}/json`,
    repeatable: true,
  });
  if (answer.status !== 200) return undefined;
  const { Id, State } = JSON.parse(answer.body.toString()) as AnchorFound;
  return State.Status === 'running' ? Id : undefined;
}

/** The daemon's words, or ours, where it cannot be had. */
async function importImage(
  client: DockerClient,
  architecture: string,
): Promise<string | undefined> {
  const archive = pauseArchive(architecture);
  if (archive === undefined)
    return `no program is known here that holds them on a machine of architecture ${architecture}`;
  const { repository: repo, tag } = pauseImage;
  const answer = await client.request({
    method: 'POST',
    path: '/images/create',
    query: { fromSrc: '-', repo, tag, changes: pauseChanges },
    body: archive,
    repeatable: true,
  });
  if (answer.status === 200) return undefined;
  await client.assertAnswering(answer);
  return daemonMessage(answer);
}
