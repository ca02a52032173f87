// The names by which this server may be called: what stands in a request's Host. A page can point a
// name of its own at this machine (DNS rebinding), and the browser then takes the server for the
// page's; so a name that nobody here gave is no name of ours. Decides by the text alone and looks
// nothing up.

import { isIPv4, isIPv6 } from 'node:net';

/** A Host, an Origin's or a target's authority, taken apart. */
export interface Authority {
  /** In lower case, without the brackets of an IPv6 address and without a final dot. */
  readonly name: string;
  /** 80 where none is given. */
  readonly port: number;
}

const form =
  /^(?:\[([0-9a-f:.]{2,45}(?:%[\w.~-]{1,32})?)\]|([a-z0-9_](?:[a-z0-9_.-]{0,252})))(?::(\d{0,5}))?$/i;
/** Far more names than honest clients use; beyond them each request is looked at anew. */
const mostRemembered = 64;

/** Undefined where the text is no `host` or `host:port`. */
export function authorityOf(text: string): Authority | undefined {
  const [, ipv6, name = '', port = ''] = form.exec(text) ?? [];
  if (ipv6 !== undefined)
    return isIPv6(ipv6) ? { name: ipv6.toLowerCase(), port: portOf(port) } : undefined;
  return name === ''
    ? undefined
    : { name: name.toLowerCase().replace(/\.$/, ''), port: portOf(port) };
}

const portOf = (text: string): number => (text === '' ? 80 : Number(text));

/**
 * Whether a text may stand in `--allowed-hosts`: a name or an address, or a dot and the name whose
 * subdomains are meant.
 */
export const isHostName = (text: string): boolean =>
  /^\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(text) &&
  text.length <= 253;

export class HostNames {
  readonly #exact: ReadonlySet<string>;
  readonly #domains: readonly string[];
  readonly #remembered = new Map<string, Authority>();

  /**
   * `names` beside addresses and localhost; one that begins with a dot allows the name after it and
   * all below.
   */
  constructor(names: readonly string[] = []) {
    const lower = names.map((name) => name.toLowerCase().replace(/\.$/, ''));
    this.#exact = new Set(['localhost', ...lower.map((name) => name.replace(/^\./, ''))]);
    this.#domains = ['.localhost', ...lower.filter((name) => name.startsWith('.'))];
  }

  /** The Host taken apart where it is one of ours; `malformed` and `foreign` where it is not. */
  ownOf(host: string): Authority | 'malformed' | 'foreign' {
    const known = this.#remembered.get(host);
    if (known !== undefined) return known;
    const authority = authorityOf(host);
    if (authority === undefined) return 'malformed';
    if (!this.#isOwn(authority.name)) return 'foreign';
    if (this.#remembered.size < mostRemembered) this.#remembered.set(host, authority);
    return authority;
  }

  #isOwn(name: string): boolean {
    // An address needs no resolver, so nobody can make it mean another machine.
    return (
      isIPv4(name) ||
      isIPv6(name) ||
      this.#exact.has(name) ||
      this.#domains.some((domain) => name.length > domain.length && name.endsWith(domain))
    );
  }
}
