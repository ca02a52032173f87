// A request that offers another protocol, on a server that hands every such connection over, as
// Node before 24.9 does: it is answered as any other, with its body and what comes behind it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { serveWithoutUpgrade } from './plain-request.ts';

test('a request whose offer is not taken up is served as if it had made none', async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += String(piece)));
    request.on('end', () => {
      bodies.push(`${request.method} ${request.url} ${String(request.headers['x-name'])} ${body}`);
      response.end('{}');
    });
  });
  server.on('upgrade', (request, socket, rest) =>
    serveWithoutUpgrade(server, request, socket, rest),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const head = (more: string) =>
      `POST /v1/x?y=%20z HTTP/1.1\r\nHost: a\r\nX-Name: ä\r\nContent-Length: 10\r\nConnection: Upgrade, HTTP2-Settings${more}\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
    socket.write(`${head('')}{"a"`, 'latin1');
    socket.write(':"bc"}');
    let answers = '';
    socket.on('data', (piece) => (answers += String(piece)));
    await once(socket, 'data');
    // The same connection once more, all at once.
    socket.write(`${head(', close')}{"a":"de"}`, 'latin1');
    await once(socket, 'close');
    assert.deepEqual(bodies, ['POST /v1/x?y=%20z ä {"a":"bc"}', 'POST /v1/x?y=%20z ä {"a":"de"}']);
    assert.equal(answers.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
