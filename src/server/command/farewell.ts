// What a server says when Ctrl-C or SIGTERM ends it: what becomes of the jobs that run.

import { never } from '../../base/assert.ts';
import type { EngineKind } from '../engine-record.ts';

/** `running`: jobs that have a container, or are getting one. */
export function farewell(kind: EngineKind, running: number, dataDir: string): string {
  const again = `Start it again with --data-dir ${dataDir} to go on.`;
  if (running === 0) return `Longshore has stopped. ${again}`;
  const [jobs, go, are] =
    running === 1 ? ['1 job', 'goes', 'is'] : [`${running} jobs`, 'go', 'are'];
  switch (kind) {
    case 'docker':
      return `Longshore has stopped; ${jobs} ${go} on in containers, and ${are} found again. ${again}`;
    case 'process':
      return `Longshore has stopped; ${jobs} ${go} on as processes of this machine, and ${are} found again. ${again}`;
    case 'none':
      return `Longshore has stopped; ${jobs} ${go} on where ${running === 1 ? 'it runs' : 'they run'}, and ${are} found again. ${again}`;
    case 'fake':
      return `Longshore has stopped; ${jobs} ${are} lost with the fake engine. ${again}`;
    default:
      return never(kind);
  }
}
