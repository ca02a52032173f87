// FollowEvents: what becomes of jobs, as server-sent events, each as EventBridge would tell it. Who
// was cut off goes on behind the last that came (`Last-Event-ID`), and is told where something is
// missing. It is read page by page at the pace of whoever follows, and never holds anybody up.

import { splitJobId, type JobId, type Scope } from '../../base/ids.ts';
import { isRefusal } from '../../base/refusal.ts';
import { nameInArn } from '../../core/arn.ts';
import { compilePattern } from '../../core/event-pattern/compile.ts';
import { jsonFields } from '../../core/event-pattern/fields.ts';
import { RuleSet } from '../../core/event-pattern/rule-set.ts';
import { jobIdOf } from '../../core/job/job-reference.ts';
import { jobStatuses, type JobStatus } from '../../core/job/status.ts';
import { limit } from '../../core/limit.ts';
import type { Following } from '../../port/journal.ts';
import type { ChangeFacts, HistoryReader, JournalPage, PastChange } from '../../port/reader.ts';
import { StreamedOutput } from '../../wire/answer.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { invalid } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import { onAll } from '../access.ts';
import { jobStateChange } from '../events/job-event.ts';
import type { LongshoreDeps } from './deps.ts';

interface FollowEventsInput {
  /** A name or an ARN. */
  readonly jobQueue?: string;
  /** Jobs, children or nodes, by comma; an array or a multi-node job stands for all of its own. */
  readonly jobId?: string;
  /** Statuses that a job comes to, by comma. */
  readonly status?: string;
  /** EventBridge's, in JSON: only events that it matches. */
  readonly pattern?: string;
  /** The id of the last event that came; absent: what comes from now on, `0`: all that is kept. */
  readonly after?: string;
  /** `false`: ends with what is kept by now. */
  readonly follow?: string;
}

export const followEvents: Operation<LongshoreDeps, FollowEventsInput, StreamedOutput> = {
  authorizes: () => onAll('batch:DescribeJobs'),

  handle({ reader, journal, clock }, input, { scope }) {
    const { follow = 'true' } = input;
    if (follow !== 'true' && follow !== 'false') throw invalid('follow must be true or false');
    const wanted = filterOf(scope, input);
    const matches = matcherOf(input.pattern);
    const from = placeOf(input.after);
    const following = journal.follow();
    if (following === undefined)
      throw new AwsError('ClientException', 429, `No more than ${limit.followers} may follow`);
    const history = reader.history;
    const place = from ?? { number: history.ends()?.last ?? 0, event: 0 };
    const events = new EventStream({
      history,
      scope,
      wanted,
      matches,
      following,
      goesOn: follow === 'true',
      pause: () => new Promise((resolve) => clock.soon(resolve)),
    });
    return new StreamedOutput('text/event-stream', events.from(place));
  },
};

/** Behind so many events of a row of the journal; 0: behind all of them. */
interface Place {
  readonly number: number;
  readonly event: number;
}

const placeForm = /^(\d{1,15})(?:\.(\d{1,5}))?$/;

function placeOf(text: string | undefined): Place | undefined {
  if (text === undefined) return undefined;
  const found = placeForm.exec(text);
  if (found === null) throw invalid(`'${text.slice(0, 50)}' is the id of no event`);
  return { number: Number(found[1]), event: Number(found[2] ?? 0) };
}

interface Filter {
  /** Of a change, or of some of the children that changed together. */
  readonly mayWant: (facts: ChangeFacts) => boolean;
  readonly wants: (change: PastChange) => boolean;
}

function filterOf(scope: Scope, { jobQueue, jobId, status }: FollowEventsInput): Filter {
  const ids = jobId
    ?.split(',')
    .map(
      (given) => jobIdOf(scope, given) ?? fail(`'${given.slice(0, 150)}' is not the id of a job`),
    );
  const statuses = status
    ?.split(',')
    .map((given) => jobStatuses.find((one) => one === given) ?? fail(noStatus(given)));
  const jobs = ids && new Set<string>(ids);
  const comesTo = statuses && new Set<JobStatus>(statuses);
  const isOfQueue = (arn: string): boolean =>
    jobQueue === undefined || arn === jobQueue || nameInArn(arn) === jobQueue;
  /** Of arrays, of whose children some are wanted. */
  const arrays = new Set(ids?.map((id) => splitJobId(id).parent));
  const isOf = (id: JobId): boolean =>
    jobs === undefined || jobs.has(id) || jobs.has(splitJobId(id).parent);
  return {
    mayWant: ({ jobId: id, children, to, job: { queueArn } }) =>
      (isOf(id) || (children !== undefined && arrays.has(id))) &&
      (comesTo?.has(to) ?? true) &&
      isOfQueue(queueArn),
    wants: ({ view: { id } }) => isOf(id),
  };
}

/** Whether an event's text is what the pattern asks for. */
function matcherOf(text: string | undefined): (event: string) => boolean {
  if (text === undefined) return () => true;
  const pattern = compilePattern(text);
  if (isRefusal(pattern)) fail(pattern.message);
  const rules = new RuleSet<'wanted'>();
  rules.set('wanted', pattern);
  return (event) => rules.match(jsonFields(JSON.parse(event) as object)).size > 0;
}

const noStatus = (given: string): string =>
  `'${given.slice(0, 50)}' is no status of a job: ${jobStatuses.join(', ')}`;

function fail(why: string): never {
  throw invalid(why);
}

interface EventStreamParts {
  readonly history: HistoryReader;
  readonly scope: Scope;
  readonly wanted: Filter;
  readonly matches: (event: string) => boolean;
  readonly following: Following;
  readonly goesOn: boolean;
  /** Resolves when others have had their turn. */
  readonly pause: () => Promise<void>;
}

class EventStream {
  readonly #parts: EventStreamParts;
  #looked = 0;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
  }

  async *from(start: Place): AsyncGenerator<Uint8Array> {
    const { history, scope, wanted, following, goesOn } = this.#parts;
    try {
      // Whoever waits for the answer hears at once that it has begun, and where.
      yield bytes(`id: ${start.number}${start.event > 0 ? `.${start.event}` : ''}\n\n`);
      const missing = missingBehind(history, start);
      if (missing !== undefined) yield bytes(missing);
      // Of a row that was told in part the rest comes first.
      let number = Math.min(start.number - Math.sign(start.event), history.ends()?.last ?? 0);
      for (;;) {
        const pages = history.above({
          scope,
          number,
          limit: limit.journalPage,
          isWanted: wanted.mayWant,
        });
        for (const page of pages) {
          yield* this.#tell(page, page.number === start.number ? start.event : 0);
          number = page.number;
        }
        if (pages.length > 0 && !following.isOver) continue;
        if (!goesOn) return;
        const what = await following.more(limit.followersHearMs);
        if (what === 'over') return;
        // A line of comment keeps proxies from closing what is silent, and finds out who has gone.
        if (what === 'quiet') yield bytes(': nothing new\n\n');
      }
    } finally {
      following.end();
    }
  }

  /** What many children did together goes out in pieces. */
  async *#tell({ number, changes }: JournalPage, skip: number): AsyncGenerator<Uint8Array> {
    if (changes === undefined) {
      yield bytes(dropped(undefined));
      return;
    }
    let text = '';
    let event = 0;
    for (const change of changes) {
      event++;
      if (++this.#looked % limit.journalSlice === 0) await this.#parts.pause();
      // The first change of a job is its submission, of which no event is sent.
      if (event <= skip || change.from === undefined || !this.#parts.wanted.wants(change)) continue;
      const place = `${number}.${event}`;
      const told = jobStateChange(change);
      const data = JSON.stringify(told);
      if (!this.#parts.matches(data)) continue;
      text += `id: ${place}\nevent: ${told['detail-type']}\ndata: ${data}\n\n`;
      if (text.length < limit.journalPieceCharacters) continue;
      yield bytes(text);
      text = '';
    }
    if (text !== '') yield bytes(text);
  }
}

/** What is told of what cannot be told any more. */
function missingBehind(history: HistoryReader, { number }: Place): string | undefined {
  const { first, last } = history.ends() ?? { first: 1, last: 0 };
  // It is of another database.
  if (number > last) return dropped(undefined);
  return number === 0 || first <= number + 1 ? undefined : dropped(first - number - 1);
}

const dropped = (changes: number | undefined): string =>
  `event: dropped\ndata: ${JSON.stringify({ changes })}\n\n`;

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
