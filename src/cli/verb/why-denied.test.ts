// What `why-denied` makes of a decoded denial: who was denied chose some of its words.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { terminal } from '../../../test/house/scripted-server.ts';
import { runCli } from '../main.ts';

const message = 'm'.repeat(60);
const items = (...values: string[]) => ({ items: values.map((value) => ({ value })) });

test('no word of whoever was denied forges a line', async () => {
  const denial = {
    explicitDeny: false,
    context: {
      principal: { arn: 'arn:aws:iam::123456789012:user/eve' },
      action: 'batch:SubmitJob',
      resource: 'arn:aws:batch:us-east-1:123456789012:job-queue/q\nforged',
      conditions: {
        items: [{ key: 'aws:RequestTag/k\nforged', values: items('v\nforged \x1b[2J') }],
      },
    },
    decidedBy: { layer: 'identity' },
  };
  const text = JSON.stringify(denial).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>${text}</DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const io = terminal({ NO_COLOR: '1', AWS_ENDPOINT_URL_BATCH: `http://127.0.0.1:${port}` });
    assert.equal(await runCli(['why-denied', message], io), 0, io.stderr);
    assert.match(io.stdout, /eve may not batch:SubmitJob/);
    assert.match(io.stdout, /RequestTag\/k\\nforged = v\\nforged/);
    assert.doesNotMatch(io.stdout, /^forged/m);
    assert.ok(!io.stdout.includes('\x1b'));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
