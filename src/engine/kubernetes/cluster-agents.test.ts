// Who is believed and who we are on a connection, with and without a proxy between. Certificates
// are made by OpenSSL, where it is there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { VirtualClock } from '../../../test/house/virtual-clock.ts';
import { Hidden } from '../../base/hidden.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { BadKubeconfig, standing, type ClusterAccess } from './cluster-access.ts';
import { ClusterConnection } from './cluster-connection.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const skip = hasOpenssl ? false : 'needs openssl';

interface Pair {
  readonly chain: string;
  readonly key: string;
}

let directory = '';
let authority: Pair;
let own: Pair;
let server: https.Server;
let proxy: http.Server;
const tunnels: { readonly target: string; readonly authorization: string | undefined }[] = [];
const seen: { readonly name: string | undefined; readonly isReused: boolean }[] = [];
const port = (of: net.Server): number => (of.address() as AddressInfo).port;

function made(name: string, more: readonly string[]): Pair {
  const [chain, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
  const { status, stderr } = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', '2', '-subj', `/CN=${name}`, '-out', chain, '-keyout', key, ...more],
  ]);
  assert.equal(status, 0, stderr.toString());
  return { chain: readFileSync(chain, 'utf8'), key: readFileSync(key, 'utf8') };
}

before(async () => {
  if (!hasOpenssl) return;
  directory = mkdtempSync(join(tmpdir(), 'longshore-agents-'));
  authority = made('cluster', ['-addext', 'subjectAltName=DNS:cluster.test,IP:127.0.0.1']);
  own = made('ann', []);
  const used = new WeakSet<object>();
  server = https.createServer(
    {
      cert: authority.chain,
      key: authority.key,
      ca: own.chain,
      requestCert: true,
      rejectUnauthorized: false,
    },
    ({ socket }, response) => {
      const { subject } = (socket as TLSSocket).getPeerCertificate();
      seen.push({ name: subject?.CN as string | undefined, isReused: used.has(socket) });
      used.add(socket);
      response.end('{}');
    },
  );
  proxy = http.createServer();
  proxy.on('connect', ({ url, headers }, socket) => {
    tunnels.push({ target: url ?? '', authorization: headers['proxy-authorization'] });
    if (headers['proxy-authorization'] === undefined)
      return void socket.end('HTTP/1.1 407 Who are you\r\n\r\n');
    const through = net.connect(port(server), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(through).pipe(socket);
    });
    for (const end of [socket, through]) end.on('error', () => void through.destroy());
  });
  for (const one of [server, proxy])
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
});

after(async () => {
  if (!hasOpenssl) return;
  for (const one of [server, proxy]) {
    one.closeAllConnections();
    await new Promise((resolve) => one.close(resolve));
  }
  rmSync(directory, { recursive: true, force: true });
});

/** What a request there comes to. */
async function asked(access: Partial<ClusterAccess>, times = 1): Promise<unknown> {
  const connection = new ClusterConnection({
    access: {
      title: 'test',
      server: new URL(`https://127.0.0.1:${port(server)}`),
      namespace: 'default',
      trust: { authorities: authority.chain },
      impersonation: {},
      credentials: standing({}),
      ...access,
    },
    clock: new VirtualClock(0),
  });
  try {
    for (let time = 0; time < times; time++)
      await connection.request({ method: 'GET', path: '/', patienceMs: 0 });
    return 'answered';
  } catch (error) {
    assert.ok(error instanceof EngineUnavailable || error instanceof BadKubeconfig, String(error));
    return error.message;
  } finally {
    connection.close();
  }
}

const certificate = () => ({ chain: own.chain, key: new Hidden(own.key) });

test('a cluster is believed by its authority and name, or whoever it is', { skip }, async () => {
  assert.equal(await asked({}), 'answered');
  assert.match(String(await asked({ trust: {} })), /self-signed certificate/);
  assert.match(String(await asked({ trust: { authorities: own.chain } })), /self-signed/);
  const named = { authorities: authority.chain, serverName: 'cluster.test' };
  assert.equal(await asked({ trust: named }), 'answered');
  const other = { ...named, serverName: 'other.test' };
  assert.match(String(await asked({ trust: other })), /does not match/);
  assert.equal(await asked({ trust: { anybody: true } }), 'answered');
  const broken = { chain: 'x', key: new Hidden('y') };
  assert.match(
    String(await asked({ credentials: standing({ certificate: broken }) })),
    /certificates cannot be used/,
  );
});

test('a client certificate goes with the connection; another makes another', { skip }, async () => {
  seen.length = 0;
  const always = standing({ certificate: certificate() });
  assert.equal(await asked({ credentials: always }, 2), 'answered');
  assert.deepEqual(seen, [
    { name: 'ann', isReused: false },
    { name: 'ann', isReused: true },
  ]);
  seen.length = 0;
  let times = 0;
  const changing = {
    current: () => Promise.resolve(times++ === 0 ? { certificate: certificate() } : {}),
    refused: () => false,
  };
  assert.equal(await asked({ credentials: changing }, 2), 'answered');
  assert.deepEqual(seen, [
    { name: 'ann', isReused: false },
    { name: undefined, isReused: false },
  ]);
});

test('a proxy is tunnelled through, and the cluster is believed as ever', { skip }, async () => {
  const through = (user: string): { proxy: URL } => ({
    proxy: new URL(`http://${user}127.0.0.1:${port(proxy)}`),
  });
  tunnels.length = 0;
  assert.equal(await asked(through('me:p%40ss@'), 2), 'answered');
  assert.deepEqual(tunnels, [
    {
      target: `127.0.0.1:${port(server)}`,
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    },
  ]);
  assert.match(String(await asked(through(''))), /the proxy 127.0.0.1: status 407/);
  assert.match(String(await asked({ ...through('me:x@'), trust: {} })), /self-signed/);
  const nowhere = { proxy: new URL('http://127.0.0.1:1') };
  assert.match(String(await asked(nowhere)), /the proxy 127.0.0.1: connect ECONNREFUSED/);
});
