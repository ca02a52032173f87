// The image of the container that holds the namespaces of a task, made here byte by byte: a
// registry need not be reached for it, and nothing is in it but one program that does nothing.
// Pure: who gives it to Docker is docker-tasks.ts.

/** Its tag changes with its content, so that an older one is not taken for it. */
export const pauseImage = { repository: 'longshore/pause', tag: '1' } as const;

/** What an image of a file system says of its start, as `docker import --change` takes it. */
export const pauseChanges = ['ENTRYPOINT ["/pause"]', 'LABEL longshore.pause=1'];

/**
 * Begins `pause`: the first process of its namespaces, so that it gets the children of others that
 * ended before them. It says that it does not want to know of their ends (SIGCHLD is ignored), by
 * which the kernel forgets them at once, and then waits for a signal for ever. Only SIGKILL ends
 * it: the first process of a PID namespace gets no signal that it does not handle.
 */
interface Machine {
  /** `e_machine` of its ELF files. */
  readonly elf: number;
  /** Ends in padding to 8 bytes; what it calls `action` follows it directly. */
  readonly code: readonly number[];
}

/** Little-endian words of four bytes, as instructions of AArch64 are. */
const words = (...all: readonly number[]): number[] =>
  all.flatMap((word) => [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]);

const amd64: Machine = {
  elf: 62,
  code: [
    ...[0x48, 0x8d, 0x35, 0x21, 0, 0, 0], // lea rsi, [rip + 33]   action, 40 bytes from the start
    ...[0xbf, 17, 0, 0, 0], //               mov edi, 17           SIGCHLD
    ...[0x31, 0xd2], //                      xor edx, edx          the old action is not wanted
    ...[0x41, 0xba, 8, 0, 0, 0], //          mov r10d, 8           size of a set of signals
    ...[0xb8, 13, 0, 0, 0], //               mov eax, 13           rt_sigaction
    ...[0x0f, 0x05], //                      syscall
    ...[0xb8, 34, 0, 0, 0], //       again:  mov eax, 34           pause
    ...[0x0f, 0x05], //                      syscall
    ...[0xeb, 0xf7], //                      jmp again
    ...[0, 0, 0, 0],
  ],
};

const arm64: Machine = {
  elf: 183,
  code: words(
    0x10_00_01_c1, //         adr x1, action   56 bytes from here
    0xd2_80_02_20, //         mov x0, #17      SIGCHLD
    0xd2_80_00_02, //         mov x2, #0       the old action is not wanted
    0xd2_80_01_03, //         mov x3, #8       size of a set of signals
    0xd2_80_10_c8, //         mov x8, #134     rt_sigaction
    0xd4_00_00_01, //         svc #0
    0xd2_80_00_00, // again:  mov x0, #0       no descriptors,
    0xd2_80_00_01, //         mov x1, #0       of which there are none,
    0xd2_80_00_02, //         mov x2, #0       without end,
    0xd2_80_00_03, //         mov x3, #0       with all signals as they are:
    0xd2_80_00_04, //         mov x4, #0
    0xd2_80_09_28, //         mov x8, #73      ppoll, for there is no pause here
    0xd4_00_00_01, //         svc #0
    0x17_ff_ff_f9, //         b again
  ),
};

const machines: ReadonlyMap<string, Machine> = new Map([
  ['x86_64', amd64],
  ['amd64', amd64],
  ['aarch64', arm64],
  ['arm64', arm64],
]);

/** `struct sigaction` of either kernel: SIG_IGN, and no flags, no way back, no blocked signals. */
const ignore = [1, ...Array<number>(31).fill(0)];

const headerBytes = 64;
const segmentBytes = 56;
const base = 0x40_00_00;

/** A static ELF file of one segment that is read and executed: headers, code, `action`. */
function program({ elf, code }: Machine): Buffer {
  const start = headerBytes + segmentBytes;
  const file = Buffer.alloc(start + code.length + ignore.length);
  // 64 bits, little-endian, version 1 of ELF, ABI of System V.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(elf, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(base + start), 24); // where it begins
  file.writeBigUInt64LE(BigInt(headerBytes), 32); // where its segments are told
  file.writeUInt16LE(headerBytes, 52);
  file.writeUInt16LE(segmentBytes, 54);
  file.writeUInt16LE(1, 56); // segments
  file.writeUInt16LE(64, 58); // what a section would take; there is none
  const segment = file.subarray(headerBytes);
  segment.writeUInt32LE(1, 0); // to be loaded
  segment.writeUInt32LE(5, 4); // read, execute
  segment.writeBigUInt64LE(BigInt(base), 16);
  segment.writeBigUInt64LE(BigInt(base), 24);
  segment.writeBigUInt64LE(BigInt(file.length), 32);
  segment.writeBigUInt64LE(BigInt(file.length), 40);
  segment.writeBigUInt64LE(0x1_00_00n, 48); // the largest page of either machine
  file.set([...code, ...ignore], start);
  return file;
}

const blockBytes = 512;

/** One file in a tar archive of the form that POSIX calls ustar. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o755, 7), 100);
  header.write(octal(0, 7), 108); // owner
  header.write(octal(0, 7), 116); // group
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136); // changed last
  header.write('        ', 148); // the sum counts as spaces while it is made
  header.write('0', 156); // a plain file
  header.write('ustar\x0000', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  const padding = (blockBytes - (content.length % blockBytes)) % blockBytes;
  return Buffer.concat([header, content, Buffer.alloc(padding + 2 * blockBytes)]);
}

/** The image's file system; undefined where no program is known for the machine. */
export function pauseArchive(architecture: string): Buffer | undefined {
  const machine = machines.get(architecture);
  return machine && tarOf('pause', program(machine));
}
