// `longshore jobs`: a table of jobs, the newest first. Reads only.

import type { JobSummary, ListJobsCommandInput } from '@aws-sdk/client-batch';
import type { Api } from '../api.ts';
import { UsageError } from '../failure.ts';
import { wholeNumber } from '../flags.ts';
import { didYouMean } from '../did-you-mean.ts';
import { childCounts, isEnded, jobStatuses } from '../render/job.ts';
import { tableText, type Column } from '../render/table.ts';
import { ageText, durationText, shortDuration } from '../render/time.ts';
import { statusText } from '../render/style.ts';
import type { Session } from '../session.ts';
import { hinted } from '../misnamed.ts';
import { defineVerb } from './verb.ts';

type Status = (typeof jobStatuses)[number];

/** A job, and the queue it was found in. */
interface Listed extends JobSummary {
  readonly jobQueue?: string | undefined;
}

const defaultLimit = 50;

export const jobs = defineVerb({
  name: 'jobs',
  summary: 'list jobs, the newest first',
  usage: '[--queue NAME] [--status STATUS] [--name NAME] [--array ID] [--limit N]',
  about:
    'Without --queue all queues are asked. An array shows as one job; --array lists its children by their index.',
  flags: {
    queue: { type: 'string', short: 'q', value: 'NAME', help: 'jobs of this queue only' },
    status: {
      type: 'string',
      multiple: true,
      short: 's',
      value: 'STATUS',
      help: `only ${jobStatuses.join(', ')}; may be repeated`,
    },
    name: {
      type: 'string',
      short: 'n',
      value: 'NAME',
      help: 'jobs of this name, whatever the case; a * at the end stands for anything',
    },
    array: { type: 'string', value: 'ID', help: "an array job's children" },
    limit: { type: 'string', value: 'N', help: `how many at most (default ${defaultLimit})` },
  },
  examples: [
    'longshore jobs',
    'longshore jobs --queue first-run-job-queue --status FAILED',
    "longshore jobs --name 'render-*'",
    'longshore jobs --array $JOB',
  ],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const statuses = values.status.flatMap((text) => text.split(',')).map(statusOf);
    const limit =
      values.limit === undefined
        ? defaultLimit
        : wholeNumber('--limit', values.limit, 1, 1_000_000);
    if (values.array !== undefined && (values.queue !== undefined || values.name !== undefined))
      throw new UsageError('--array cannot go with --queue or --name');
    const api = await session.api();
    const found =
      values.array === undefined
        ? await inQueues(api, values.queue, statuses, values.name, limit + 1).catch(
            async (error: unknown) => {
              throw await hinted(api, error, { jobQueue: values.queue });
            },
          )
        : await inArray(api, values.array, statuses, limit + 1);
    const shown = found.slice(0, limit);
    if (session.settings.json) session.printJson({ jobSummaryList: shown });
    else print(session, shown, found.length > limit, values.array !== undefined);
    return 0;
  },
});

function statusOf(text: string): Status {
  const status = jobStatuses.find((one) => one === text.toUpperCase());
  if (status === undefined)
    throw new UsageError(
      `--status: '${text}' is none of ${jobStatuses.join(', ')}`,
      didYouMean(text, jobStatuses),
    );
  return status;
}

async function inQueues(
  api: Api,
  queue: string | undefined,
  statuses: readonly Status[],
  name: string | undefined,
  limit: number,
): Promise<Listed[]> {
  const queues =
    queue === undefined
      ? (await api.jobQueues()).map(({ jobQueueName }) => jobQueueName ?? '')
      : [queue];
  const found: Listed[] = [];
  for (const jobQueue of queues) {
    for (const job of await inQueue(api, jobQueue, statuses, name, limit))
      found.push({ ...job, jobQueue });
  }
  return found.sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0)).slice(0, limit);
}

/**
 * ListJobs answers one status at a time, or all of them where a filter is given: the moment zero,
 * after which all jobs were created, is a filter that keeps everything.
 */
async function inQueue(
  api: Api,
  jobQueue: string,
  statuses: readonly Status[],
  name: string | undefined,
  limit: number,
): Promise<JobSummary[]> {
  if (name !== undefined) {
    const wanted = new Set<string>(statuses.length > 0 ? statuses : jobStatuses);
    return api.listJobs(
      { jobQueue, filters: [{ name: 'JOB_NAME', values: [name] }] },
      limit,
      (job) => wanted.has(job.status ?? ''),
    );
  }
  if (statuses.length === 0)
    return api.listJobs(
      { jobQueue, filters: [{ name: 'AFTER_CREATED_AT', values: ['0'] }] },
      limit,
    );
  return eachStatus(api, { jobQueue }, statuses, limit);
}

async function inArray(
  api: Api,
  arrayJobId: string,
  statuses: readonly Status[],
  limit: number,
): Promise<Listed[]> {
  // Asked for its own sake: an unknown array is told from an empty one.
  await api.describeJob(arrayJobId);
  const found = await eachStatus(
    api,
    { arrayJobId },
    statuses.length > 0 ? statuses : jobStatuses,
    limit,
  );
  return found.sort((a, b) => (a.arrayProperties?.index ?? 0) - (b.arrayProperties?.index ?? 0));
}

async function eachStatus(
  api: Api,
  of: ListJobsCommandInput,
  statuses: readonly Status[],
  limit: number,
): Promise<JobSummary[]> {
  const found = new Map<string, JobSummary>();
  // A job that moves on between two calls is kept as it was seen last.
  for (const jobStatus of new Set(statuses))
    for (const job of await api.listJobs({ ...of, jobStatus }, limit))
      found.set(job.jobId ?? '', job);
  return [...found.values()];
}

function print(session: Session, shown: readonly Listed[], more: boolean, isArray: boolean): void {
  const { io, style } = session;
  if (shown.length === 0) {
    io.err('No jobs.\n');
    return;
  }
  const width = io.outIsTty ? io.columns : undefined;
  const now = io.nowMs();
  // One queue for all tells nothing that is worth its width.
  const withQueue =
    !isArray && (width === undefined || new Set(shown.map(({ jobQueue }) => jobQueue)).size > 1);
  const rows = shown.map((job) => [
    job.jobId ?? '',
    job.jobName ?? '',
    ...(withQueue ? [job.jobQueue ?? ''] : []),
    statusText(style, job.status),
    createdText(job, now, width !== undefined),
    ranText(job, now, width !== undefined),
    reasonText(job),
  ]);
  const columns: Column[] = [
    { title: 'ID' },
    { title: 'NAME', mayBeCut: true },
    ...(withQueue ? [{ title: 'QUEUE', mayBeCut: true } as const] : []),
    { title: 'STATUS' },
    { title: 'CREATED' },
    { title: 'RAN' },
    { title: 'REASON', mayBeCut: true },
  ];
  io.out(tableText(columns, rows, width));
  if (more) io.err(`${shown.length} shown, there are more: --limit N\n`);
}

function createdText({ createdAt }: JobSummary, nowMs: number, short: boolean): string {
  if (createdAt === undefined) return '';
  return short ? ageText(nowMs - createdAt) : `${durationText(nowMs - createdAt)} ago`;
}

function ranText(job: JobSummary, nowMs: number, short: boolean): string {
  if (job.startedAt === undefined) return '';
  const ranMs = (job.stoppedAt ?? (isEnded(job) ? job.startedAt : nowMs)) - job.startedAt;
  return short ? shortDuration(ranMs) : durationText(ranMs);
}

function reasonText(job: JobSummary): string {
  const counts = childCounts(job as Parameters<typeof childCounts>[0]);
  const done = (counts?.['SUCCEEDED'] ?? 0) + (counts?.['FAILED'] ?? 0);
  const size = job.arrayProperties?.size;
  const facts = [
    size === undefined
      ? undefined
      : counts === undefined || Object.keys(counts).length === 0
        ? `array of ${size}`
        : `${done} of ${size} children ended`,
    // A plain success needs no words.
    job.status === 'SUCCEEDED' ? undefined : job.statusReason,
    job.status === 'FAILED' && job.container?.exitCode !== undefined
      ? `exit code ${job.container.exitCode}`
      : undefined,
    job.status === 'FAILED' ? job.container?.reason : undefined,
  ];
  return facts.filter(Boolean).join('; ');
}
