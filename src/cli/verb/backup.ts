// `longshore backup`: a backup of everything that a running server keeps, in a new directory.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { defineVerb } from './verb.ts';
import { unpack } from '../unpack.ts';

/** There until all has come: `longshore restore` takes nothing that has it. */
const incomplete = 'incomplete';

export const backup = defineVerb({
  name: 'backup',
  summary: 'write everything that the server keeps into a new directory, while it runs',
  usage: 'DIRECTORY [--no-logs]',
  about:
    'The database is copied as of one moment, then the log files as they are. Restore it with longshore restore, where no server runs.\nIt holds the environment of every job: only its owner can read what is written.',
  flags: { 'no-logs': { type: 'boolean', help: 'without the output of jobs' } },
  examples: [
    'longshore backup ./backup-monday',
    'longshore backup --no-logs "/backup/$(date +%F)"',
  ],
  operands: { name: 'a DIRECTORY', least: 1, most: 1 },
  async run({ session, values, operands: [directory = ''] }) {
    if (existsSync(directory) && readdirSync(directory).length > 0)
      throw new Failure(`${directory} is not empty`);
    const api = await session.api();
    const stream = await api.backUp(!values['no-logs'], session.io.nowMs());
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, incomplete), '', { mode: 0o600 });
    const { files, bytes } = await unpack(stream, directory);
    rmSync(join(directory, incomplete));
    if (session.settings.json) session.printJson({ directory, files, bytes });
    else
      session.io.out(
        `${directory} holds a backup of ${session.settings.endpoint}: ${files} files, ${Math.ceil(bytes / 2 ** 20)} MiB\n`,
      );
    return 0;
  },
});
