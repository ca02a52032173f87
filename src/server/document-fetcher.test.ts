// Documents of others: what is read of them, and what is not waited for or followed.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { NoDocument } from '../port/document-fetcher.ts';
import { webDocuments } from './document-fetcher.ts';

describe('a document on the web', () => {
  let server: Server;
  const asked: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/keys') response.end('{"keys":[]}');
      else if (request.url === '/moved') response.writeHead(302, { location: '/keys' }).end();
      else if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setImmediate(() => response.destroy());
      } else if (request.url === '/endless') {
        const more = (): void => void response.write('x'.repeat(65_536), () => setImmediate(more));
        more();
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const fetched = (path: string): Promise<string> =>
    webDocuments.fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

  it('is read', async () => {
    assert.equal(await fetched('/keys'), '{"keys":[]}');
  });

  it('is none where it is not there, elsewhere, cut off or endless', async () => {
    const cases: [string, RegExp][] = [
      ['/nothing', /it answers 404/],
      ['/moved', /cannot be reached/],
      ['/cut', /in the middle of its answer/],
      ['/endless', /more than 262144 bytes/],
    ];
    for (const [path, why] of cases)
      await assert.rejects(fetched(path), (error: Error) => {
        assert.ok(error instanceof NoDocument, path);
        assert.match(error.message, why);
        return true;
      });
    assert.equal(asked.filter((path) => path === '/keys').length, 1);
    await assert.rejects(webDocuments.fetch('http://127.0.0.1:1/'), NoDocument);
  });
});
