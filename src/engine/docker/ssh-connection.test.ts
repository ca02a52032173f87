// Docker through ssh: what addresses there are, and the connection over a `ssh` that leads to a
// daemon of the test's own, or to this machine's Docker engine. No ssh server is needed.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { hostId } from '../../base/ids.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { BadHostAddress } from '../../port/host-connector.ts';
import { newAttempt, plainSpec } from '../../../test/house/contract/engine-contract.ts';
import { ReportRecorder, textOf } from '../../../test/house/contract/report-recorder.ts';
import { DockerClient } from './docker-client.ts';
import { skipReason } from '../../../test/house/docker.ts';
import { dockerHosts } from './docker-hosts.ts';
import { HostAddresses } from './host-addresses.ts';
import { testImage } from '../../../test/house/image.ts';
import { sshArguments, sshTarget } from './ssh-connection.ts';

/** With a `ssh` on the PATH that runs this shell script; `$LS_DIRECTORY` is the test's own. */
async function withSsh(script: string, body: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-ssh-'));
  writeFileSync(
    join(directory, 'ssh'),
    `#!/bin/sh\necho "$$ $*" >> ${directory}/calls\n${script.replaceAll('$LS_DIRECTORY', directory)}\n`,
    { mode: 0o755 },
  );
  const path = process.env['PATH'];
  process.env['PATH'] = `${directory}${delimiter}${path}`;
  try {
    await body(directory);
  } finally {
    process.env['PATH'] = path;
    rmSync(directory, { recursive: true, force: true });
  }
}

const calls = (directory: string): string[] =>
  readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
const viaSsh = (): DockerClient =>
  new DockerClient({ title: 'ssh://me@there', ssh: { user: 'me', host: 'there' } });
const isUnavailable = (text: RegExp) => (error: unknown) =>
  error instanceof EngineUnavailable && text.test(error.message);

/** Whether a process is there; one that has ended and waits for its parent is not. */
const runs = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('an address is user, host and port, and nothing that ssh or a shell could take for something else', () => {
  for (const [url, target] of [
    ['ssh://me@there', { user: 'me', host: 'there', port: undefined }],
    ['ssh://there', { user: undefined, host: 'there', port: undefined }],
    ['ssh://me@10.0.0.7:2222/', { user: 'me', host: '10.0.0.7', port: 2222 }],
    ['ssh://[fe80::1%eth0]:22', { user: undefined, host: 'fe80::1%eth0', port: 22 }],
  ] as const)
    assert.deepEqual(sshTarget(url), target, url);
  const hostile = [
    'ssh://',
    'ssh://-oProxyCommand=touch /tmp/x',
    'ssh://-lroot@there',
    'ssh://me@-there',
    'ssh://me:secret@there',
    'ssh://there:0',
    'ssh://there:65536',
    'ssh://there:-22',
    'ssh://there;id',
    'ssh://there$(id)',
    'ssh://th ere',
    'ssh://there\nx',
    'ssh://there\n',
    'ssh://there/run/docker.sock',
    'ssh://there?x',
    'ssh://a@b@c',
    'ssh://[::1;id]',
  ];
  for (const url of hostile) assert.equal(sshTarget(url), undefined, url);
  assert.deepEqual(sshArguments({ host: 'there', user: 'me', port: 2222 }).slice(-10), [
    '-T',
    '-l',
    'me',
    '-p',
    '2222',
    '--',
    'there',
    'docker',
    'system',
    'dial-stdio',
  ]);
  assert.ok(sshArguments({ host: 'there' }).includes('BatchMode=yes'));
});

test('requests, streams and raw streams go through ssh; connections are kept, and none outlives its client', async () => {
  const daemon = http.createServer((request, response) => {
    if (request.url === '/version') response.end('{"Version":"99","ApiVersion":"1.44"}');
    else if (request.url?.endsWith('/silence') !== true)
      response.end(`${request.method} ${request.url}`);
  });
  const pipe =
    "const s = require('net').connect(process.argv[1]); process.stdin.pipe(s); s.pipe(process.stdout); s.on('close', () => process.exit(0));";
  await withSsh(
    `exec ${process.execPath} -e "${pipe}" $LS_DIRECTORY/docker.sock`,
    async (directory) => {
      await new Promise<void>((resolve) => daemon.listen(join(directory, 'docker.sock'), resolve));
      const client = viaSsh();
      await client.negotiate();
      assert.equal(
        (await client.request({ method: 'GET', path: '/a' })).body.toString(),
        'GET /v1.44/a',
      );
      assert.equal(
        (await client.request({ method: 'POST', path: '/b', body: { x: 'y'.repeat(200_000) } }))
          .status,
        200,
      );
      assert.equal(calls(directory).length, 1, 'three requests on one connection');
      assert.match(calls(directory)[0] ?? '', /-T -l me -- there docker system dial-stdio$/);
      for (const stream of [
        await client.stream({ method: 'GET', path: '/c' }),
        await client.rawStream('/c', {}, new AbortController().signal),
      ]) {
        let text = '';
        for await (const chunk of stream) text += String(chunk);
        assert.equal(text, 'GET /v1.44/c');
      }
      await assert.rejects(
        client.request({ method: 'GET', path: '/silence', timeoutMs: 100 }),
        isUnavailable(/no answer within 0.1 s/),
      );
      client.close();
      const pids = calls(directory).map((line) => Number(line.split(' ')[0]));
      const deadline = Date.now() + 10_000;
      while (pids.some(runs) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual(pids.filter(runs), []);
    },
  );
  daemon.closeAllConnections();
  await new Promise((resolve) => daemon.close(resolve));
});

test('what ssh says is told: a key that is refused, an end without a word, no ssh at all', async () => {
  await withSsh('echo "me@there: Permission denied (publickey)." >&2; exit 255', () =>
    assert.rejects(
      viaSsh().negotiate(),
      isUnavailable(/^Docker at ssh:\/\/me@there: me@there: Permission denied \(publickey\)\.$/),
    ),
  );
  await withSsh('exit 3', () =>
    assert.rejects(
      viaSsh().rawStream('/x', {}, new AbortController().signal),
      isUnavailable(/ssh ended with exit code 3/),
    ),
  );
  await withSsh('exit 0', () => assert.rejects(viaSsh().negotiate(), EngineUnavailable));
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    await assert.rejects(viaSsh().negotiate(), isUnavailable(/OpenSSH's client is needed/));
  } finally {
    process.env['PATH'] = path;
  }
  await assert.rejects(
    dockerHosts({
      jobNetwork: 'host',
      hostAddresses: new HostAddresses(['ssh://there']),
      onProblem: () => undefined,
    }).probe({ url: 'ssh://me@there;id' }),
    (error) => error instanceof BadHostAddress && /expected ssh:\/\/user@host/.test(error.message),
  );
});

test(
  'docker: a host that is reached by ssh tells its facts and runs a container',
  { skip: skipReason ?? false, timeout: 60_000 },
  async () => {
    // The last three words: docker system dial-stdio.
    await withSsh('while [ $# -gt 3 ]; do shift; done; exec "$@"', async () => {
      const hosts = dockerHosts({
        jobNetwork: 'host',
        hostAddresses: new HostAddresses(['ssh://there']),
        onProblem: () => undefined,
      });
      const address = { url: 'ssh://me@there' };
      assert.equal((await hosts.probe(address)).osType, 'linux');
      const engine = hosts.engine(hostId('5'.repeat(32)), address);
      const reports = new ReportRecorder();
      await engine.open(reports.take);
      const containerId = newAttempt();
      try {
        await engine.start(
          plainSpec(containerId, {
            image: testImage(),
            command: ['sh', '-c', 'echo over there; exit 7'],
          }),
        );
        assert.equal((await reports.exited(containerId)).exit.exitCode, 7);
        assert.deepEqual(await textOf(engine.logs(containerId, undefined)), ['over there']);
      } finally {
        await engine.remove(containerId);
        await engine.close();
      }
    });
  },
);
