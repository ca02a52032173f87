// What `GET /` shows to people: the server, its queues and environments, what to paste, and where
// more is. As HTML for a browser, without scripts, and as text for everybody else. Names come from
// users and are only ever text; nothing here changes anything.

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { scopeOf } from '../base/ids.ts';
import { exportLines, exportsOf } from '../cli/server-exports.ts';
import type { JobCounts, Reader } from '../port/reader.ts';
import type { RequestHead } from '../wire/protocol.ts';
import type { Answer } from '../wire/answer.ts';
import { version } from './version.ts';

interface FrontPageFacts {
  readonly engine: { readonly version: string };
  readonly region: string;
  readonly account: string;
  readonly auth: 'on' | 'off';
}

/** More are counted and not named. */
const mostRows = 100;
const statuses = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'SCHEDULED',
  'STARTING',
  'RUNNING',
] as const satisfies readonly (keyof JobCounts)[];
const documents = fileURLToPath(new URL('../../doc/', import.meta.url));

interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Instead of rows where there are none, or after them where there are more. */
  readonly note: string;
}

interface Page {
  readonly lead: string;
  readonly tables: readonly Table[];
  readonly exports: readonly string[];
}

/** `endpoint` is the address by which the caller reached the server. */
export function frontPage(
  reader: Reader,
  facts: FrontPageFacts,
  head: RequestHead,
  endpoint: string,
): Answer {
  const page = pageOf(reader, facts, endpoint);
  const wantsHtml = /\btext\/html\b/.test(String(head.headers['accept'] ?? ''));
  return {
    status: 200,
    headers: [
      'content-type',
      wantsHtml ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
      'vary',
      'accept',
      'cache-control',
      'no-store',
      ...pageHeaders,
    ],
    body: wantsHtml ? html(page) : text(page),
  };
}

function pageOf(
  reader: Reader,
  { engine, region, account, auth }: FrontPageFacts,
  endpoint: string,
): Page {
  const address = { endpoint, logsEndpoint: endpoint, region, account };
  const greeting = `Longshore ${version} speaks the AWS Batch API at this address.`;
  // Nobody has said who they are: what there is, is not for everybody.
  if (auth === 'on')
    return {
      lead: `${greeting} Every request must be signed with a credential of this server: longshore env --profile NAME writes a profile.`,
      tables: [],
      exports: exportLines(exportsOf({ ...address, asksForCredentials: true }, {})),
    };
  const scope = scopeOf(account, region);
  const jobs = reader.jobCountsByQueue();
  const queues = reader.batch.jobQueues(scope);
  const environments = reader.batch.computeEnvironments(scope);
  const { jobQueues, computeEnvironments } = reader.counts();
  const more = (shown: number, here: number, all: number, what: string): string =>
    [
      here === 0 ? `No ${what} in account ${account}, region ${region}.` : '',
      here > shown ? `${here - shown} more ${what} here.` : '',
      all > here ? `${all - here} ${what} in other accounts and regions.` : '',
    ]
      .filter((part) => part !== '')
      .join(' ');
  return {
    lead: `${greeting} Jobs run on ${engine.version}. Account ${account}, region ${region}.`,
    tables: [
      {
        title: 'Job queues',
        header: ['queue', 'state', 'status', ...statuses],
        rows: queues
          .slice(0, mostRows)
          .map(({ queue }) => [
            queue.name,
            queue.state,
            queue.status,
            ...statuses.map((status) => String(jobs.get(queue.arn)?.[status] ?? 0)),
          ]),
        note: more(Math.min(queues.length, mostRows), queues.length, jobQueues, 'job queues'),
      },
      {
        title: 'Compute environments',
        header: ['environment', 'type', 'state', 'status', 'reason'],
        rows: environments
          .slice(0, mostRows)
          .map(({ environment }) => [
            environment.name,
            environment.type,
            environment.state,
            environment.status,
            environment.statusReason ?? '',
          ]),
        note: more(
          Math.min(environments.length, mostRows),
          environments.length,
          computeEnvironments,
          'compute environments',
        ),
      },
    ],
    exports: exportLines(exportsOf({ ...address, asksForCredentials: false }, {})),
  };
}

const style =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #ccc;overflow-wrap:anywhere}pre{background:#f4f4f4;color:#111;padding:.8rem;overflow:auto}';

/**
 * No script, no frame, no form, nothing from elsewhere; and no page of another window keeps a hold
 * on this one.
 */
const pageHeaders = [
  'content-security-policy',
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-frame-options',
  'DENY',
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
  'cross-origin-opener-policy',
  'same-origin',
  'cross-origin-resource-policy',
  'same-origin',
];

function html({ lead, tables, exports }: Page): string {
  const cells = (tag: 'td' | 'th', row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  const section = ({ title, header, rows, note }: Table): string =>
    `<h2>${escape(title)}</h2>${rows.length === 0 ? '' : `<table>${cells('th', header)}${rows.map((row) => cells('td', row)).join('')}</table>`}${note === '' ? '' : `<p>${escape(note)}</p>`}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Longshore</title><style>${style}</style></head>
<body><h1>Longshore</h1><p>${escape(lead)}</p>
${tables.map(section).join('\n')}
<h2>Paste this into a shell</h2><pre>${escape(exports.join('\n'))}</pre>
<h2>More</h2><ul><li><a href="/_longshore/health">Health</a> (JSON)</li><li><a href="/_longshore/metrics">Metrics</a> (for Prometheus)</li><li>The documentation is in <code>${escape(documents)}</code>, and <code>longshore help</code> lists the commands.</li></ul>
</body></html>
`;
}

function text({ lead, tables, exports }: Page): string {
  const section = ({ title, header, rows, note }: Table): string => {
    const all = rows.length === 0 ? [] : [header, ...rows.map((row) => row.map(plain))];
    const widths = header.map((_name, column) =>
      Math.max(...all.map((row) => row[column]?.length ?? 0)),
    );
    const lines = all.map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}`,
    );
    return [title, ...lines, ...(note === '' ? [] : [`  ${note}`])].join('\n');
  };
  return `${[lead, ...tables.map(section), exports.join('\n'), `/_longshore/health and /_longshore/metrics tell more; the documentation is in ${documents}`].join('\n\n')}\n`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (value: string): string =>
  value.toWellFormed().replace(/[&<>"']/g, (character) => escapes[character] as string);
/** A terminal obeys control characters, so there are none. */
const plain = (value: string): string => value.toWellFormed().replace(/\p{Cc}/gu, '\uFFFD');
