// An image of the server as this checkout has it, for clusters of tests: the same program as in
// deploy/image/Dockerfile, put together without an engine or a registry. It imports nothing.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeImage } from './images.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const serverImage = { repository: 'localhost/longshore-server', tag: 'one' };

/** Writes it into the folder; answers the path of the archive. */
export function serverImageArchive(folder: string): string {
  return writeImage(folder, {
    name: `${serverImage.repository}:${serverImage.tag}`,
    config: {
      Entrypoint: ['longshore'],
      User: '1000:1000',
    },
    script: rootFileSystem,
    variables: {
      ROOT: root,
      NODE: process.execPath,
      LIBRARIES: librariesOf(process.execPath).join(' '),
      PACKAGES: packages().join('\n'),
    },
  });
}

/** What the published package depends on. */
function packages(): string[] {
  const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as {
    packages: Readonly<Record<string, { readonly dev?: true; readonly optional?: true }>>;
  };
  return Object.entries(lock.packages).flatMap(([path, { dev, optional }]) =>
    path === '' || dev || optional ? [] : [path],
  );
}

/** With the loader. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path as string);
}

const rootFileSystem = `
  mkdir -p bin usr/bin usr/local/bin usr/local/lib/longshore etc tmp var/lib proc sys dev; chmod 1777 tmp
  cp /bin/busybox bin/busybox; ln -s busybox bin/sh; ln -s busybox bin/cat; ln -s ../../bin/busybox usr/bin/env
  for library in $LIBRARIES; do mkdir -p ".$(dirname $library)"; cp -L "$library" ".$library"; done
  cp "$NODE" usr/local/bin/node; chmod 755 usr/local/bin/node
  echo "$PACKAGES" | tar -C "$ROOT" -T - -cf - | tar -C usr/local/lib/longshore -xf -
  cp -r "$ROOT/bin" "$ROOT/src" "$ROOT/package.json" usr/local/lib/longshore/
  ln -s ../lib/longshore/bin/longshore.js usr/local/bin/longshore
  printf 'root:x:0:0:root:/root:/bin/sh\\nnode:x:1000:1000:node:/tmp:/bin/sh\\n' >etc/passwd`;
