// IPv4 addresses and blocks of them: parsing, writing, order and overlap. Pure arithmetic on 32-bit
// numbers.

export interface Block {
  /** The first address. */
  readonly base: number;
  readonly bits: number;
}

/**
 * Undefined where the text is no block. Address bits beyond the prefix are taken as 0, as AWS takes
 * them.
 */
export function parseBlock(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if (a > 255 || b > 255 || c > 255 || d > 255 || bits > 32) return undefined;
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return { base: address - (address % addressesIn(bits)), bits };
}

/** How many addresses a block of this prefix has. */
export const addressesIn = (bits: number): number => 2 ** (32 - bits);

export const addressText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
export const blockText = ({ base, bits }: Block): string => `${addressText(base)}/${bits}`;

export const contains = (outer: Block, inner: Block): boolean =>
  outer.bits <= inner.bits &&
  inner.base >= outer.base &&
  inner.base < outer.base + addressesIn(outer.bits);
export const overlaps = (a: Block, b: Block): boolean => contains(a, b) || contains(b, a);
