// The mailer against a mail server that the test runs: what it is given arrives as one mail to one
// address, whatever it holds, and what the mail server says decides whether it may come again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { Hidden } from '../base/hidden.ts';
import { SmtpMailer } from './smtp-mailer.ts';

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

const taken: Taken[] = [];
/** What the mail server answers to the next mail instead. */
let refusal: number | undefined;

const server = new SMTPServer({
  disabledCommands: ['STARTTLS'],
  allowInsecureAuth: true,
  authOptional: true,
  onAuth: ({ password }, _session, answer) =>
    password === 'hush' ? answer(null, { user: 'me' }) : answer(new Error('wrong password')),
  onData: (stream, { envelope }, done) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => (text += part));
    stream.on('end', () => {
      if (refusal !== undefined) {
        done(Object.assign(new Error('no'), { responseCode: refusal }));
        return;
      }
      const { mailFrom, rcptTo } = envelope;
      taken.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        text,
      });
      done();
    });
  },
});
let port = 0;

before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.server.address() as AddressInfo);
});
after(() => new Promise<void>((resolve) => server.close(() => resolve())));

const mail = { to: 'ann@example.com', fromName: 'News', subject: 'Hi', text: 'hello\n' };

async function sent(more: object = {}, password?: string, to = port) {
  const mailer = new SmtpMailer({
    host: '127.0.0.1',
    port: to,
    isTls: false,
    from: 'batch@example.com',
    ...(password !== undefined && { user: 'me', password: new Hidden(password) }),
  });
  const failure = await mailer.send({ ...mail, ...more });
  mailer.close();
  return failure;
}

it('a mail arrives from the one address, to the other', async () => {
  assert.equal(await sent({}, 'hush'), undefined);
  const [one] = taken.splice(0);
  assert.deepEqual([one?.from, one?.to], ['batch@example.com', ['ann@example.com']]);
  assert.match(one?.text ?? '', /^From: News <batch@example\.com>\r$/m);
  assert.match(one?.text ?? '', /^Auto-Submitted: auto-generated\r$/m);
  assert.match(one?.text ?? '', /\r\n\r\nhello\r\n$/);
});

it('nothing that a mail holds becomes a header, an address or a command', async () => {
  const hostile = 'x\r\nBcc: eve@example.com\r\n.\r\nRCPT TO:<eve@example.com>\r\n';
  assert.equal(
    await sent({ fromName: `"${hostile}", eve@example.com`, subject: hostile, text: hostile }),
    undefined,
  );
  const found = taken.splice(0);
  assert.deepEqual(
    found.map(({ from, to }) => [from, to]),
    [['batch@example.com', ['ann@example.com']]],
  );
  const [head = ''] = (found[0]?.text ?? '').split('\r\n\r\n');
  const names = head
    .split('\r\n')
    .filter((line) => !/^\s/.test(line))
    .map((line) => line.split(':', 1)[0]?.toLowerCase());
  assert.ok(!names.includes('bcc') && !names.includes('rcpt to'), head);
  assert.equal(new Set(names).size, names.length, head);
});

it('what the mail server says decides whether it may come again', async () => {
  for (const [code, isFinal] of [
    [451, false],
    [550, true],
  ] as const) {
    refusal = code;
    const failure = await sent();
    refusal = undefined;
    assert.equal(failure?.isFinal, isFinal, String(code));
  }
  const wrong = await sent({}, 'guess');
  assert.ok(wrong?.isFinal === false && !wrong.message.includes('guess'));
  assert.equal((await sent({}, undefined, 1))?.isFinal, false, 'nobody is there');
});
