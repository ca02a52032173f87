// The package as its users get it: built and packed by npm, installed from the tarball into an
// empty folder, and tried by the demo there. Nothing of the checkout may be within its reach but
// the versions that its lock names: what installed the checkout has those at hand, so that no
// registry need be reached.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pathsUnder } from '../tool/tree.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** As in a shell of its own: the commands of the checkout are not on the path. */
const env = {
  ...process.env,
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(root))
    .join(delimiter),
};

function run(folder: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 5 * 60_000,
  });
  assert.equal(
    status,
    0,
    `${command} ${args.join(' ')}: ${error?.message ?? ''}${stderr}${stdout}`,
  );
  return stdout;
}

interface Tarball {
  readonly filename: string;
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

/** A project that depends on the tarball alone, and its lock. */
function writeProject(folder: string, { filename, integrity }: Tarball): void {
  const { lockfileVersion, packages } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  ) as { lockfileVersion: number; packages: Record<string, { readonly dev?: boolean }> };
  const { '': checkout, ...installed } = packages;
  const project = { name: 'project', dependencies: { longshore: `file:${filename}` } };
  const lock = {
    ...project,
    lockfileVersion,
    packages: {
      '': project,
      'node_modules/longshore': {
        ...checkout,
        devDependencies: undefined,
        resolved: `file:${filename}`,
        integrity,
      },
      ...Object.fromEntries(Object.entries(installed).filter(([, { dev }]) => dev !== true)),
    },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-package-'));
  let tarball: Tarball;

  before(() => {
    const packed = ['pack', '--json', '--foreground-scripts=false', '--pack-destination', folder];
    [tarball] = JSON.parse(run(root, 'npm', ...packed)) as [Tarball];
  });

  after(() => rmSync(folder, { recursive: true }));

  test('holds the program and its documents, and nothing that is only for us', () => {
    const product = pathsUnder(root)
      .files.filter((path) => /^src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'))
      .map((path) => path.replace(/^src\/(.*)\.ts$/, 'dist/$1.js'));
    const expected = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/longshore.js',
      'bin/node-24.js',
      'package.json',
      ...product.flatMap((path) => [path, `${path}.map`]),
      ...pathsUnder(root).files.filter((path) => /^(?:deploy|doc)\//.test(path)),
    ];
    assert.deepEqual(tarball.files.map(({ path }) => path).toSorted(), expected.toSorted());
  });

  test('runs the demo where it is installed', () => {
    writeProject(folder, tarball);
    run(folder, 'npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund');
    const told = run(folder, 'npx', '--no', 'longshore', 'demo');
    assert.equal(told.match(/^My favorite color of the rainbow is /gm)?.length, 7, told);
    assert.match(told, /^7 of 7 children SUCCEEDED/m);
  });
});
