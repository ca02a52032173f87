// Kubernetes' own programs, built of the Go module beside this file into a folder of the user's
// cache, once for each state of that module. Tests only look here whether they are there, and never
// build: that takes minutes, and is asked for by `npm run kubernetes` (build.ts).

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the module: of go.mod, go.sum and programs.go. */
export const moduleFolder = dirname(fileURLToPath(import.meta.url));

/** Of each program its package, in the order that they are built: the first ones take longest. */
export const packages = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubelet: 'k8s.io/kubernetes/cmd/kubelet',
  'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  helm: 'helm.sh/helm/v3/cmd/helm',
} as const;

type KubernetesProgram = keyof typeof packages;

/** As go.mod has it, with its `v`. */
export const kubernetesVersion: string =
  /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(moduleFolder, 'go.mod'), 'utf8'))?.[1] ?? '';

/** Where they are, or will be once they are built; another module has another folder. */
export const programsFolder: string = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'longshore',
  `kubernetes-${kubernetesVersion}-${fingerprint()}`,
);

function fingerprint(): string {
  const hash = createHash('sha256').update(JSON.stringify(packages));
  for (const file of ['go.mod', 'go.sum', 'programs.go'])
    hash.update(readFileSync(join(moduleFolder, file)));
  return hash.digest('hex').slice(0, 12);
}

export const programPath = (name: KubernetesProgram): string => join(programsFolder, name);

export const areBuilt = (): boolean => existsSync(programsFolder);

/** Where this process puts them together. */
export const makingFolder = `${programsFolder}.making-${process.pid}`;

/** Of all that put these together, also of those that were killed while they did. */
export function foldersInMaking(): { folder: string; isUnderWay: boolean }[] {
  const parent = dirname(programsFolder);
  const prefix = `${basename(programsFolder)}.making-`;
  return (existsSync(parent) ? readdirSync(parent) : [])
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({
      folder: join(parent, name),
      isUnderWay: existsSync(`/proc/${name.slice(prefix.length)}`),
    }));
}

/** Waits where somebody builds them now; says nothing of whether it came to anything. */
export function waitWhileInMaking(): void {
  const wait = new Int32Array(new SharedArrayBuffer(4));
  while (!areBuilt() && foldersInMaking().some(({ isUnderWay }) => isUnderWay))
    Atomics.wait(wait, 0, 0, lookEveryMs);
}

const lookEveryMs = 500;

/** Why they cannot be built here; undefined: Go is there, and new enough. */
export function noGo(): string | undefined {
  const asked = spawnSync('go', ['env', 'GOVERSION'], { cwd: moduleFolder, encoding: 'utf8' });
  if (asked.error !== undefined) return 'no `go` here to build its programs with';
  return asked.status === 0
    ? undefined
    : `its programs cannot be built here: ${asked.stderr.trim()}`;
}

/**
 * The path of a command of the machine, in these folders or those of PATH and of programs for root,
 * which not everybody's PATH has.
 */
export function commandPath(name: string, folders?: readonly string[]): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  return (folders ?? [...path, '/usr/sbin', '/sbin'])
    .map((folder) => join(folder, name))
    .find((command) => existsSync(command));
}
