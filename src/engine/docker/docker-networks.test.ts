// Private networks on a Docker daemon, in all that may come between: crashes at every call, other
// servers and people on the same daemon, blocks that are taken, nodes that come as the last one
// goes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockText, overlaps, type Block } from '../../base/ipv4.ts';
import { splitContainerId, type AttemptId } from '../../base/ids.ts';
import { EngineUnavailable, type ContainerSpec, type Engine } from '../../port/engine.ts';
import { newAttempt } from '../../../test/house/contract/engine-contract.ts';
import { nodesOf } from '../../../test/house/contract/network-contract.ts';
import { ReportRecorder, until } from '../../../test/house/contract/report-recorder.ts';
import { ownBlock } from '../job-networks.ts';
import { containerName, networkName } from './container-mapping.ts';
import {
  cuttableSocket,
  docker,
  dockerTest,
  mark,
  newEngine,
  ownNetworks,
  type Scene,
} from '../../../test/house/docker.ts';
import { machineRoutes, parseRoutes } from './docker-networks.ts';

/** A job of so many nodes that run for long; removed at the test's end. */
const nodes = ({ spec }: Scene, count: number): ContainerSpec[] =>
  nodesOf(count, () => spec({ command: ['sleep', '60'] }));
const removeAll = async (engine: Engine, specs: readonly ContainerSpec[]): Promise<void> => {
  for (const { containerId } of specs) await engine.remove(containerId);
};
const addressesOf = async (
  engine: Engine,
  specs: readonly ContainerSpec[],
): Promise<(string | undefined)[]> => {
  const listed = new Map((await engine.list()).map((one) => [one.containerId, one.address]));
  return specs.map(({ containerId }) => listed.get(containerId));
};
const newNetwork = (): AttemptId => splitContainerId(newAttempt()).attemptId;
const makeNetwork = (id: AttemptId, subnet: string, of = mark): Promise<string> =>
  docker(
    'network',
    'create',
    '--subnet',
    subnet,
    '--label',
    `longshore.network=${id}`,
    '--label',
    `longshore.instance=${of}`,
    networkName(id),
  );

/**
 * What a job's life asks of the daemon that changes anything: the network, two containers made and
 * started; and all of them removed.
 */
const changesToStart = 5;
const changes = changesToStart + 3;

for (const lost of ['request', 'answer'] as const) {
  dockerTest(
    `a crash at any call, its ${lost} lost, leaves no network behind and spoils none`,
    async (scene) => {
      for (let at = 1; at <= changes; at++) {
        const specs = nodes(scene, 2);
        const socket = await cuttableSocket({ at, lost });
        const dying = newEngine({ environment: { DOCKER_HOST: socket.host } });
        await dying.open(() => undefined);
        const life = async (): Promise<void> => {
          for (const spec of specs) await dying.start(spec);
          await removeAll(dying, specs);
        };
        try {
          // The network's own end may be the work of whoever heard of the last container's end
          // first: then nobody waits for its answer.
          if (at < changes) await assert.rejects(life(), EngineUnavailable, `call ${at}`);
          else
            await life().catch((error: unknown) => assert.ok(error instanceof EngineUnavailable));
        } finally {
          await dying.close();
          await socket.close();
        }

        const next = newEngine();
        const reports = new ReportRecorder();
        await next.open(reports.take);
        try {
          const containers = (await next.list()).filter((one) =>
            specs.some(({ containerId }) => containerId === one.containerId),
          ).length;
          assert.equal(
            (await ownNetworks()).length,
            containers > 0 ? 1 : 0,
            `call ${at}: ${containers} containers`,
          );
          if (at <= changesToStart) {
            for (const spec of specs) await next.start(spec);
            const [main, child] = await addressesOf(next, specs);
            assert.ok(
              main !== undefined && child !== undefined && main !== child,
              `call ${at}: ${main}, ${child}`,
            );
            for (const { containerId } of specs) await reports.first(containerId, 'started');
            assert.equal((await ownNetworks()).length, 1);
          }
          await removeAll(next, specs);
          assert.deepEqual(await ownNetworks(), [], `call ${at}`);
        } finally {
          await removeAll(next, specs);
          await next.close();
        }
      }
    },
  );
}

dockerTest(
  'a network that was made when the daemon went away goes at the next look, unless the start is repeated',
  async (scene) => {
    for (const repeated of [false, true]) {
      const [main] = nodes(scene, 2) as [ContainerSpec];
      const socket = await cuttableSocket({ at: 1, lost: 'answer' });
      const engine = newEngine({ environment: { DOCKER_HOST: socket.host } });
      await engine.open(() => undefined);
      try {
        await assert.rejects(engine.start(main), EngineUnavailable);
        assert.equal((await ownNetworks()).length, 1);
        await socket.mend();
        if (repeated) await engine.start(main);
        await engine.list();
        assert.equal((await ownNetworks()).length, repeated ? 1 : 0);
        await engine.remove(main.containerId);
        assert.deepEqual(await ownNetworks(), []);
      } finally {
        await engine.close();
        await socket.close();
      }
    }
  },
);

dockerTest(
  'networks of this server without a container go when it opens; those of another server stay',
  async () => {
    const [own, foreign] = [newNetwork(), newNetwork()];
    const other = `${mark}-other`;
    await makeNetwork(own, '10.216.0.0/29');
    await makeNetwork(foreign, '10.216.0.8/29', other);
    const engine = newEngine();
    await engine.open(() => undefined);
    assert.deepEqual(await ownNetworks(), []);
    assert.deepEqual(await ownNetworks(other), [foreign]);
    await engine.list();
    await engine.close();
    const theirs = newEngine({ mark: other });
    await theirs.open(() => undefined);
    assert.deepEqual(await ownNetworks(other), []);
    await theirs.close();
  },
);

dockerTest(
  'blocks that others have are passed over, whoever they are; a range without a free one fails the start',
  async (scene) => {
    const foreign = `longshore-test-${process.pid}`;
    await docker('network', 'create', '--subnet', '10.216.1.0/29', foreign);
    const engine = newEngine({ jobNetworks: ownBlock('10.216.1.0/28') });
    const reports = new ReportRecorder();
    await engine.open(reports.take);
    const [first, second] = [nodes(scene, 5), nodes(scene, 5)].flatMap((specs) =>
      specs.slice(0, 1),
    ) as [ContainerSpec, ContainerSpec];
    try {
      await engine.start(first);
      assert.equal((await reports.first(first.containerId, 'started')).address, '10.216.1.10');
      await engine.start(second);
      assert.match(
        (await reports.first(second.containerId, 'start-failed')).reason,
        /10\.216\.1\.0\/28 has no block of \/29 free for 5 nodes.*--job-networks/,
      );
    } finally {
      await removeAll(engine, [first, second]);
      await engine.close();
      await docker('network', 'rm', foreign);
    }
  },
);

dockerTest(
  'two servers that start jobs at once on one range and one daemon choose different blocks',
  async (scene) => {
    const other = newEngine({ mark: `${mark}-other` });
    await other.open(() => undefined);
    const [ours, theirs] = [0, 1].map(() =>
      [1, 2, 3, 4].flatMap(() => nodes(scene, 2).slice(0, 1)),
    ) as [ContainerSpec[], ContainerSpec[]];
    try {
      await Promise.all([
        ...ours.map((spec) => scene.engine.start(spec)),
        ...theirs.map((spec) => other.start(spec)),
      ]);
      const addresses = [
        ...(await addressesOf(scene.engine, ours)),
        ...(await addressesOf(other, theirs)),
      ];
      assert.equal(new Set(addresses).size, 8, addresses.join());
      assert.ok(!addresses.includes(undefined));
    } finally {
      await removeAll(other, theirs);
      await other.close();
      assert.deepEqual(await ownNetworks(`${mark}-other`), []);
    }
  },
);

dockerTest('a look at the daemon takes no network from a start under way', async (scene) => {
  const { engine, reports } = scene;
  const jobs = [0, 1, 2].map(() => nodes(scene, 3));
  let starting = true;
  const look = async (): Promise<void> => {
    while (starting) await engine.list();
  };
  const looking = look();
  await Promise.all(jobs.flat().map((spec) => engine.start(spec)));
  starting = false;
  await looking;
  for (const { containerId } of jobs.flat())
    assert.deepEqual(
      reports.of(containerId).map((report) => report.type),
      ['started'],
    );
  await Promise.all(jobs.flat().map(({ containerId }) => engine.remove(containerId)));
  assert.deepEqual(await ownNetworks(), []);
});

dockerTest('a node that starts while the last one goes has a network', async (scene) => {
  const { engine, reports } = scene;
  type Waiting = (main: ContainerSpec, removing: Promise<void>) => Promise<unknown>;
  const moments: readonly Waiting[] = [
    async () => undefined,
    ({ containerId }) =>
      until(
        'the container is gone',
        async () => (await docker('ps', '-aq', '-f', `name=${containerName(containerId)}`)) === '',
      ),
    ({ containerId }) =>
      until('the network is gone', async () => !(await ownNetworks()).includes(containerId)),
    (_main, removing) => removing,
  ];
  for (const moment of moments) {
    const [main, child] = nodes(scene, 2) as [ContainerSpec, ContainerSpec];
    await engine.start(main);
    const removing = engine.remove(main.containerId);
    await moment(main, removing);
    await Promise.all([removing, engine.start(child)]);
    assert.deepEqual(
      reports.of(child.containerId).map((report) => report.type),
      ['started'],
    );
    assert.deepEqual(await ownNetworks(), [main.containerId]);
    await engine.remove(child.containerId);
    assert.deepEqual(await ownNetworks(), []);
  }
});

dockerTest(
  'a network goes with its last container where somebody deletes that by hand',
  async (scene) => {
    const [main] = nodes(scene, 2) as [ContainerSpec];
    await scene.engine.start(main);
    await docker('rm', '-f', containerName(main.containerId));
    await until('the network is gone', async () => (await ownNetworks()).length === 0);
  },
);

dockerTest('a network goes where its first node is stopped before it starts', async (scene) => {
  const [main] = nodes(scene, 2) as [ContainerSpec];
  const starting = scene.engine.start(main);
  await scene.engine.stop(main.containerId, 0);
  await starting;
  await scene.engine.remove(main.containerId);
  assert.deepEqual(await ownNetworks(), []);
});

dockerTest('where only a route of this machine leads, no network is made', async (scene) => {
  const subnets = await docker(
    'network',
    'inspect',
    '--format',
    '{{range .IPAM.Config}}{{.Subnet}} {{end}}',
    ...(await docker('network', 'ls', '-q')).split('\n'),
  );
  const ofDocker = subnets
    .split(/\s+/)
    .filter((text) => /^[\d./]+$/.test(text))
    .map(ownBlock);
  const route = machineRoutes().find(
    (one) => one.bits <= 29 && !ofDocker.some((other) => overlaps(one, other)),
  );
  if (route === undefined) return;
  const engine = newEngine({ jobNetworks: route });
  const reports = new ReportRecorder();
  await engine.open(reports.take);
  const [main] = nodes(scene, 2) as [ContainerSpec];
  await engine.start(main);
  assert.match(
    (await reports.first(main.containerId, 'start-failed')).reason,
    /and the routes of its host/,
  );
  await engine.close();
});

test('routes are read from the kernel’s table, but for the default one', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'tun0\t00C0D50A\t00000000\t0001\t0\t0\t0\t00E0FFFF\t0\t0\t0',
    'wg0\t07646464\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
    '',
  ].join('\n');
  assert.deepEqual(
    parseRoutes(table).map((block: Block) => blockText(block)),
    ['172.17.0.0/16', '10.213.192.0/19', '100.100.100.7/32'],
  );
  assert.deepEqual(parseRoutes(''), []);
});
