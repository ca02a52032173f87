// The real mailer: nodemailer (ADR 0038), which hands mails to one mail server over SMTP and keeps
// connections to it. All that the server may take is bounded. Nothing of a mail is read from files
// or addresses, and a password is never sent in the clear over a network.

import { createTransport, type Transporter } from 'nodemailer';
import { UsageError } from '../cli/failure.ts';
import { Hidden } from '../base/hidden.ts';
import type { Mail, MailFailure, Mailer } from '../port/mailer.ts';
import { isLoopback } from './reach.ts';

/** Where mails go, and as whom. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else it is asked for where the server has it. */
  readonly isTls: boolean;
  readonly user?: string | undefined;
  readonly password?: Hidden | undefined;
  /** The sender's address. */
  readonly from: string;
}

const passwordVariable = 'LONGSHORE_SMTP_PASSWORD';
const most = { maxConnections: 4, maxMessages: 100 };
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** Mails that wait for a connection; more fail, and come again. */
const mostWaiting = 100;

/**
 * The server that `--smtp` names, with the password of the environment, which loses it: nothing
 * that this server starts inherits it. Throws {@link UsageError}.
 */
export function smtpServerOf(
  text: string | undefined,
  from: string | undefined,
  environment: NodeJS.ProcessEnv,
): SmtpServer | undefined {
  const ofEnvironment = environment[passwordVariable];
  delete environment[passwordVariable];
  if (text === undefined) {
    if (from !== undefined) throw new UsageError('--smtp-from: it is of --smtp, which is missing');
    return undefined;
  }
  const url = URL.parse(text);
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || !isWhole(url))
    throw new UsageError(
      `--smtp: not an address such as smtp://mail.example.com:587 or smtps://user@mail.example.com`,
    );
  if (from === undefined || !/^[^\s<>@,;:"()]{1,64}@[\w-]+(?:\.[\w-]+)*$/.test(from))
    throw new UsageError('--smtp-from: the address that mails come from, e.g. batch@example.com');
  const isTls = url.protocol === 'smtps:';
  const password = url.password === '' ? ofEnvironment : decodeURIComponent(url.password);
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
    isTls,
    user: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: password === undefined ? undefined : new Hidden(password),
    from,
  };
}

/** It says nothing that is not looked at, and its name and password can be read. */
const isWhole = ({ pathname, search, hash, username, password }: URL): boolean =>
  /^\/?$/.test(pathname) &&
  search === '' &&
  hash === '' &&
  isReadable(username) &&
  isReadable(password);

function isReadable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

interface SmtpError extends Error {
  readonly code?: string;
  /** What the mail server said. */
  readonly responseCode?: number;
}

export class SmtpMailer implements Mailer {
  readonly #transport: Transporter;
  readonly #from: string;
  #underWay = 0;

  constructor({ host, port, isTls, user, password, from }: SmtpServer) {
    this.#from = from;
    this.#transport = createTransport({
      ...most,
      ...patience,
      pool: true,
      host,
      port,
      secure: isTls,
      requireTLS: !isTls && user !== undefined && !isLoopback(host) && host !== 'localhost',
      ...(user !== undefined && { auth: { user, pass: password?.reveal() ?? '' } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ to, fromName, subject, text }: Mail): Promise<MailFailure | undefined> {
    if (this.#underWay >= mostWaiting)
      return { message: 'More mails wait than may', isFinal: false };
    this.#underWay++;
    try {
      await this.#transport.sendMail({
        from: { name: fromName, address: this.#from },
        // As an object nothing in it is read as a list, or as a name.
        to: { name: '', address: to },
        subject,
        text,
        // To machines of the other side, that nobody is to answer this.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return undefined;
    } catch (error) {
      const { code, responseCode = 0, message } = error as SmtpError;
      return {
        message: `The mail server does not take it: ${message.slice(0, 512)}`,
        // Of this mail; what is said of the server as a sender, its operator may mend.
        isFinal: (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode >= 500,
      };
    } finally {
      this.#underWay--;
    }
  }

  close(): void {
    this.#transport.close();
  }
}
