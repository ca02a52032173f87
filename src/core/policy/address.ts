// IP addresses of both families, and blocks of them, as conditions write them. Pure arithmetic on
// their bytes. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.

/** Four bytes or sixteen. */
type Address = readonly number[];

interface AddressBlock {
  readonly address: Address;
  readonly bits: number;
}

/** An address alone is a block of one. Undefined where the text is neither. */
export function blockOf(text: string): AddressBlock | undefined {
  const cut = text.indexOf('/');
  const written = cut < 0 ? text : text.slice(0, cut);
  const address = addressOf(written);
  if (address === undefined) return undefined;
  const most = address.length * 8;
  if (cut < 0) return { address, bits: most };
  const size = text.slice(cut + 1);
  if (!/^\d{1,3}$/.test(size)) return undefined;
  const bits = Number(size) - (most === 32 && written.includes(':') ? 96 : 0);
  return bits >= 0 && bits <= most ? { address, bits } : undefined;
}

export function blockContains({ address, bits }: AddressBlock, inner: AddressBlock): boolean {
  if (inner.address.length !== address.length || inner.bits < bits) return false;
  return address.every((byte, at) => {
    const left = bits - at * 8;
    if (left <= 0) return true;
    const shift = left >= 8 ? 0 : 8 - left;
    return byte >> shift === (inner.address[at] ?? 0) >> shift;
  });
}

function addressOf(text: string): Address | undefined {
  if (!text.includes(':')) return fourBytes(text);
  const address = sixteenBytes(text);
  const isMapped =
    address?.slice(0, 10).every((byte) => byte === 0) && address[10] === 255 && address[11] === 255;
  return isMapped ? address?.slice(12) : address;
}

function fourBytes(text: string): Address | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function sixteenBytes(text: string): Address | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::', 3);
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => groupBytes(half, at === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const gap = tail === undefined ? 0 : 16 - head.length - tail.length;
  // The two colons stand for one group at least.
  return tail === undefined || gap < 2
    ? undefined
    : [...head, ...Array<number>(gap).fill(0), ...tail];
}

function groupBytes(text: string, isEnd: boolean): Address | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [at, group] of groups.entries()) {
    if (isEnd && at === groups.length - 1 && group.includes('.')) {
      const four = fourBytes(group);
      if (four === undefined) return undefined;
      bytes.push(...four);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}
