// What containers are told of the way to this server, by their network; sockets are real.

import assert from 'node:assert/strict';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { Failure } from '../cli/failure.ts';
import { ContainerReach } from './container-reach.ts';
import { openCredentialsEndpoint } from './credentials-endpoint.ts';

const how = {
  grants: { isSecretOf: () => false, credentialsFor: async () => undefined },
  onFault: () => assert.fail('nobody asks'),
};
const base = {
  port: 0,
  credentialsPort: undefined,
  bridge: undefined,
  usual: 'host' as const,
};

async function taken(): Promise<{ port: number; close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

describe('what containers reach', () => {
  it('is this machine, on its own network', async () => {
    const reach = new ContainerReach(base);
    assert.equal(reach.credentials('usual'), undefined);
    assert.deepEqual(await reach.open(how), []);
    for (const network of ['usual', 'host'] as const) {
      const address = reach.credentials(network);
      assert.ok(address?.kind === 'full');
      assert.match(address.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
    }
    assert.equal(reach.credentials('private'), undefined);
    await reach.close();
  });

  it('is the known address on bridges, where the server listens for it', async () => {
    const reach = new ContainerReach({
      ...base,
      bridge: { address: '127.0.0.1', port: 0 },
      usual: 'bridge',
    });
    assert.deepEqual(await reach.open(how), []);
    for (const network of ['usual', 'private'] as const)
      assert.deepEqual(reach.credentials(network), { kind: 'relative' });
    assert.equal(reach.credentials('host')?.kind, 'full');
    await reach.close();
  });

  it('is for pods where its operator says, and else nothing', async () => {
    const reach = new ContainerReach({ ...base, pods: 'https://batch.example.com' });
    assert.deepEqual(reach.credentials('pod'), {
      kind: 'full',
      origin: 'https://batch.example.com',
    });
    assert.equal(reach.api('pod'), 'https://batch.example.com');
    const none = new ContainerReach(base);
    assert.deepEqual(await none.open(how), []);
    none.apiAt('0.0.0.0', 4590);
    assert.deepEqual([none.credentials('pod'), none.api('pod')], [undefined, undefined]);
    await none.close();
  });

  it('answers pods by the name that they are told', async () => {
    const bridge = { address: '127.0.0.1', port: 0 };
    const pods = 'https://batch.example.com';
    for (const [named, expected] of [
      [pods, 403],
      [undefined, 421],
    ] as const) {
      const endpoint = await openCredentialsEndpoint({
        ...how,
        ...bridge,
        hostNames: named === undefined ? [] : [new URL(named).hostname],
      });
      const status = await new Promise<number | undefined>((resolve, reject) => {
        get(
          {
            port: endpoint.port,
            host: '127.0.0.1',
            path: `/v2/credentials/${'a'.repeat(32)}`,
            headers: { host: 'batch.example.com' },
          },
          (response) => resolve(response.resume().statusCode),
        ).on('error', reject);
      });
      assert.equal(status, expected);
      await endpoint.close();
    }
  });

  it('is said where it is nothing, and is an error where it was asked for', async () => {
    const other = await taken();
    const address = { address: '127.0.0.1', port: other.port };
    const reach = new ContainerReach({ ...base, port: other.port - 1 });
    const [notice, ...more] = await reach.open(how);
    assert.match(notice ?? '', /EADDRINUSE.*--credentials-port/);
    assert.deepEqual(more, []);
    assert.equal(reach.credentials('usual'), undefined);
    await reach.close();
    for (const options of [
      { ...base, credentialsPort: other.port },
      { ...base, bridge: address },
    ]) {
      const failing = new ContainerReach(options);
      await assert.rejects(failing.open(how), Failure);
      await failing.close();
    }
    other.close();
  });

  it('includes the API where that listens for it', () => {
    const cases: [string, string | undefined, string | undefined][] = [
      ['127.0.0.1', 'http://127.0.0.1:4590', undefined],
      ['::1', 'http://[::1]:4590', undefined],
      ['0.0.0.0', 'http://127.0.0.1:4590', undefined],
      ['10.0.0.7', 'http://10.0.0.7:4590', 'http://10.0.0.7:4590'],
    ];
    for (const [address, onHost, onBridge] of cases) {
      const reach = new ContainerReach(base);
      assert.equal(reach.api('host'), undefined);
      reach.apiAt(address, 4590);
      assert.equal(reach.api('host'), onHost, address);
      assert.equal(reach.api('private'), onBridge, address);
    }
  });
});
