// What every engine must do for the nodes of multi-node parallel jobs, as one suite beside the
// engines' contract: addresses of their own that others reach, networks that come with the first
// node and go with the last. It leaves nothing behind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitContainerId, type AttemptId, type ContainerId } from '../../../src/base/ids.ts';
import { parseBlock, type Block } from '../../../src/base/ipv4.ts';
import type { ContainerSpec, Engine, NodeNetwork } from '../../../src/port/engine.ts';
import { nodeAddressVariable, ownBlock } from '../../../src/engine/job-networks.ts';
import { newAttempt, type EngineContract } from './engine-contract.ts';
import { ReportRecorder, textOf } from './report-recorder.ts';

interface NetworkContract {
  readonly engine: EngineContract;
  /** Like the engine contract's, over the same machine, with a range that no other test uses. */
  readonly create: (jobNetworks: Block) => Engine;
  /** The networks of ours that there are now. */
  readonly networks: (engine: Engine) => Promise<readonly AttemptId[]>;
  /** All nodes share one address on this machine. */
  readonly sharesAddress?: boolean | undefined;
  /** A range with room for one network of five nodes. */
  readonly smallRange: string;
  /**
   * Commands of which one prints what it is told at its own address, and one tells it; absent:
   * nothing really runs.
   */
  readonly talk?:
    | {
        readonly listen: (port: number) => string[];
        readonly tell: (address: string, port: number, text: string) => string[];
      }
    | undefined;
}

/** So many attempts as the nodes of one job; the first is the main node. */
export function nodesOf(
  count: number,
  spec: () => ContainerSpec,
  kind: NodeNetwork['kind'] = 'private',
): ContainerSpec[] {
  const main = spec();
  return [main, ...Array.from({ length: count - 1 }, spec)].map((one, node) => ({
    ...one,
    network: { id: splitContainerId(main.containerId).attemptId, kind, numNodes: count, node },
  }));
}

export function networkContract(contract: NetworkContract): void {
  const { engine: common, networks, sharesAddress = false } = contract;
  const skip = common.skip ?? false;
  const made = new Set<ContainerId>();

  const nodes = (
    count: number,
    behaviour: Parameters<EngineContract['spec']>[1],
    kind: NodeNetwork['kind'] = 'private',
  ): ContainerSpec[] => {
    const specs = nodesOf(count, () => common.spec(newAttempt(), behaviour), kind);
    for (const { containerId } of specs) made.add(containerId);
    return specs;
  };
  const netTest = (
    title: string,
    body: (engine: Engine, reports: ReportRecorder) => Promise<void>,
    create = common.create,
  ): void => {
    test(`${common.name}: ${title}`, { skip, timeout: 120_000 }, async () => {
      const reports = new ReportRecorder();
      const engine = create();
      await engine.open(reports.take);
      try {
        await body(engine, reports);
      } finally {
        for (const attempt of made) await engine.remove(attempt);
        made.clear();
        await engine.close();
      }
    });
  };
  const startedAddress = async (
    reports: ReportRecorder,
    { containerId }: ContainerSpec,
  ): Promise<string> => (await reports.first(containerId, 'started')).address ?? 'none';
  const reopened = async (engine: Engine): Promise<Engine> => {
    await engine.close();
    const next = common.create();
    await next.open(() => {});
    return next;
  };
  const forever = { milliseconds: 60_000 };
  const idOf = (specs: readonly ContainerSpec[]): AttemptId => specs[0]?.network?.id as AttemptId;

  netTest(
    'every node has an address of its own, which is told at its start and by list and inspect, also to a later server and after its end',
    async (engine, reports) => {
      const running = nodes(3, forever);
      const ended = nodes(2, {});
      for (const spec of [...running, ...ended]) await engine.start(spec);
      for (const { containerId } of ended) await reports.exited(containerId);
      const told = new Map<ContainerId, string>();
      for (const spec of [...running, ...ended])
        told.set(spec.containerId, await startedAddress(reports, spec));
      for (const address of told.values())
        assert.notEqual(parseBlock(`${address}/32`), undefined, address);
      assert.equal(new Set(told.values()).size, sharesAddress ? 1 : 5);
      const compare = async (which: Engine): Promise<void> => {
        const listed = new Map((await which.list()).map((one) => [one.containerId, one.address]));
        for (const [containerId, address] of told) {
          assert.equal(listed.get(containerId), address);
          assert.equal((await which.inspect(containerId))?.address, address);
        }
      };
      await compare(engine);
      const next = await reopened(engine);
      try {
        await compare(next);
      } finally {
        for (const attempt of made) await next.remove(attempt);
        made.clear();
        await next.close();
      }
    },
  );

  netTest(
    'networks do not overlap, also where a server before made one of them',
    async (engine, reports) => {
      const first = nodes(5, forever);
      for (const spec of first) await engine.start(spec);
      const before = await Promise.all(first.map((spec) => startedAddress(reports, spec)));
      const next = await reopened(engine);
      try {
        const later = nodes(2, forever);
        for (const spec of later) await next.start(spec);
        // A node that is started only now belongs to the network of the server before.
        const listed = new Map((await next.list()).map((one) => [one.containerId, one.address]));
        const after = later.map(({ containerId }) => listed.get(containerId));
        if (!sharesAddress)
          for (const address of after)
            assert.ok(
              address !== undefined && !before.includes(address),
              `${address} is none of ${before.join()}`,
            );
      } finally {
        for (const attempt of made) await next.remove(attempt);
        made.clear();
        await next.close();
      }
    },
  );

  netTest(
    'a node that starts after the server did again joins the network of the others',
    async (engine, reports) => {
      const [main, child] = nodes(2, forever) as [ContainerSpec, ContainerSpec];
      await engine.start(main);
      const address = await startedAddress(reports, main);
      const next = await reopened(engine);
      try {
        assert.equal((await next.inspect(main.containerId))?.address, address);
        await next.start(child);
        const own = (await next.inspect(child.containerId))?.address ?? '';
        if (!sharesAddress)
          assert.equal(
            parseBlock(`${own}/32`)?.base,
            (parseBlock(`${address}/32`)?.base ?? 0) + 1,
            'addresses follow the index',
          );
        assert.deepEqual(
          (await networks(next)).filter((id) => id === idOf([main])),
          sharesAddress ? [] : [idOf([main])],
        );
      } finally {
        for (const attempt of made) await next.remove(attempt);
        await next.close();
      }
      assert.deepEqual(await networks(next), []);
      made.clear();
    },
  );

  netTest(
    'a network comes with its first node, whoever is quickest, and goes when the last is removed',
    async (engine, reports) => {
      const specs = nodes(12, forever);
      await Promise.all(specs.map((spec) => engine.start(spec)));
      assert.deepEqual(await networks(engine), sharesAddress ? [] : [idOf(specs)]);
      assert.equal(
        new Set(await Promise.all(specs.map((spec) => startedAddress(reports, spec)))).size,
        sharesAddress ? 1 : 12,
      );
      const [main, ...others] = specs as [ContainerSpec, ...ContainerSpec[]];
      await engine.stop(main.containerId, 0);
      await reports.exited(main.containerId);
      await engine.list();
      for (const { containerId } of others) await engine.remove(containerId);
      assert.deepEqual(
        await networks(engine),
        sharesAddress ? [] : [idOf(specs)],
        'the main node has ended and is not removed',
      );
      await engine.list();
      assert.deepEqual(await networks(engine), sharesAddress ? [] : [idOf(specs)]);
      await Promise.all([engine.remove(main.containerId), engine.remove(main.containerId)]);
      await engine.remove(main.containerId);
      assert.deepEqual(await networks(engine), []);
    },
  );

  netTest('a node that cannot start leaves no network behind', async (engine, reports) => {
    const [main] = nodes(2, { cannotStart: true }) as [ContainerSpec];
    await engine.start(main);
    assert.equal(reports.of(main.containerId)[0]?.type, 'start-failed');
    assert.deepEqual(await networks(engine), []);
  });

  netTest(
    'nodes that use their hosts’ network have no address here, and no network is made',
    async (engine, reports) => {
      const [main] = nodes(2, {}, 'host') as [ContainerSpec];
      await engine.start(main);
      assert.equal((await reports.first(main.containerId, 'started')).address, undefined);
      assert.deepEqual(await networks(engine), []);
    },
  );

  const small = ownBlock(contract.smallRange);
  const noRoomLeft = async (engine: Engine, reports: ReportRecorder): Promise<void> => {
    const [first, second, third] = [5, 2, 2].flatMap((count) =>
      nodes(count, forever).slice(0, 1),
    ) as [ContainerSpec, ContainerSpec, ContainerSpec];
    await engine.start(first);
    await engine.start(second);
    const [report] = reports.of(second.containerId);
    assert.equal(report?.type, 'start-failed');
    assert.match(
      (report as { reason: string }).reason,
      /^ResourceInitializationError: unable to set up the network of the job: [\d./]+ has no block of \/29 free for 2 nodes/,
    );
    await engine.remove(first.containerId);
    await engine.start(third);
    assert.equal(reports.of(third.containerId)[0]?.type, 'started', 'there is room again');
  };
  if (!sharesAddress)
    netTest('a job that finds no room for its network fails with the reason', noRoomLeft, () =>
      contract.create(small),
    );

  if (contract.talk === undefined) return;
  const { listen, tell } = contract.talk;

  netTest(
    'a node learns its own address, listens there, and another reaches it',
    async (engine, reports) => {
      const port = 7_000 + Math.floor(Math.random() * 1_000);
      const [main, child] = nodes(2, {}) as [ContainerSpec, ContainerSpec];
      await engine.start({ ...main, command: listen(port) });
      const address = await startedAddress(reports, main);
      await engine.start({ ...child, command: tell(address, port, 'hello') });
      assert.equal(
        (await reports.exited(child.containerId)).exit.exitCode,
        0,
        (await textOf(engine.logs(child.containerId, undefined))).join('\n'),
      );
      await reports.exited(main.containerId);
      assert.deepEqual(await textOf(engine.logs(main.containerId, undefined)), ['hello']);
    },
  );

  netTest('what a node learns is the address that is told of it', async (engine, reports) => {
    const [, child] = nodes(2, {}) as [ContainerSpec, ContainerSpec];
    await engine.start({ ...child, command: ['sh', '-c', `echo $${nodeAddressVariable}`] });
    await reports.exited(child.containerId);
    assert.deepEqual(await textOf(engine.logs(child.containerId, undefined)), [
      await startedAddress(reports, child),
    ]);
  });
}
