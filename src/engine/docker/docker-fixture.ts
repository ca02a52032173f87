// What the Docker tests share: whether there is an engine, a busybox image where none is, a second client to look at Docker with.
// For tests only. Containers carry an instance of this process alone, so that tests that run beside others stay apart.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DockerEngine, dockerAnswers } from './docker-engine.ts';

const run = promisify(execFile);

const answer = await dockerAnswers();
const required = (process.env['LONGSHORE_REQUIRE'] ?? '').split(',').includes('docker');
if (!answer.answers && required) throw new Error(`LONGSHORE_REQUIRE names docker, but no Docker engine answers: ${answer.why}`);

/** Why tests that need Docker are skipped; undefined: they are not. */
export const skipReason: string | undefined = answer.answers ? undefined : `no Docker engine answers: ${answer.why}`;

export const instance = `test-${process.pid}-${Date.now().toString(36)}`;

export const newEngine = (options: Partial<ConstructorParameters<typeof DockerEngine>[0]> = {}): DockerEngine => new DockerEngine({ instance, ...options });

/** The docker command's output, trimmed. */
export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args, { maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
}

/** Makes the image `busybox` from the machine's own static busybox where it is missing: no registry is needed. */
export async function withBusybox(): Promise<void> {
  if ((await docker('images', '-q', 'busybox:latest')) !== '') return;
  const script = [
    'set -e; dir=$(mktemp -d); trap \'rm -rf "$dir"\' EXIT; mkdir "$dir/bin" "$dir/etc" "$dir/tmp"; cp /bin/busybox "$dir/bin/"',
    'for name in $(/bin/busybox --list); do [ $name = busybox ] || ln -s busybox "$dir/bin/$name"; done',
    'echo root:x:0:0:root:/:/bin/sh > "$dir/etc/passwd"; echo root:x:0: > "$dir/etc/group"',
    'tar -C "$dir" -c . | docker import - busybox:latest',
  ].join('\n');
  await run('sh', ['-c', script]);
}
