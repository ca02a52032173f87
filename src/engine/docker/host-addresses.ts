// Which addresses of hosts the server may connect to: the list of --host-addresses, and the one
// form to which an address is brought before it is compared and before anything connects. It opens
// no connection. Whatever is not on the list is refused.

import { lookup as systemLookup } from 'node:dns';
import { realpathSync } from 'node:fs';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { basename, dirname, isAbsolute, join, posix } from 'node:path';
import type { EngineEndpoint } from '../../core/host/host.ts';
import { BadHostAddress } from '../../port/host-connector.ts';
import { dockerEndpoint, type DockerEndpoint } from './docker-endpoint.ts';
import { sshTarget } from './ssh-connection.ts';

/** A pattern of --host-addresses that cannot be understood; `message` says what is expected. */
export class BadAddressPattern extends Error {
  override name = 'BadAddressPattern';
}

/** A name led to an address that the list does not allow. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';
}

type Scheme = 'tcp' | 'ssh';

/** An address in its one form. */
type Canonical =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: Scheme;
      readonly secure: boolean;
      readonly user?: string | undefined;
      readonly host: string;
      readonly port: number | undefined;
    };

type Pattern =
  | { readonly kind: 'unix'; readonly path: string; readonly name?: RegExp | undefined }
  /** `name` for names, `block` for addresses; neither: any host. No `ports`: any. */
  | {
      readonly kind: Scheme;
      readonly user?: string | undefined;
      readonly name?: RegExp | undefined;
      readonly block?: Cidr | undefined;
      readonly ports?: readonly (number | undefined)[] | undefined;
    };

interface Cidr {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

const expected = 'expected unix:///path, tcp://host:port or ssh://user@host';
/**
 * What a port is where none is given, and which may be given without being named in the pattern.
 */
const usualPorts: Readonly<Record<Scheme, readonly (number | undefined)[]>> = {
  tcp: [undefined, 2375, 2376],
  ssh: [undefined, 22],
};

export class HostAddresses {
  readonly #patterns: readonly Pattern[];

  /** Throws {@link BadAddressPattern}. */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map(parsePattern);
  }

  /**
   * How to reach the host. Throws {@link BadHostAddress} where the address is malformed or not on
   * the list. A name that is allowed for the addresses that it has is looked up by each connection
   * anew, which goes to allowed ones only.
   */
  endpoint({ url, certPath }: EngineEndpoint): DockerEndpoint {
    const address = canonical(url);
    if (
      certPath !== undefined &&
      (!isAbsolute(certPath) || !/^[\x20-\x7e]{1,4096}$/.test(certPath))
    )
      throw new BadHostAddress('the directory of certificates must be an absolute path');
    const text = textOf(address);
    if (address.kind === 'unix') return { title: text, socketPath: this.#allowSocket(address) };
    const lookup = this.#allow(address);
    const endpoint = dockerEndpoint({
      DOCKER_HOST: text,
      DOCKER_CERT_PATH: certPath,
      DOCKER_TLS_VERIFY: certPath === undefined ? undefined : '1',
    });
    return lookup === undefined ? endpoint : { ...endpoint, lookup };
  }

  /**
   * Answers the socket's real path: what a link leads to counts, of the address and of the pattern.
   */
  #allowSocket(address: Extract<Canonical, { kind: 'unix' }>): string {
    const real = realPath(address.path);
    for (const pattern of this.#patterns) {
      if (pattern.kind !== 'unix') continue;
      if (
        pattern.name === undefined
          ? realPath(pattern.path) === real
          : realPath(dirname(pattern.path)) === dirname(real) && pattern.name.test(basename(real))
      )
        return real;
    }
    throw refused(address);
  }

  /** Answers how its name is to be looked up, if that decides. */
  #allow(address: Exclude<Canonical, { kind: 'unix' }>): LookupFunction | undefined {
    const open = this.#patterns.flatMap((pattern) =>
      pattern.kind !== 'unix' &&
      pattern.kind === address.kind &&
      servesUserAndPort(pattern, address)
        ? [pattern]
        : [],
    );
    const family = isIP(address.host);
    for (const { name, block } of open) {
      if (name === undefined && block === undefined) return undefined;
      if (
        family === 0 || address.host.includes('%')
          ? name?.test(address.host)
          : block && isWithin(block, address.host)
      )
        return undefined;
    }
    const blocks = open.flatMap(({ block }) => block ?? []);
    // Where a name leads, ssh alone decides: its configuration may say something else than the
    // resolver.
    if (address.kind === 'tcp' && family === 0 && blocks.length > 0) return lookupWithin(blocks);
    throw refused(address);
  }
}

const refused = (address: Canonical): BadHostAddress =>
  new BadHostAddress(
    `this server may not connect to ${textOf(address)}: its owner allows addresses by its flag, as in --host-addresses '${textOf(address)}'`,
  );

function textOf(address: Canonical): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  const { kind, secure, user, host, port } = address;
  return `${secure ? 'https' : kind}://${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
}

// ---- addresses ----

function canonical(given: string): Canonical {
  const [, scheme = '', rest = ''] =
    /^([A-Za-z]{3,5}):\/\/([\x21-\x7e]{1,1024})$/.exec(given) ?? [];
  const wrong = new BadHostAddress(
    given === ''
      ? `the address of a Docker engine must be given: ${expected}`
      : `the address of the Docker engine is malformed: ${expected}`,
  );
  switch (scheme.toLowerCase()) {
    case 'unix': {
      // Nothing is taken that needs quoting or escaping: a path has one reading.
      if (!/^\/[\w./+@:=~-]{1,200}$/.test(rest)) throw wrong;
      return { kind: 'unix', path: posix.normalize(rest).replace(/(?<=.)\/$/, '') };
    }
    case 'tcp':
    case 'http':
    case 'https': {
      const [, name = '', port] =
        /^(\[[0-9A-Fa-f:.]{2,45}\]|[\w.-]{1,254})(?::([1-9]\d{0,4}))?\/?$/.exec(rest) ?? [];
      const host = canonicalHost(name);
      if (host === undefined || Number(port ?? 1) > 65_535) throw wrong;
      return {
        kind: 'tcp',
        secure: scheme.toLowerCase() === 'https',
        host,
        port: port === undefined ? undefined : Number(port),
      };
    }
    case 'ssh': {
      const target = sshTarget(`ssh://${rest}`);
      const host =
        target &&
        (canonicalHost(target.host.includes(':') ? `[${target.host}]` : target.host) ??
          zoned(target.host));
      if (target === undefined || host === undefined)
        throw new BadHostAddress(
          'the address of the Docker engine is malformed: expected ssh://user@host or ssh://user@host:port; a key and whatever else belongs into ~/.ssh/config',
        );
      return { kind: 'ssh', secure: false, user: target.user, host, port: target.port };
    }
    default:
      throw wrong;
  }
}

/** Link-local, with its interface: a name of its own. */
const zoned = (host: string): string | undefined =>
  /^[0-9a-f:.]+%\w+$/i.test(host) ? host.toLowerCase() : undefined;

/**
 * Lower case, one form of each IP address (`2130706433`, `0x7f.1` and `::ffff:127.0.0.1` are
 * 127.0.0.1), no trailing dot.
 */
function canonicalHost(host: string): string | undefined {
  const url = `http://${host}/`;
  if (!URL.canParse(url)) return undefined;
  const name = new URL(url).hostname.replace(/\.$/, '');
  if (name.startsWith('[')) return unmapped(name.slice(1, -1));
  if (isIP(name) !== 0) return name;
  return /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(name)
    ? name
    : undefined;
}

/** IPv4 in IPv6 is IPv4: the system connects to that. */
function unmapped(address: string): string {
  const url = `http://[${address.split('%', 1)[0]}]/`;
  const plain = URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}

/** A socket that is not there yet may come; the folder that it is in may be a link all the same. */
function realPath(path: string): string {
  for (const [known, rest] of [
    [path, ''],
    [dirname(path), basename(path)],
  ] as const) {
    try {
      return join(realpathSync(known), rest);
    } catch {
      // It is not there, or not ours to see.
    }
  }
  return path;
}

// ---- patterns ----

const patternForms =
  'unix:///path, tcp://host:port, ssh://host, with * in names and 10.0.0.0/8 for addresses, as in ssh://*.lab or tcp://10.0.0.0/8:2376';

function parsePattern(text: string): Pattern {
  const wrong = new BadAddressPattern(
    `'${text}' is no pattern of addresses: expected ${patternForms}`,
  );
  const [, path] = /^unix:\/\/(\/[\w./+@:=~*-]{1,200})$/i.exec(text) ?? [];
  if (path !== undefined) {
    const normal = posix.normalize(path);
    if (dirname(normal).includes('*') || basename(normal) === '') throw wrong;
    return {
      kind: 'unix',
      path: normal,
      name: normal.includes('*') ? glob(basename(normal), '[^/]*') : undefined,
    };
  }
  const [, scheme = '', user, host = '', port] =
    /^(tcp|ssh):\/\/(?:(\w[\w.-]{0,63})@)?(\[[0-9a-f:.%\w]+(?:\/\d{1,3})?\](?:\/\d{1,3})?|[\w.*-]{1,254}(?:\/\d{1,2})?)(?::([1-9]\d{0,4}|\*))?\/?$/i.exec(
      text,
    ) ?? [];
  const kind = scheme.toLowerCase();
  if ((kind !== 'tcp' && kind !== 'ssh') || (kind === 'tcp' && user !== undefined)) throw wrong;
  const ports = port === '*' ? undefined : port === undefined ? usualPorts[kind] : [Number(port)];
  if (Number(ports?.[0] ?? 1) > 65_535) throw wrong;
  const common = { kind, user, ports } as const;
  if (host === '*') return common;
  const [bare = '', bits] = host.replaceAll(/[[\]]/g, '').split('/');
  if (bits === undefined && bare.includes('%'))
    return { ...common, name: glob(bare.toLowerCase(), '') };
  if (bits === undefined && bare.includes('*'))
    return { ...common, name: nameGlob(bare.toLowerCase().replace(/\.$/, '')) };
  const one = canonicalHost(bare.includes(':') ? `[${bare}]` : bare);
  const family = isIP(one ?? '');
  const most = family === 6 ? 128 : 32;
  if (one === undefined || Number(bits ?? 0) > most || (family === 0 && bits !== undefined))
    throw wrong;
  if (family === 0) return { ...common, name: glob(one, '') };
  return {
    ...common,
    block: { address: one, bits: Number(bits ?? most), family: family === 6 ? 'ipv6' : 'ipv4' },
  };
}

/** `*` stands for what `star` says. */
const glob = (text: string, star: string): RegExp =>
  new RegExp(
    `^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, (character) => (character === '*' ? star : `\\${character}`))}$`,
  );

/**
 * `*` stands for a part of one label; where it is all of the first label, for one label or more.
 */
const nameGlob = (text: string): RegExp =>
  text.startsWith('*.')
    ? new RegExp(`^(?:[a-z0-9_-]+\\.)+${glob(text.slice(2), '[a-z0-9_-]*').source.slice(1)}`)
    : glob(text, '[a-z0-9_-]*');

const servesUserAndPort = (
  pattern: Exclude<Pattern, { kind: 'unix' }>,
  { user, port }: Exclude<Canonical, { kind: 'unix' }>,
): boolean =>
  (pattern.user === undefined || pattern.user === user) &&
  (pattern.ports === undefined || pattern.ports.includes(port));

function isWithin({ address, bits, family }: Cidr, host: string): boolean {
  if (isIP(host) !== (family === 'ipv6' ? 6 : 4)) return false;
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list.check(host, family);
}

const lookupWithin =
  (blocks: readonly Cidr[]): LookupFunction =>
  (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const allowed = found.filter(({ address }) =>
        blocks.some((block) => isWithin(block, unmapped4or6(address))),
      );
      const [first] = allowed;
      if (first === undefined)
        return callback(
          new ForbiddenAddress(`${hostname} has no address that --host-addresses allows`),
          '',
          0,
        );
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

const unmapped4or6 = (address: string): string =>
  address.includes(':') ? unmapped(address) : address;
