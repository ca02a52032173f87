// As whom images are pulled: by a job's own login, by credential helpers, by the file; and that a
// helper is a program of the right name on PATH, or nothing.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Hidden } from '../../base/hidden.ts';
import { headerByDockerLogin, headerByHelper, headerOf } from './docker-login.ts';

const decoded = (header: string | undefined): unknown =>
  header === undefined ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString());

it('a job’s own login is for its registry', () => {
  const login = { username: new Hidden('me'), password: new Hidden('hush') };
  assert.deepEqual(decoded(headerOf('my.registry:5000', login)), {
    username: 'me',
    password: 'hush',
    serveraddress: 'my.registry:5000',
  });
  assert.deepEqual(decoded(headerOf('docker.io', login)), {
    username: 'me',
    password: 'hush',
    serveraddress: 'https://index.docker.io/v1/',
  });
});

it('is padded, which older daemons insist on', () => {
  for (const password of ['a', 'ab', 'abc', 'abcd']) {
    const login = { username: new Hidden('me'), password: new Hidden(password) };
    assert.equal(headerOf('r.lab', login).length % 4, 0);
  }
});

describe('a credential helper', () => {
  const answer = (Username: string): string => JSON.stringify({ Username, Secret: 'hush' });

  it('is the registry’s own, else that of all', async () => {
    const asked: string[] = [];
    const config = { credHelpers: { 'my.registry': 'mine' }, credsStore: 'desktop' };
    const ask = async (name: string, registry: string): Promise<string> => {
      asked.push(`${name} ${registry}`);
      return answer('me');
    };
    for (const registry of ['my.registry', 'docker.io'])
      assert.ok(await headerByHelper(config, registry, ask));
    assert.deepEqual(asked, ['mine my.registry', 'desktop https://index.docker.io/v1/']);
  });

  it('may answer a token', async () => {
    const config = { credsStore: 'desktop' };
    assert.deepEqual(
      decoded(await headerByHelper(config, 'r.lab', async () => answer('<token>'))),
      {
        identitytoken: 'hush',
        serveraddress: 'r.lab',
      },
    );
  });

  it('that knows nothing, or says what is nothing, is no login', async () => {
    for (const said of [undefined, '', 'credentials not found', '[]', '{"Username":1}', 'null'])
      assert.equal(
        await headerByHelper({ credsStore: 'desktop' }, 'r.lab', async () => said),
        undefined,
      );
  });

  it('whose name is a path or an option is never asked', async () => {
    for (const name of ['../evil', '/bin/sh', '-x', 'a b', 'a\0b', ''])
      assert.equal(
        await headerByHelper({ credsStore: name }, 'r.lab', () => Promise.reject(new Error(name))),
        undefined,
      );
  });

  it('is run by its name, with the registry on its standard input; the file stands behind it', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-login-'));
    const before = { path: process.env['PATH'], config: process.env['DOCKER_CONFIG'] };
    t.after(() => {
      process.env['PATH'] = before.path;
      if (before.config === undefined) delete process.env['DOCKER_CONFIG'];
      else process.env['DOCKER_CONFIG'] = before.config;
      rmSync(directory, { recursive: true, force: true });
    });
    process.env['PATH'] = `${directory}:${before.path ?? ''}`;
    process.env['DOCKER_CONFIG'] = directory;
    const helper = join(directory, 'docker-credential-test');
    writeFileSync(
      helper,
      `#!/bin/sh\nread server\necho "$* $server" >> ${directory}/asked\n[ "$server" = known.lab ] || exit 1\necho '{"ServerURL":"x","Username":"me","Secret":"hush"}'\n`,
    );
    chmodSync(helper, 0o755);
    const auth = Buffer.from('file:pass').toString('base64');
    writeFileSync(
      join(directory, 'config.json'),
      JSON.stringify({ credsStore: 'test', auths: { 'other.lab': { auth } } }),
    );
    assert.deepEqual(decoded(await headerByDockerLogin('known.lab')), {
      username: 'me',
      password: 'hush',
      serveraddress: 'known.lab',
    });
    assert.deepEqual(decoded(await headerByDockerLogin('other.lab')), {
      username: 'file',
      password: 'pass',
      serveraddress: 'other.lab',
    });
    assert.equal(readFileSync(join(directory, 'asked'), 'utf8').split('\n')[0], 'get known.lab');
    rmSync(helper);
    assert.ok(await headerByDockerLogin('other.lab'));
    assert.equal(await headerByDockerLogin('known.lab'), undefined);
  });
});
