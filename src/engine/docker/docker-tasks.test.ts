// Containers of one attempt on a Docker daemon: what they share of namespaces and volumes, that it
// lasts as long as one of them is there, and that nothing is left behind, by a crash either.

import assert from 'node:assert/strict';
import type { ContainerSpec, TaskPlace } from '../../port/engine.ts';
import { containerIdOf, attemptId } from '../../base/ids.ts';
import { newAttempt } from '../../../test/house/contract/engine-contract.ts';
import { nodesOf } from '../../../test/house/contract/network-contract.ts';
import { until } from '../../../test/house/contract/report-recorder.ts';
import {
  docker,
  dockerTest,
  mark,
  newEngine,
  ownNetworks,
  type Scene,
} from '../../../test/house/docker.ts';
import { containerName } from './container-mapping.ts';
import { taskName } from './namespaces.ts';

const bridge = { jobNetwork: 'bridge' } as const;

/** Containers of one attempt, running these shell scripts. */
function taskOf(
  { script }: Scene,
  scripts: readonly string[],
  place: Partial<TaskPlace> = {},
  more: Partial<ContainerSpec> = {},
): ContainerSpec[] {
  const attempt = attemptId(newAttempt());
  return scripts.map((text, index) => ({
    ...script(text, more),
    containerId: containerIdOf(attempt, index),
    task: { attemptId: attempt, containers: scripts.length, ...place },
  }));
}

const anchors = (): Promise<string> =>
  docker(
    'ps',
    '-aq',
    '--filter',
    'label=longshore.task',
    '--filter',
    `label=longshore.instance=${mark}`,
    '--filter',
    'name=longshore-task-',
  );
const volumes = (): Promise<string> =>
  docker(
    'volume',
    'ls',
    '-q',
    '--filter',
    'label=longshore.task',
    '--filter',
    `label=longshore.instance=${mark}`,
  );
const hostConfig = async ({ containerId }: ContainerSpec, member: string): Promise<string> =>
  docker('inspect', '--format', `{{.HostConfig.${member}}}`, containerName(containerId));

async function removeAll({ engine }: Scene, specs: readonly ContainerSpec[]): Promise<void> {
  for (const { containerId } of specs) await engine.remove(containerId);
  assert.equal(await anchors(), '', 'no anchor is left');
  assert.equal(await volumes(), '', 'no volume is left');
}

const listening = 'echo from the first | nc -l -p 9000';
const asking = 'until nc 127.0.0.1 9000 < /dev/null; do sleep 0.1; done';

dockerTest(
  'containers of an attempt reach each other on 127.0.0.1 where they have no network of the host',
  async (scene) => {
    const specs = taskOf(scene, [`${listening}; sleep 60`, asking]);
    const [first, second] = specs as [ContainerSpec, ContainerSpec];
    await scene.engine.start(first);
    assert.deepEqual(await scene.outputOf(second), ['from the first']);
    assert.match(await hostConfig(second, 'NetworkMode'), /^container:/);
    const [alone] = taskOf(scene, [asking.replace('until', 'if !')]) as [ContainerSpec];
    assert.equal(
      (await scene.engine.start(alone), await hostConfig(alone, 'NetworkMode')),
      'bridge',
    );
    await scene.engine.remove(alone.containerId);
    await removeAll(scene, specs);
  },
  bridge,
);

dockerTest('on the host’s network nothing holds it for them', async (scene) => {
  const specs = taskOf(scene, ['sleep 60', 'sleep 60']);
  for (const spec of specs) await scene.engine.start(spec);
  assert.equal(await anchors(), '');
  assert.equal(await hostConfig(specs[1] as ContainerSpec, 'NetworkMode'), 'host');
  await removeAll(scene, specs);
});

dockerTest(
  'a volume without a path of the host is the attempt’s, and outlasts a container of it',
  async (scene) => {
    const specs = taskOf(
      scene,
      ['echo kept > /data/x', 'cat /data/x; sleep 60', 'cat /other/x'],
      {},
      {
        volumes: [{ name: 'unused' }, { name: 'data' }],
        mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }],
      },
    );
    const [writer, reader, third] = specs as [ContainerSpec, ContainerSpec, ContainerSpec];
    await scene.outputOf(writer);
    await scene.engine.start(reader);
    await scene.engine.remove(writer.containerId);
    const other = {
      ...third,
      mountPoints: [{ sourceVolume: 'data', containerPath: '/other', readOnly: true }],
    };
    assert.deepEqual(await scene.outputOf(other), ['kept']);
    const elsewhere = taskOf(
      scene,
      ['ls /data'],
      {},
      {
        volumes: writer.volumes,
        mountPoints: writer.mountPoints,
      },
    );
    assert.deepEqual(
      await scene.outputOf(elsewhere[0] as ContainerSpec),
      [],
      'another attempt has its own',
    );
    await removeAll(scene, [...specs, ...elsewhere]);
  },
);

dockerTest('ipcMode task shares /dev/shm, of the size asked for', async (scene) => {
  const place = { ipcMode: 'task', sharedMemoryMib: 8 } as const;
  const specs = taskOf(
    scene,
    [
      'echo shared > /dev/shm/x; sleep 60',
      'until cat /dev/shm/x; do sleep 0.1; done; df -k /dev/shm',
    ],
    place,
  );
  const [first, second] = specs as [ContainerSpec, ContainerSpec];
  await scene.engine.start(first);
  const lines = await scene.outputOf(second);
  assert.ok(lines.includes('shared'));
  assert.match(lines.at(-1) ?? '', /\b8192\b/);
  await removeAll(scene, specs);
});

dockerTest(
  'pidMode task shows them each other’s processes, and who is left over is no zombie',
  async (scene) => {
    const specs = taskOf(
      scene,
      [
        // An orphan ends after its parent: the first process of the namespace gets it.
        '(sleep 0.2 &) ; sleep 61',
        `until cat /proc/[0-9]*/comm | grep -q '^sleep$'; do sleep 0.1; done; sleep 1; cat /proc/[0-9]*/stat | grep -c ') Z '; true`,
      ],
      { pidMode: 'task' },
    );
    const [first, second] = specs as [ContainerSpec, ContainerSpec];
    await scene.engine.start(first);
    assert.equal((await scene.outputOf(second)).at(-1), '0');
    await scene.engine.stop(first.containerId, 1000);
    await scene.reports.exited(first.containerId);
    await removeAll(scene, specs);
  },
);

dockerTest('modes that need no anchor are Docker’s own', async (scene) => {
  const specs = [
    ...taskOf(scene, ['sleep 60', 'sleep 60'], { ipcMode: 'none' }),
    ...taskOf(scene, ['sleep 60', 'sleep 60'], { ipcMode: 'host', pidMode: 'host' }),
    ...taskOf(scene, ['sleep 60'], { ipcMode: 'task', pidMode: 'task' }),
  ];
  const found: string[] = [];
  for (const spec of specs) {
    await scene.engine.start(spec);
    found.push(`${await hostConfig(spec, 'IpcMode')}/${await hostConfig(spec, 'PidMode')}`);
  }
  assert.deepEqual(found, ['none/', 'none/', 'host/host', 'host/host', 'private/']);
  assert.equal(await anchors(), '');
  await removeAll(scene, specs);
});

dockerTest(
  'another engine of the server finds the anchor, and what a crash has left is removed',
  async (scene) => {
    const specs = taskOf(
      scene,
      [`${listening}; sleep 60`, asking, 'true'],
      {},
      {
        volumes: [{ name: 'data' }],
        mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }],
      },
    );
    const [first, second] = specs as [ContainerSpec, ContainerSpec];
    await scene.engine.start(first);
    const made = await anchors();
    assert.notEqual(made, '');
    const next = newEngine(bridge);
    await next.open(() => undefined);
    await next.start(second);
    assert.equal(await anchors(), made);
    await next.close();
    await docker(
      'rm',
      '-f',
      '-v',
      containerName(first.containerId),
      containerName(second.containerId),
    );
    const last = newEngine(bridge);
    await last.open(() => undefined);
    await last.close();
    // The first engine hears of it as well, and may be at it still.
    await until('it is gone', async () => `${await anchors()}${await volumes()}` === '');
  },
  bridge,
);

dockerTest(
  'a start whose container cannot be made leaves nothing of the task',
  async (scene) => {
    const [spec] = taskOf(scene, ['true', 'true'], {}, { image: 'no-such-image:1' }) as [
      ContainerSpec,
    ];
    await scene.engine.start(spec);
    assert.equal(scene.reports.of(spec.containerId)[0]?.type, 'start-failed');
    await until('its anchor is gone', async () => (await anchors()) === '');
    await scene.engine.remove(spec.containerId);
  },
  bridge,
);

dockerTest(
  'nodes with several containers have one address each, and their network goes with them',
  async (scene) => {
    const nodes = nodesOf(2, () => scene.spec({}));
    const specs = nodes.flatMap(({ network }, node) =>
      taskOf(
        scene,
        node === 0 ? [`${listening}; sleep 60`, 'sleep 60'] : ['sleep 60', 'hostname -i; sleep 60'],
        {},
        { network },
      ),
    );
    for (const spec of specs) await scene.engine.start(spec);
    const addresses = new Map(
      (await scene.engine.list()).map((one) => [one.containerId, one.address]),
    );
    const [a, b, c, d] = specs.map(({ containerId }) => addresses.get(containerId));
    assert.ok(a !== undefined && c !== undefined && a !== c);
    assert.deepEqual([b, d], [a, c]);
    assert.equal(
      await docker(
        'exec',
        containerName((specs[3] as ContainerSpec).containerId),
        'sh',
        '-c',
        `nc ${a} 9000`,
      ),
      'from the first',
    );
    await removeAll(scene, specs);
    assert.deepEqual(await ownNetworks(), []);
  },
);

dockerTest(
  'an anchor that somebody removed is made anew where nobody needs the old one',
  async (scene) => {
    const specs = taskOf(scene, ['sleep 60', 'true']);
    const [first, second] = specs as [ContainerSpec, ContainerSpec];
    await scene.engine.start(first);
    await docker('kill', taskName((first.task as TaskPlace).attemptId));
    await scene.engine.start(second);
    const [report] = scene.reports.of(second.containerId);
    assert.equal(report?.type, 'start-failed');
    assert.match(report.type === 'start-failed' ? report.reason : '', /CannotStartContainerError/);
    await removeAll(scene, specs);
  },
  bridge,
);
