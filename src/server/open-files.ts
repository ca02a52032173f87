// How many files this process may have open, and how they are shared out: an excess of callers, or
// of log streams, must not leave the database or the engine without any. Node raises the soft limit
// to the hard one by itself.

import { readFileSync } from 'node:fs';

interface OpenFiles {
  /** Files of log streams and searches; undefined: as many as the sink likes. */
  readonly logs: number | undefined;
  /** Connections of callers; undefined: as many as come. */
  readonly connections: number | undefined;
  /** Requests of ours under way to others. */
  readonly requests: number;
}

const mostRequests = 1_024;

/** Above this nothing is short. */
const plenty = 16_384;

/** `limits` is what /proc/self/limits says; where there is none the limit is taken to be high. */
export function shareOpenFiles(limits: string | undefined): OpenFiles {
  const found = /^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1];
  const most = found === undefined ? Infinity : Number(found);
  if (most >= plenty) return { logs: undefined, connections: undefined, requests: mostRequests };
  return {
    logs: Math.max(4, Math.min(384, Math.floor(most / 4))),
    connections: Math.max(8, Math.floor(most / 2)),
    requests: Math.max(8, Math.min(mostRequests, Math.floor(most / 8))),
  };
}

export function ownOpenFiles(): OpenFiles {
  try {
    return shareOpenFiles(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return shareOpenFiles(undefined);
  }
}
