// The proxy that the environment names for an address, as Kubernetes' own programs read it:
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in either case. It connects to nothing.

import net from 'node:net';
import { BadKubeconfig } from './cluster-access.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined: none. Throws {@link BadKubeconfig} where what is named is no proxy. */
export function environmentProxy(server: URL, environment: Environment): URL | undefined {
  const scheme = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = said(environment, scheme);
  if (text === '' || isExcepted(server, said(environment, 'NO_PROXY'))) return undefined;
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new BadKubeconfig(`${scheme} must begin with http:// or https://`);
  return url;
}

const said = (environment: Environment, name: string): string =>
  environment[name] || environment[name.toLowerCase()] || '';

function isExcepted(server: URL, exceptions: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || isIn(host, '127.0.0.0/8') || isIn(host, '::1/128')) return true;
  return exceptions
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .some((one) => one !== '' && (one === '*' || isNamed(one, host, port)));
}

/** `name` is it and all below it, `.name` and `*.name` only those. */
function isNamed(exception: string, host: string, port: string): boolean {
  if (exception.includes('/')) return isIn(host, exception);
  if (net.isIP(exception) !== 0) return exception === host;
  const [, name = '', of] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(exception) ?? [];
  if (of !== undefined && of !== port) return false;
  const below = name.replace(/^\*(?=\.)/, '');
  return below.startsWith('.')
    ? host.endsWith(below)
    : host === below || (net.isIP(host) === 0 && host.endsWith(`.${below}`));
}

function isIn(host: string, block: string): boolean {
  const family = net.isIP(host);
  const [address = '', bits] = block.split('/');
  if (family === 0 || net.isIP(address) !== family) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new net.BlockList();
  const prefix = Number(bits);
  if (!(prefix >= 0 && prefix <= (family === 4 ? 32 : 128))) return false;
  list.addSubnet(address, prefix, type);
  return list.check(host, type);
}
