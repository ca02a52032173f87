// Who can reach an address that the server listens on. Where requests are not authenticated,
// whoever can reach it can start containers that mount what they like: then it is for this machine,
// unless the operator says that something else guards it. It decides by the addresses themselves,
// never by how a name sounds.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { UsageError } from '../cli/failure.ts';

export interface Reach {
  /**
   * What to listen on: the address itself, looked up once, so that it is the one that was judged.
   */
  readonly address: string;
  /** In one sentence, for the person who starts the server. */
  readonly who: string;
}

/**
 * Throws {@link UsageError} where others could reach it and nobody has said that it is protected,
 * or the name is none.
 */
export async function reachOf({
  host,
  hostIsProtected,
  auth,
}: {
  readonly host: string;
  readonly hostIsProtected: boolean;
  readonly auth: boolean;
}): Promise<Reach> {
  const addresses = isIP(host) !== 0 ? [host] : await addressesOf(host);
  const address = addresses[0] as string;
  const isLocal = addresses.every(isLoopback);
  if (auth)
    return {
      address,
      who: `${isLocal ? 'Only programs on this machine can reach it' : sentence(`${whoReaches(address)} can reach it`)}, and every request must be signed.`,
    };
  if (isLocal)
    return {
      address,
      who: 'Only programs on this machine can reach it, of all its users: requests are not authenticated.',
    };
  const who = whoReaches(address);
  if (!hostIsProtected) {
    throw new UsageError(
      `--host ${host}: ${who} could reach it, and whoever can reach this port can become root on this machine, for requests are not authenticated`,
      'Start it with --auth on, so that every request must be signed; or stay on 127.0.0.1 and reach it from elsewhere with: ssh -L 4590:127.0.0.1:4590 server. Where something else lets only trusted people through (a firewall, a VPN), add --host-is-protected',
    );
  }
  return {
    address,
    who: `WARNING: whoever can reach ${address} can become root on this machine, for requests are not authenticated. That is ${who}; --host-is-protected says that something else keeps all others out.`,
  };
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

async function addressesOf(name: string): Promise<string[]> {
  const found = name === '' ? [] : await lookup(name, { all: true }).catch(() => []);
  if (found.length === 0)
    throw new UsageError(`--host: '${name}' is neither an address nor a name that has one`);
  return found.map(({ address }) => address);
}

/** 127.0.0.0/8 and ::1, in any way of writing them. */
export function isLoopback(address: string): boolean {
  if (isIP(address) === 4) return address.startsWith('127.');
  if (isIP(address) !== 6 || address.includes('%')) return false;
  const { hostname } = new URL(`http://[${address}]`);
  return hostname === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:/.test(hostname);
}

function whoReaches(address: string): string {
  if (address === '0.0.0.0' || /^[0:]+$/.test(address))
    return 'every machine that has a way to this one, and every container on it';
  const [network = ''] =
    Object.entries(networkInterfaces()).find(([, all]) =>
      all?.some((one) => one.address === address),
    ) ?? [];
  if (/^(docker|br-|podman|cni|virbr|lxdbr|lxcbr|incusbr)/.test(network))
    return `every container and virtual machine on the network ${network}, and machines that have a way to it`;
  return 'every machine that has a way to this address, and every container on this one';
}
