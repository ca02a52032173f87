// What a host says of itself, in words that are not Docker's. No Docker engine is needed.

import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { dockerHosts } from './docker-hosts.ts';
import { HostAddresses } from './host-addresses.ts';

test('facts of a host are said in EC2’s words, with the name by which others reach it', async () => {
  for (const [said, word] of [
    ['x86_64', 'x86_64'],
    ['aarch64', 'arm64'],
    ['amd64', 'x86_64'],
    ['riscv64', 'riscv64'],
  ] as const) {
    const daemon = http.createServer(({ url }, response) => {
      response.end(
        JSON.stringify(
          url === '/version'
            ? { Version: '27.1', ApiVersion: '1.44', MinAPIVersion: '1.24' }
            : { Architecture: said, OSType: 'linux', NCPU: 4, Runtimes: { nvidia: {} } },
        ),
      );
    });
    await new Promise<void>((resolve) => daemon.listen(0, '127.0.0.1', resolve));
    const { port } = daemon.address() as AddressInfo;
    try {
      const facts = await dockerHosts({
        jobNetwork: 'host',
        hostAddresses: new HostAddresses(['tcp://127.0.0.1:*']),
        onProblem: () => undefined,
      }).probe({ url: `tcp://127.0.0.1:${port}` });
      assert.deepEqual(
        [facts.architecture, facts.runtime, facts.canGiveGpus, facts.networkName],
        [word, { name: 'Docker', version: '27.1' }, true, '127.0.0.1'],
      );
    } finally {
      daemon.closeAllConnections();
      await new Promise((resolve) => daemon.close(resolve));
    }
  }
});
