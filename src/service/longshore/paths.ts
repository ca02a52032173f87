// How requests name operations of our own, and how they are answered: by their path under
// /_longshore/, with what the path and its query say as input, in JSON. Whatever else a request
// carries is nothing to them.

import type { LongshoreError } from '../../api/explanation.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { batchDialect, catalogue, type ErrorDialect } from '../../wire/error-catalogue.ts';
import type { PathProtocol, RequestHead } from '../../wire/protocol.ts';

/** Where an operation of our own is. */
export interface LongshorePath {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Its named groups are the input, beside what the query says. */
  readonly path: RegExp;
  /** Headers that are input, too, in lower case, and the members that they are. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** As Batch words them, but for what its clients never read. */
export const longshoreDialect: ErrorDialect = {
  ...batchDialect,
  internal: (requestId) =>
    new AwsError(
      catalogue.internal.name,
      catalogue.internal.status,
      `Internal error; the server's log tells more of request ${requestId}`,
    ),
};

export function longshoreProtocol(paths: readonly LongshorePath[]): PathProtocol {
  return {
    operationIn: 'path',
    contentType: 'application/json',
    below: '/_longshore/',
    nothingHere: new AwsError(
      catalogue.unknownOperation.name,
      catalogue.unknownOperation.status,
      'There is nothing here. Try /_longshore/health or /_longshore/metrics.',
    ),
    writeError: ({ name, message }) =>
      JSON.stringify({ code: name, message } satisfies LongshoreError),
    binding: {
      route(head) {
        const own = paths.find(({ path }) => path.test(head.path));
        if (own === undefined) return { unrouted: 'unknown' };
        if (own.method !== head.method) return { unrouted: 'method', allow: own.method };
        return {
          name: own.name,
          read: ({ path, query, headers }) => ({
            ...Object.fromEntries(new URLSearchParams(query)),
            ...membersIn(headers, own.headers),
            ...groupsOf(own.path, path),
          }),
          write: (output) => JSON.stringify(output),
        };
      },
    },
  };
}

const membersIn = (
  headers: RequestHead['headers'],
  members: LongshorePath['headers'] = {},
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).flatMap(([header, member]) => {
      const value = headers[header];
      return typeof value === 'string' ? [[member, value]] : [];
    }),
  );

function groupsOf(form: RegExp, path: string): Record<string, string> {
  const groups = Object.entries(form.exec(path)?.groups ?? {});
  try {
    return Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new AwsError('ClientException', 400, 'The path is not well encoded');
  }
}
