// An image that carries the labels by which the Docker engine knows its own: none of them may say
// anything of a container that it does not say itself.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptId } from '../../base/ids.ts';
import { newAttempt } from '../../../test/house/contract/engine-contract.ts';
import { textOf } from '../../../test/house/contract/report-recorder.ts';
import { docker, dockerTest, mark, ownNetworks } from '../../../test/house/docker.ts';
import { testImage } from '../../../test/house/image.ts';
import { networkName } from './container-mapping.ts';
import { taskName } from './namespaces.ts';

dockerTest('labels of an image are not taken for those of its containers', async (scene) => {
  const { engine, reports, spec } = scene;
  const [network, task] = [attemptId(newAttempt()), attemptId(newAttempt())];
  const image = `longshore-labels-${process.pid}`;
  const volume = `${taskName(task)}-0`;
  const directory = mkdtempSync(join(tmpdir(), 'longshore-labels-'));
  const archive = join(directory, 'image.tar');
  const holder = await docker('create', testImage(), 'true');
  const labels = {
    'longshore.attempt': newAttempt(),
    'longshore.instance': 'elsewhere',
    'longshore.output': 'kept',
    'longshore.network': network,
    'longshore.address': '10.1.2.3',
    'longshore.task': task,
  };
  const changes = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${value}`);
  try {
    await docker('export', '-o', archive, holder);
    await docker('import', ...changes.flatMap((one) => ['-c', one]), archive, image);
    // Left over of a job whose nodes, and of one whose containers, are gone.
    const own = ['--label', `longshore.instance=${mark}`, '--label'];
    await docker('network', 'create', ...own, `longshore.network=${network}`, networkName(network));
    await docker('volume', 'create', ...own, `longshore.task=${task}`, volume);

    const hostile = spec({
      image,
      command: ['sh', '-c', 'echo elsewhere; sleep 60'],
      logConfiguration: { logDriver: 'json-file' },
    });
    await engine.start(hostile);
    await reports.first(hostile.containerId, 'started');
    const found = (await engine.list()).find((one) => one.containerId === hostile.containerId);
    assert.equal(found?.address, undefined, 'it has no address but its own');
    assert.deepEqual(await ownNetworks(), [], 'it keeps no network of others');
    const volumes = await docker('volume', 'ls', '-q', '--filter', `name=${volume}`);
    assert.equal(volumes, '', 'it keeps no volumes of others');
    assert.deepEqual(await textOf(engine.logs(hostile.containerId, undefined)), []);
    await engine.remove(hostile.containerId);
    await assert.rejects(docker('inspect', `longshore-${hostile.containerId}`));
  } finally {
    rmSync(directory, { recursive: true });
    await docker('rm', '-f', holder);
    await docker('network', 'rm', networkName(network)).catch(() => undefined);
    await docker('volume', 'rm', '-f', volume);
    await docker('rmi', '-f', image).catch(() => undefined);
  }
});
