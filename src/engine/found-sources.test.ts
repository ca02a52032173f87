// A volume's directory inside the one that stands for its file system: what is there, what is not,
// and links that lead out.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FileSystems } from './file-systems.ts';
import { foundSources } from './found-sources.ts';

let folder = '';
let base = '';

before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'longshore-efs-')));
  base = join(folder, 'shared');
  for (const path of ['shared/data/deep', 'shared-too'])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(base, 'file'), '');
  symlinkSync('data/deep', join(base, 'inside'));
  symlinkSync('../shared-too', join(base, 'sibling'));
  symlinkSync('/etc', join(base, 'etc'));
  symlinkSync('../../..', join(base, 'data', 'up'));
  symlinkSync('loop', join(base, 'loop'));
  symlinkSync(base, join(folder, 'linked'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** The directory, or why there is none. */
async function directoryOf(
  rootDirectory: string | undefined,
  { isHere = true, directory = base } = {},
): Promise<string> {
  const places: FileSystems = { efs: new Map([['fs-1', { directory }]]), s3Files: new Map() };
  const volumes = [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'fs-1', rootDirectory } }];
  const found = await foundSources({ volumes, region: 'us-east-1' }, places, isHere);
  if ('cannotStart' in found) return found.cannotStart;
  const source = found.get('v');
  assert.ok(source !== undefined && 'directory' in source);
  return source.directory;
}

test('what is inside is found, through links as well', async () => {
  assert.equal(await directoryOf('/data'), join(base, 'data'));
  assert.equal(await directoryOf('/inside'), join(base, 'data/deep'));
  assert.equal(
    await directoryOf('/data', { directory: join(folder, 'linked') }),
    join(base, 'data'),
  );
});

test('what leads out, or is not there, is told, and nothing is made', async () => {
  const cases: [string, RegExp][] = [
    ['/etc', /EFS file system fs-1: its directory \/etc is a link that leads out of it$/],
    ['/sibling', /leads out of it$/],
    ['/data/up', /leads out of it$/],
    ['/etc/ssl', /leads out of it$|has no directory/],
    ['/gone', /EFS file system fs-1: it has no directory \/gone$/],
    ['/file', /\/file is no directory of it$/],
    ['/file/x', /it has no directory \/file\/x$/],
    ['/loop', /cannot be found$/],
    [`/${'x'.repeat(300)}`, /cannot be found$/],
  ];
  for (const [rootDirectory, expected] of cases) {
    const told = await directoryOf(rootDirectory);
    assert.match(told, /^ResourceInitializationError: unable to set up volume v: /);
    assert.match(told, expected);
  }
});

test('all of it is left to the engine; of another machine only that can be had', async () => {
  assert.equal(await directoryOf(undefined, { directory: '/no/such' }), '/no/such');
  assert.equal(await directoryOf('/', { isHere: false }), base);
  assert.match(
    await directoryOf('/data', { isHere: false }),
    /cannot be looked at from here.*access point/,
  );
});
