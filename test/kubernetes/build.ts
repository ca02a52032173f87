// `npm run kubernetes`: builds Kubernetes' own programs for the tests, where they are not yet
// built. It takes about ten minutes of one processor's time, and two gigabytes of memory. All is
// put together in a folder beside and moved into place whole, so that two of these at once do no
// harm. With `--can` it builds nothing, and fails where it could not: a machine without Go, or
// where Kubernetes' module cannot be fetched, is told so.

import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  areBuilt,
  foldersInMaking,
  kubernetesVersion,
  makingFolder,
  moduleFolder,
  noGo,
  packages,
  programsFolder,
} from './programs.ts';

function build(): void {
  for (const { folder, isUnderWay } of foldersInMaking())
    if (!isUnderWay) rmSync(folder, { recursive: true });
  mkdirSync(makingFolder, { recursive: true });
  try {
    for (const [name, path] of Object.entries(packages)) {
      const startedAtMs = performance.now();
      const { status, error } = spawnSync(
        'go',
        ['build', '-trimpath', '-ldflags', linked, '-o', join(makingFolder, name), path],
        { cwd: moduleFolder, stdio: ['ignore', 'inherit', 'inherit'], env: environment() },
      );
      if (status !== 0)
        throw new Error(`${name} was not built`, { cause: error ?? `go ended with ${status}` });
      console.log(`${name} built in ${Math.round((performance.now() - startedAtMs) / 1_000)} s`);
    }
    if (!areBuilt()) renameSync(makingFolder, programsFolder);
  } finally {
    rmSync(makingFolder, { recursive: true, force: true });
  }
}

/** Without it the programs call themselves v0.0.0, and refuse each other by their versions. */
const linked = (() => {
  const [gitMajor, gitMinor] = kubernetesVersion.slice(1).split('.');
  const settings = Object.entries({ gitVersion: kubernetesVersion, gitMajor, gitMinor }).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-s', '-w', ...settings].join(' ');
})();

/** Static programs, of what go.sum names and nothing else; the caller may add flags, as `-p=1`. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  CGO_ENABLED: '0',
  GOWORK: 'off',
  GOFLAGS: `-mod=readonly -buildvcs=false ${process.env['GOFLAGS'] ?? ''}`.trim(),
  GOMEMLIMIT: process.env['GOMEMLIMIT'] ?? '4GiB',
});

/** Why its module is not to be had, which is fetched by this. */
function unfetched(): string | undefined {
  const { status, stderr } = spawnSync('go', ['mod', 'download', 'k8s.io/kubernetes'], {
    cwd: moduleFolder,
    encoding: 'utf8',
    env: environment(),
  });
  return status === 0 ? undefined : `its module cannot be fetched: ${stderr.trim()}`;
}

const onlyAsked = process.argv.includes('--can');
const why = areBuilt() ? undefined : (noGo() ?? (onlyAsked ? unfetched() : undefined));
if (areBuilt()) console.log(`Kubernetes ${kubernetesVersion} is built: ${programsFolder}`);
else if (why !== undefined) {
  console.log(`Kubernetes is not tried: ${why}`);
  process.exitCode = onlyAsked ? 1 : 0;
} else if (!onlyAsked) build();
