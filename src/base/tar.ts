// The headers of a tar archive (POSIX ustar) for plain files: what a backup travels in, so that
// other programs read it as well. It moves no bytes of files and knows nothing of what they are.

export const tarBlock = 512;

/** How many zeros fill a file's last block. */
export const tarPadding = (size: number): number => (tarBlock - (size % tarBlock)) % tarBlock;

/** Two empty blocks: without them the archive was cut off. */
export const tarEnd = new Uint8Array(2 * tarBlock);

/**
 * A name of up to 255 bytes of ASCII that can be parted at a `/`; throws where it is none. `mode`:
 * seven octal digits.
 */
export function encodeTarHeader(name: string, size: number, mode = '0000600'): Uint8Array {
  const header = new Uint8Array(tarBlock);
  const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
  const cut = name.length <= 100 ? -1 : name.indexOf('/', name.length - 101);
  if (name.length - cut - 1 > 100 || cut > 155 || !/^[\x20-\x7e]+$/.test(name))
    throw new Error(`a name that no archive takes: ${name}`);
  put(name.slice(cut + 1), 0);
  put(`${mode}\0`, 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  if (size < 8 ** 11) put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else {
    // GNU's way for more than 8 GiB.
    header[124] = 0x80;
    for (let at = 135, rest = size; rest > 0; at--, rest = Math.floor(rest / 256))
      header[at] = rest % 256;
  }
  put('00000000000\0', 136);
  put('0', 156);
  put('ustar\u000000', 257);
  if (cut > 0) put(name.slice(0, cut), 345);
  put(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** `end` for an empty block; undefined where it is no header of a plain file. */
export function decodeTarHeader(
  header: Uint8Array,
): { readonly name: string; readonly size: number } | 'end' | undefined {
  if (header.every((byte) => byte === 0)) return 'end';
  const text = (at: number, bytes: number): string =>
    new TextDecoder().decode(header.subarray(at, at + bytes)).replace(/\0[^]*$/, '');
  if (
    text(257, 5) !== 'ustar' ||
    text(156, 1) !== '0' ||
    Number.parseInt(text(148, 8), 8) !== sumOf(header)
  )
    return undefined;
  const prefix = text(345, 155);
  const size =
    header[124] === 0x80
      ? header.subarray(125, 136).reduce((sum, byte) => sum * 256 + byte, 0)
      : Number.parseInt(text(124, 12), 8);
  if (!Number.isSafeInteger(size) || size < 0) return undefined;
  return { name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, size };
}

/** The sum of all bytes, with those of the sum itself as spaces. */
const sumOf = (header: Uint8Array): number =>
  header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
