// Where requests for users may go: the list of --deliver-to, else anywhere but where a machine's
// cloud or link keeps what is nobody else's business. It judges addresses, after names were looked
// up and for the very connection that is made: a name that leads elsewhere the second time gains
// nothing. It connects to nothing itself.

import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A part of --deliver-to that cannot be understood. */
export class BadDeliveryPattern extends Error {
  override name = 'BadDeliveryPattern';
}

/** A name has no address that may be connected to. */
export class ForbiddenDelivery extends Error {
  override name = 'ForbiddenDelivery';
}

/**
 * Link-local, where clouds tell a machine who it is and hand out its credentials, and the other
 * addresses at which they do: of AWS, Google, Alibaba, Azure and Oracle.
 */
const closedByDefault = [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
];

type Found = (error: Error | null, addresses: readonly LookupAddress[]) => void;

export class DeliveryReach {
  readonly #closed = new BlockList();
  readonly #open = new BlockList();
  readonly #names: RegExp[] = [];
  readonly #isList: boolean;
  readonly #lookup: typeof systemLookup;
  /** Who waits for what is being looked up, by name and kind of address. */
  readonly #underWay = new Map<string, Set<Found>>();

  /**
   * Each a name, a name with `*` before its dot, an address or a block of them; `none` alone:
   * nowhere. Empty: anywhere that is not closed by default. Throws {@link BadDeliveryPattern}.
   */
  constructor(patterns: readonly string[], lookup: typeof systemLookup = systemLookup) {
    this.#lookup = lookup;
    for (const block of closedByDefault) addBlock(this.#closed, block);
    this.#isList = patterns.length > 0;
    if (patterns.length === 1 && patterns[0] === 'none') return;
    for (const pattern of patterns) {
      const name = nameForm.exec(pattern.toLowerCase().replace(/\.$/, ''));
      if (addBlock(this.#open, pattern)) continue;
      if (name === null || /^[\d.]+$/.test(pattern))
        throw new BadDeliveryPattern(
          `'${pattern}' is neither a name such as hooks.example.com or *.example.com nor an address or block such as 10.0.0.0/8`,
        );
      const [, any, rest = ''] = name;
      this.#names.push(
        new RegExp(
          `^${any === undefined ? '' : '[^.]+(?:\\.[^.]+)*\\.'}${rest.replaceAll('.', '\\.')}$`,
        ),
      );
    }
  }

  /** Of an address that stands in a URL as it is. */
  allowsAddress(address: string): boolean {
    if (isIn(this.#open, address)) return true;
    return !this.#isList && !isIn(this.#closed, address);
  }

  /** How a name is looked up for a connection: what it answers may be connected to. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#addresses(hostname, options, (error, found) => {
      if (error) return callback(error, '', 0);
      const isNamed = this.#names.some((name) =>
        name.test(hostname.toLowerCase().replace(/\.$/, '')),
      );
      const allowed = found.filter(
        ({ address }) => this.allowsAddress(address) || (isNamed && !isIn(this.#closed, address)),
      );
      const [first] = allowed;
      if (first === undefined)
        return callback(
          new ForbiddenDelivery(`${hostname} has no address that --deliver-to allows`),
          '',
          0,
        );
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

  /**
   * One lookup of a name at a time: the system has few threads for them, and a name whose servers
   * do not answer must not take them all.
   */
  #addresses(hostname: string, options: LookupOptions, found: Found): void {
    const name = `${hostname} ${options.family ?? 0} ${options.hints ?? 0}`;
    const waiting = this.#underWay.get(name);
    if (waiting !== undefined) {
      waiting.add(found);
      return;
    }
    const all = new Set([found]);
    this.#underWay.set(name, all);
    this.#lookup(hostname, { ...options, all: true }, (error, addresses) => {
      this.#underWay.delete(name);
      for (const one of all) one(error, addresses);
    });
  }
}

const nameForm =
  /^(\*\.)?([a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*)$/;

/** Whether the text is an address or a block. */
function addBlock(list: BlockList, text: string): boolean {
  const [, address = '', bits] =
    /^\[?([\d.]+|[\da-f:.]*:[\da-f:.]*)\]?(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  if (family === 0 || Number(bits ?? most) > most) return false;
  list.addSubnet(address, Number(bits ?? most), family === 6 ? 'ipv6' : 'ipv4');
  return true;
}

function isIn(list: BlockList, address: string): boolean {
  const bare = address.split('%', 1)[0] ?? '';
  if (isIP(bare) === 4) return list.check(bare, 'ipv4');
  const inner = ipv4Within(bare);
  return list.check(bare, 'ipv6') || (inner !== undefined && list.check(inner, 'ipv4'));
}

/** The IPv4 address to which a packet for this one may go on: mapped, translated or tunnelled. */
function ipv4Within(address: string): string | undefined {
  const groups = groupsOf(address);
  const [first = 0, second = 0, third = 0] = groups;
  const [seventh = 0, eighth = 0] = groups.slice(6);
  const starts = (...start: number[]): boolean => start.every((one, at) => groups[at] === one);
  if (
    starts(0, 0, 0, 0, 0, 0xffff) ||
    starts(0, 0, 0, 0, 0, 0) ||
    starts(0, 0, 0, 0, 0xffff, 0) ||
    starts(0x64, 0xff9b, 0, 0, 0, 0) ||
    starts(0x64, 0xff9b, 1)
  )
    return dotted(seventh, eighth);
  return first === 0x2002 ? dotted(second, third) : undefined;
}

const dotted = (high: number, low: number): string =>
  `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;

/** Eight, of whatever way of writing. */
function groupsOf(address: string): readonly number[] {
  const { hostname } = new URL(`http://[${address}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const numbers = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
