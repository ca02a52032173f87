// Pulls from a real registry (Debian’s docker-registry), where one is installed: one pull for many
// attempts, and the words for an image that it has not.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { docker, dockerTest, skipReason } from '../../../test/house/docker.ts';
import { testImage } from '../../../test/house/image.ts';

const program = '/usr/bin/docker-registry';

interface Registry {
  readonly address: string;
  /** Its log so far. */
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

async function startRegistry(): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-registry-'));
  const config = join(directory, 'config.yml');
  writeFileSync(
    config,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${directory}/data\nhttp:\n  addr: 127.0.0.1:0\n`,
  );
  const child = spawn(program, ['serve', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const listening = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      log += chunk.toString();
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(`the registry ended: ${log}`)));
    child.once('error', reject);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    address: await listening,
    log: () => log,
    close: async () => {
      child.kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

if (!existsSync(program)) {
  test(
    'docker: images are pulled once',
    { skip: 'no docker-registry is installed' },
    () => undefined,
  );
} else if (skipReason !== undefined) {
  test('docker: images are pulled once', { skip: skipReason }, () => undefined);
} else {
  const registry = await startRegistry();
  const image = `${registry.address}/team/tool`;
  after(async () => {
    await docker('rmi', '-f', image).catch(() => undefined);
    await registry.close();
  });

  dockerTest(
    'an image that is missing is pulled once for all attempts that need it',
    async ({ engine, reports, spec }) => {
      await docker('tag', testImage(), image);
      await docker('push', image);
      await docker('rmi', image);
      // A pull asks for the tag's manifest once, and for its content where the daemon does not know
      // that digest already.
      const pulls = (): number =>
        registry
          .log()
          .split('\n')
          .filter(
            (line) =>
              /http\.request\.method=(HEAD|GET) /.test(line) &&
              line.includes('/manifests/latest') &&
              line.includes('response completed'),
          ).length;
      const before = pulls();
      const specs = Array.from({ length: 6 }, () => spec({ image, command: ['true'] }));
      await Promise.all(specs.map((one) => engine.start(one)));
      for (const one of specs)
        assert.equal((await reports.exited(one.containerId)).exit.exitCode, 0);
      const asked = pulls() - before;
      assert.equal(asked, 1);
    },
  );

  dockerTest(
    'a tag that the registry has not is told in its words',
    async ({ engine, reports, spec }) => {
      const one = spec({ image: `${image}:missing`, command: ['true'] });
      await engine.start(one);
      const [report] = reports.of(one.containerId);
      assert.ok(report?.type === 'start-failed');
      assert.match(
        report.reason,
        /^CannotPullContainerError: Error response from daemon: manifest for .*:missing not found/,
      );
    },
  );
}
