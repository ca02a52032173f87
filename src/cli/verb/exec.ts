// `longshore exec`: runs a command in a container of a running job, at this terminal or beside it.
// What it prints is written as it comes: whoever runs a command in a container trusts it as far as
// a terminal goes.

import { UsageError } from '../failure.ts';
import { inLine } from '../render/style.ts';
import type { Session } from '../session.ts';
import type { SessionSocket } from '../session-socket.ts';
import { defineVerb } from './verb.ts';

export const exec = defineVerb({
  name: 'exec',
  summary: 'run a command in a running job',
  usage: 'ID [-i] [--container NAME] -- COMMAND…',
  about:
    "The job definition must say enableExecuteCommand; one for Amazon EKS need not. With -i what is typed, or piped, goes to the command; it has a terminal where this is one.\nThe command's exit code is that of this one. What it prints is written as it is: it may do at a terminal what any program may.",
  flags: {
    interactive: { type: 'boolean', short: 'i', help: 'the command reads what comes in here' },
    container: { type: 'string', short: 'c', value: 'NAME', help: 'in this container of the job' },
  },
  examples: ['longshore exec -i $JOB -- sh', 'longshore exec $JOB:3 -- cat /proc/meminfo'],
  operands: { name: "a job's ID", least: 1, most: 1 },
  takesCommand: true,
  async run({ session, values, operands: [id = ''], command = [] }) {
    if (command.length === 0)
      throw new UsageError(
        'exec needs a command',
        `A command stands after --: longshore exec -i ${id} -- sh`,
      );
    const { io } = session;
    const api = await session.api();
    const atTerminal = values.interactive && io.inIsTty && io.outIsTty;
    const socket = await api.openSession(
      id,
      {
        command,
        container: values.container,
        terminal: atTerminal ? io.terminalSize() : undefined,
      },
      io.nowMs(),
    );
    return converse(session, socket, { reads: values.interactive, atTerminal });
  },
});

interface Manner {
  /** What comes in here goes to the command. */
  readonly reads: boolean;
  /** The command has this terminal. */
  readonly atTerminal: boolean;
}

async function converse(
  { io }: Session,
  socket: SessionSocket,
  { reads, atTerminal }: Manner,
): Promise<number> {
  let isInterrupted = false;
  const stopListening = io.onInterrupt(() => {
    isInterrupted = true;
    socket.close();
  });
  const attached = reads
    ? io.attach({
        raw: atTerminal,
        onInput: (bytes) => socket.write(bytes),
        onEnd: () => void socket.tell({ endInput: true }),
        onResize: (size) => void (atTerminal && socket.tell({ resize: size })),
      })
    : undefined;
  if (!reads) await socket.tell({ endInput: true });
  try {
    for await (const piece of socket.output()) {
      if (!('end' in piece)) {
        await io.writeBytes(piece.stream, piece.bytes);
        continue;
      }
      const { exitCode, reason } = piece.end;
      attached?.detach();
      if (reason !== undefined) io.err(`${inLine(`The session has ended: ${reason}.`)}\n`);
      return exitCode ?? 1;
    }
  } finally {
    attached?.detach();
    stopListening();
    socket.close();
  }
  if (!isInterrupted) io.err('The connection was lost; the job goes on.\n');
  return isInterrupted ? 130 : 1;
}
