// What a program in a container tries in order to get at the server, at other jobs and at the
// machine: attempts with the tools of busybox alone, and what each of them met. It knows no answer.

import { gzipSync } from 'node:zlib';

export interface Attempt {
  readonly name: string;
  /** A shell's; `$ROOT` goes before every path of the machine's. */
  readonly script: string;
}

/**
 * A command that makes the attempts one after the other, each in a shell of its own. It is packed:
 * a job definition has room for 24 KiB.
 */
export const commandOf = (attempts: readonly Attempt[], after = ''): string[] => {
  const script = attempts.map(
    (one) => `echo '## ${one.name}'; (\n${one.script}\n) 2>&1 </dev/null; echo; echo "## ended"`,
  );
  const packed = gzipSync([...script, after].join('\n')).toString('base64');
  return ['sh', '-c', `eval "$(echo ${packed} | base64 -d | gunzip)"`];
};

/** What each of them said, by its name. */
export function metBy(lines: readonly string[]): ReadonlyMap<string, string> {
  const met = new Map<string, string>();
  let name = '';
  let output: string[] = [];
  for (const line of lines) {
    if (line === '## ended') met.set(name, output.join('\n').trim());
    else if (line.startsWith('## ')) [name, output] = [line.slice(3), []];
    else output.push(line);
  }
  return met;
}

/**
 * Requests byte by byte, whatever a client would make of them, each on a connection of its own to
 * `host port`. Variables of the shell's are filled in. A pipe that stays open keeps nc from closing
 * its half, upon which a server may give up what it has not answered yet.
 */
export const raw = (name: string, address: string, ...requests: readonly string[]): Attempt => ({
  name,
  script: requests
    .map((request) => {
      const format = request
        .replaceAll('%', '%%')
        .replaceAll('"', '\\"')
        .replaceAll('\n', '\\r\\n');
      return `rm -f /tmp/sent; mkfifo /tmp/sent; exec 3<>/tmp/sent; printf "${format}" >&3; nc -w 5 ${address} <&3`;
    })
    .join('; echo; '),
});

/** `files` of the machine, by their paths; `names`, patterns of files that are only there. */
export const fileAttempts = (files: readonly string[], names: readonly string[]): Attempt[] => {
  // Few bytes of each: there are many ways to the same file, and databases among them.
  const below = (...roots: readonly string[]): string =>
    `for root in ${roots.join(' ')}; do for file in ${files.join(' ')}; do head -c 128 "$root$ROOT$file" | tr -cd ' -~\\n'; done; done`;
  return [
    { name: 'files by their paths', script: below('""') },
    {
      name: 'files through other processes',
      script: below('/proc/[0-9]*/root', '/proc/[0-9]*/cwd'),
    },
    {
      name: 'files through mounts',
      script: below(`$(cut -d' ' -f5 /proc/self/mountinfo | sed 'p; s,$,/..,')`),
    },
    {
      name: 'variables of other processes',
      script: `cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -v '^AWS_CONTAINER'`,
    },
    {
      name: 'files by their names, anywhere',
      script: `find / \\( -path /proc -o -path /sys \\) -prune -o \\( -type s -o ${names
        .map((name) => `-name '${name}'`)
        .join(' -o ')} \\) -print`,
    },
  ];
};

/** The machine itself; each says what it got at. */
export const machineAttempts: readonly Attempt[] = [
  {
    name: 'disks',
    script: `while read -r major minor blocks name; do
  case $major in [0-9]*) mknod /tmp/$name b $major $minor; head -c 512 /tmp/$name | wc -c | sed 's/^/read /';; esac
done </proc/partitions; head -c 16 /proc/kcore | wc -c | sed 's/^/read /'`,
  },
  {
    name: 'namespaces of the machine',
    script: `nsenter -t 1 -m -- true; unshare -m true && echo mounts; mount -t tmpfs none /mnt && echo mounted; mount --bind / /mnt && echo mounted; chroot /proc/1/root ls -a /; : >>/proc/sys/kernel/core_pattern && echo set`,
  },
  {
    name: 'traffic of others',
    script: 'arping -c 1 -w 2 -I lo 127.0.0.1',
  },
];
