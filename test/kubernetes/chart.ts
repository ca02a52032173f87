// The Helm chart of deploy/helm as Helm renders it, and the plain manifests of deploy/kubernetes,
// which are that, rendered for a release of the usual name. It applies nothing.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { kubernetesVersion, programPath } from './programs.ts';

const deploy = (path: string): string =>
  fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));

export const chartFolder = deploy('helm');
export const manifestsPath = deploy('kubernetes/longshore.yaml');

/** What is looked at here of any object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export interface Release {
  readonly name?: string;
  readonly namespace?: string;
  /** As `--set` has them. */
  readonly set?: readonly string[];
}

/** The text that Helm makes of it. Throws with what Helm says. */
export function rendered({
  name = 'longshore',
  namespace = 'longshore',
  set = [],
}: Release): string {
  const { status, stdout, stderr } = spawnSync(
    programPath('helm'),
    [
      ...['template', name, chartFolder, '--namespace', namespace],
      // As of a cluster; without one Helm takes what it was built for.
      ...['--kube-version', kubernetesVersion],
      ...set.flatMap((one) => ['--set', one]),
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

export const objectsOf = (text: string): readonly Manifest[] =>
  parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object = document.toJS() as Manifest | null;
    return object === null ? [] : [object];
  });

/** What deploy/kubernetes is to hold. */
export const plainManifests = (): string =>
  `# A Longshore server and the rights that it needs, for \`kubectl apply\`: the chart of ../helm as
# Helm renders it. Made by \`npm run manifests\`; change the chart, never this file.
${rendered({ set: ['namespace.create=true'] })}`;

/** The file as it is. */
export const keptManifests = (): string => readFileSync(manifestsPath, 'utf8');
