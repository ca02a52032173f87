// ExecuteCommand: a command that runs in a container of a running job, over a WebSocket of our own.
// AWS does the same by ECS's ExecuteCommand and a channel of Systems Manager, for which clients
// need a plugin. It asks leave of its own: whoever may run commands in a job has all that the job
// has.

import {
  channel,
  sessionProtocol,
  type SessionControl,
  type SessionEnd,
} from '../../api/session.ts';
import { isRefusal } from '../../base/refusal.ts';
import { jobIdOf } from '../../core/job/job-reference.ts';
import { limit } from '../../core/limit.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import type { OpenSession, SessionRequest, TerminalSize } from '../../port/session.ts';
import { ConversedOutput, type Conversation, type Peer } from '../../wire/answer.ts';
import { fromRefusal, invalid } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import { jobResource } from '../batch/access.ts';
import type { LongshoreDeps } from './deps.ts';
import { longshoreDialect } from './paths.ts';

interface ExecuteCommandInput {
  /** An id or an ARN, of a child or a node as well. */
  readonly jobId: string;
  /** Of a job of several containers; absent: the first that runs. */
  readonly container?: string;
  /** A JSON array of words. */
  readonly command?: string;
  /** `80x24`: it gets a terminal of so many columns and rows. */
  readonly terminal?: string;
  readonly upgrade?: string;
}

export const executeCommand: Operation<LongshoreDeps, ExecuteCommandInput, ConversedOutput> = {
  converses: true,

  authorizes: ({ jobId, container }, context) => [
    {
      action: 'longshore:ExecuteCommand',
      resources: [jobResource(context, jobId)],
      conditions: () => ({ ...(container && { 'longshore:container-name': container }) }),
    },
  ],

  async handle({ sessions }, input, { scope }) {
    if (input.upgrade?.toLowerCase() !== 'websocket')
      throw invalid('This is to be called as a WebSocket, as longshore exec does');
    const jobId = jobIdOf(scope, input.jobId);
    if (jobId === undefined) throw invalid(`'${input.jobId.slice(0, 150)}' is not the id of a job`);
    const request: SessionRequest = {
      command: commandOf(input.command),
      terminal: terminalOf(input.terminal),
    };
    try {
      const session = await sessions.open({ scope, jobId, container: input.container }, request);
      if (isRefusal(session)) throw fromRefusal(session);
      return new ConversedOutput(conversationOf(session));
    } catch (error) {
      throw error instanceof EngineUnavailable
        ? longshoreDialect.unavailable(`Its engine does not answer: ${error.message}`)
        : error;
    }
  },
};

function commandOf(text = ''): readonly string[] {
  const words = parsed(text);
  if (
    text.length > limit.session.commandCharacters ||
    !Array.isArray(words) ||
    words.length === 0 ||
    words[0] === '' ||
    !words.every((word): word is string => typeof word === 'string' && !word.includes('\0'))
  )
    throw invalid(
      `command must be a JSON array of words, of ${limit.session.commandCharacters} characters at the most`,
    );
  return words;
}

function terminalOf(text: string | undefined): TerminalSize | undefined {
  if (text === undefined) return undefined;
  const [, columns, rows] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  const size = sizeOf({ columns: Number(columns), rows: Number(rows) });
  if (size === undefined) throw invalid('terminal must be columns and rows, as in 80x24');
  return size;
}

function sizeOf(given: unknown): TerminalSize | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { columns, rows } = given as { columns?: unknown; rows?: unknown };
  const { session } = limit;
  const isIn = (value: unknown, most: number): value is number =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
  return isIn(columns, session.columns) && isIn(rows, session.rows) ? { columns, rows } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const conversationOf = (session: OpenSession): Conversation => ({
  protocol: sessionProtocol,
  talk: (peer) => talk(session, peer),
  drop: () => void session.hangUp(),
});

async function talk(session: OpenSession, peer: Peer): Promise<void> {
  let misunderstood: string | undefined;
  const hearing = hear(session, peer).then((why) => {
    misunderstood = why;
    return session.hangUp();
  });
  const end = await tell(session, peer).catch((error: unknown): SessionEnd => {
    if (error instanceof EngineUnavailable) return { reason: error.message };
    throw error;
  });
  const told = misunderstood === undefined ? end : { reason: misunderstood };
  await peer.send(JSON.stringify(told));
  peer.end();
  await hearing;
}

/** Its output, to the end. */
async function tell(session: OpenSession, peer: Peer): Promise<SessionEnd> {
  for await (const { stream, bytes } of session.output)
    await peer.send(Buffer.concat([Buffer.of(channel[stream]), bytes]));
  return session.endedFor === undefined
    ? { exitCode: await session.exitCode() }
    : { reason: session.endedFor };
}

/** Until the peer has gone, or says what means nothing: then what that was. */
async function hear(session: OpenSession, peer: Peer): Promise<string | undefined> {
  for await (const message of peer.messages) {
    if (typeof message !== 'string') {
      if (message[0] !== channel.stdin) return 'a message of no channel that takes any';
      await session.write(message.subarray(1));
      continue;
    }
    const { endInput, resize } = (parsed(message) ?? {}) as {
      readonly [Key in keyof SessionControl]: unknown;
    };
    const size = sizeOf(resize);
    if (endInput === true) session.endInput();
    else if (size !== undefined) session.resize(size);
    else return 'a message that says nothing';
  }
  return undefined;
}
