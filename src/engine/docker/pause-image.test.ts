// The program that holds namespaces, as the kernel of this machine takes it; and of the other
// machine's what stands in its headers.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../../test/house/contract/report-recorder.ts';
import { pauseArchive } from './pause-image.ts';

/** The only file in the archive, by what the archive says of it. */
function fileIn(architecture: string): Buffer {
  const archive = pauseArchive(architecture);
  assert.ok(archive !== undefined && archive.length % 512 === 0);
  assert.equal(archive.toString('latin1', 0, 6), 'pause\0');
  const sum = archive
    .subarray(0, 512)
    .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  assert.equal(Number.parseInt(archive.toString('latin1', 148, 154), 8), sum);
  return archive.subarray(512, 512 + Number.parseInt(archive.toString('latin1', 124, 135), 8));
}

const here = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

test(
  'it sleeps, does not want to know of its children, and ends by a signal',
  { skip: !here && 'needs Linux on amd64 or arm64' },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-pause-'));
    const path = join(directory, 'pause');
    try {
      writeFileSync(path, fileIn(process.arch === 'x64' ? 'x86_64' : 'aarch64'), { mode: 0o755 });
      const child = spawn(path, [], { stdio: 'ignore' });
      const status = (): string => readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const ignored = (): bigint => BigInt(`0x${/^SigIgn:\t(\w+)/m.exec(status())?.[1] ?? '0'}`);
      const childEnds = 1n << 16n;
      await until('it sleeps', () => /^State:\tS/m.test(status()) && (ignored() & childEnds) > 0n);
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);

test('there is one for each machine that Docker calls by these names, and none for others', () => {
  const machineOf = (architecture: string): number => fileIn(architecture).readUInt16LE(18);
  assert.deepEqual(['x86_64', 'amd64', 'aarch64', 'arm64'].map(machineOf), [62, 62, 183, 183]);
  for (const architecture of ['x86_64', 'arm64']) {
    const file = fileIn(architecture);
    assert.equal(file.toString('latin1', 1, 4), 'ELF');
    assert.equal(file.readBigUInt64LE(24), 0x40_00_78n, 'it begins behind its headers');
    assert.deepEqual(
      [file.readBigUInt64LE(96), file.readBigUInt64LE(104)],
      [BigInt(file.length), BigInt(file.length)],
    );
    // The action that its first call names stands at its end: SIG_IGN.
    assert.equal(file.readBigUInt64LE(file.length - 32), 1n);
  }
  assert.equal(pauseArchive('riscv64'), undefined);
});
