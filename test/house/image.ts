// The image that tests run: made of this machine's static busybox or of an image `busybox` that is
// there, under a name of this process's own, with no command of its own, and removed when the
// process ends. For tests only; it needs no registry and no network, and depends on nothing that
// another process has made.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const name = `longshore-test-${process.pid}`;
const busybox = '/bin/busybox';
let made = false;
let answer: string | false | undefined;

/** The image's name; it is there when this returns. Throws where it cannot be made. */
export function testImage(): string {
  if (made) return name;
  const why = testImageSkip();
  if (why !== false) throw new Error(why);
  shell(isStatic(busybox) ? fromBusybox : fromImage);
  made = true;
  process.once('exit', () => spawnSync('docker', ['rmi', '-f', name], { stdio: 'ignore' }));
  return name;
}

/** Why it cannot be made here, of an engine that answers; false: it can. */
export function testImageSkip(): string | false {
  answer ??= skip();
  return answer;
}

function skip(): string | false {
  if (!runs('docker', '--version')) return 'needs docker: no `docker` command';
  if (isStatic(busybox) || runs('docker', 'image', 'inspect', 'busybox:latest')) return false;
  return `needs an image to run: neither a static busybox at ${busybox} (Debian's busybox-static) nor an image busybox:latest is there`;
}

const runs = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0;

function shell(script: string): void {
  const { status, stderr } = spawnSync('sh', ['-ec', script], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`the image ${name} cannot be made: ${stderr}`);
}

const fromBusybox = `
  dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
  mkdir -p bin dev etc home proc root sys tmp usr/bin var/tmp; chmod 1777 tmp var/tmp
  cp ${busybox} bin/busybox
  for applet in $(${busybox} --list); do [ $applet = busybox ] || ln -s busybox bin/$applet; done
  ln -s ../../bin/busybox usr/bin/env
  printf 'root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/home:/bin/false\\n' >etc/passwd
  printf 'root:x:0:\\nnogroup:x:65534:\\n' >etc/group
  tar --numeric-owner --owner=0 --group=0 -c . | docker import - ${name}`;

/** Exported and imported: that leaves the image's own command behind. */
const fromImage = `
  id=$(docker create busybox:latest true); trap 'docker rm $id' EXIT
  docker export $id | docker import - ${name}`;

/**
 * Whether it is a program that asks for no loader (PT_INTERP of a 64-bit ELF file): it runs in an
 * image without libraries.
 */
function isStatic(path: string): boolean {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch {
    return false;
  }
  if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2) return false;
  const [first, size, count] = [
    Number(file.readBigUInt64LE(32)),
    file.readUInt16LE(54),
    file.readUInt16LE(56),
  ];
  const interpreter = 3;
  return Array.from({ length: count }, (_, index) => file.readUInt32LE(first + index * size)).every(
    (type) => type !== interpreter,
  );
}
