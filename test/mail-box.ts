// A mail server for tests: it takes everything from somebody with a password, and keeps it.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { until } from './until.ts';

export class MailBox implements AsyncDisposable {
  readonly mails: { readonly to: readonly string[]; readonly text: string }[] = [];
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, answer) =>
        username === 'me' && password === 'hush'
          ? answer(null, { user: username })
          : answer(new Error('wrong password')),
      onData: (stream, { envelope }, done) => {
        let text = '';
        stream.setEncoding('utf8');
        stream.on('data', (part: string) => (text += part));
        stream.on('end', () => {
          this.mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
          done();
        });
      },
    });
  }

  static async open(): Promise<MailBox> {
    const box = new MailBox();
    const listening = box.#server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return box;
  }

  /** With the name and the password. */
  get url(): string {
    return `smtp://me:hush@127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** The mail of this number, once it is there; what was encoded for the way is as it was. */
  async mail(number: number): Promise<string> {
    const { text } = await until(`mail ${number}`, () => this.mails[number - 1]);
    return text
      .replaceAll(/=\r\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
