// Images for clusters of tests, made without any engine or registry, as `docker save` writes them:
// one of this machine's static busybox with links to it, and one that holds a pod together. It
// imports nothing by itself.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Image {
  /** With its tag. */
  readonly name: string;
  readonly command: readonly string[];
}

/** What pods of tests run: every command of busybox. */
export const busyboxImage: Image = { name: 'localhost/longshore-busybox:1', command: ['sh'] };

/** It ends when it is told to, and meanwhile waits for children that others have left behind. */
export const pauseImage: Image = {
  name: 'localhost/longshore-pause:1',
  command: ['sh', '-c', "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done"],
};

const busybox = '/bin/busybox';

/** What is missing for it here, or undefined. */
export function noBusybox(): string | undefined {
  const runs = spawnSync(busybox, ['true']).status === 0;
  const libraries = spawnSync('ldd', [busybox], { encoding: 'utf8' }).stdout ?? '';
  return runs && !libraries.includes('=>')
    ? undefined
    : `no static busybox at ${busybox} (Debian's busybox-static)`;
}

/** Writes the archives into the folder, which must be there; answers their paths. */
export function imageArchives(folder: string): string[] {
  const layer = layerOf(folder, { script: rootFileSystem, variables: {} });
  return [busyboxImage, pauseImage].map(({ name, command }) =>
    archive(folder, { name, config: { Cmd: command, Env: [usualPath] } }, layer),
  );
}

interface ImageParts {
  /** With its tag. */
  readonly name: string;
  /** As an image's configuration has them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Fills the folder that it is run in, the root. */
  readonly script: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Writes an image into the folder; answers the path of the archive. */
export function writeImage(folder: string, { name, config, ...root }: ImageParts): string {
  const layer = layerOf(folder, root);
  const path = archive(folder, { name, config: { ...config, Env: [usualPath] } }, layer);
  rmSync(layer.path);
  return path;
}

interface Layer {
  readonly path: string;
  readonly digest: string;
}

function layerOf(
  folder: string,
  { script, variables }: Pick<ImageParts, 'script' | 'variables'>,
): Layer {
  const making = mkdtempSync(join(folder, 'root-'));
  const path = `${making}.tar`;
  shell(`cd "$MAKING"; chmod 755 .\n${script}\n${toTar}`, {
    ...variables,
    MAKING: making,
    LAYER: path,
  });
  rmSync(making, { recursive: true });
  return { path, digest: createHash('sha256').update(readFileSync(path)).digest('hex') };
}

const toTar = 'tar --numeric-owner --owner=0 --group=0 -cf "$LAYER" .';

function archive(
  folder: string,
  { name, config }: Pick<ImageParts, 'name' | 'config'>,
  layer: Layer,
): string {
  const [path, making] = [join(folder, `${fileNameOf(name)}.tar`), join(folder, fileNameOf(name))];
  mkdirSync(making);
  const whole = {
    architecture: architectureOf(process.arch),
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer.digest}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  writeFileSync(join(making, 'config.json'), JSON.stringify(whole));
  writeFileSync(join(making, 'manifest.json'), JSON.stringify(manifest));
  shell(
    'ln "$LAYER" "$MAKING/layer.tar"; tar -C "$MAKING" -cf "$ARCHIVE" manifest.json config.json layer.tar',
    { LAYER: layer.path, MAKING: making, ARCHIVE: path },
  );
  rmSync(making, { recursive: true });
  return path;
}

const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/bin';

const fileNameOf = (image: string): string => image.replaceAll(/[/:]/g, '-');

/** As images call them. */
const architectureOf = (arch: string): string => (arch === 'x64' ? 'amd64' : arch);

const rootFileSystem = `
  mkdir -p bin dev etc home proc root sys tmp usr/bin var/tmp; chmod 1777 tmp var/tmp
  cp ${busybox} bin/busybox
  for applet in $(${busybox} --list); do [ $applet = busybox ] || ln -s busybox bin/$applet; done
  ln -s ../../bin/busybox usr/bin/env
  printf 'root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/home:/bin/false\\n' >etc/passwd
  printf 'root:x:0:\\nnogroup:x:65534:\\n' >etc/group`;

function shell(script: string, variables: Readonly<Record<string, string>>): void {
  const { status, stderr, error } = spawnSync('sh', ['-ec', script], {
    encoding: 'utf8',
    env: { ...process.env, ...variables },
  });
  if (status !== 0) throw new Error(`the images cannot be made: ${error ?? stderr}`);
}
