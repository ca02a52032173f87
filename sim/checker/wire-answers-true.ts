// Law: what is answered over the wire is so: a job that was submitted is there under the id that
// was answered, and one that was refused is not; a job is described as it was committed; the output
// that is read is the output that was stored.

import { isArrayParent } from '../../src/core/job/job.ts';
import { isEnded } from '../../src/core/job/status.ts';
import type { Answer } from '../client.ts';
import { BrokenLaw, type Checker, type Observed } from './checker.ts';

export const wireAnswersTrue: Checker = {
  law: 'what is answered over the wire is so',
  check(observed) {
    for (const answer of observed.answers) {
      const wrong = wrongIn(answer, observed);
      if (wrong !== undefined) throw new BrokenLaw(wrong);
    }
  },
};

function wrongIn(answer: Answer, { ledger, retainMs }: Observed): string | undefined {
  if ('submitted' in answer) {
    const { submitted: id, status, body } = answer;
    if ((status === 200) !== ledger.details.has(id))
      return `the submission of ${id} was answered with ${status}, and it is ${ledger.details.has(id) ? '' : 'not '}there`;
    const answered = (body as { jobId?: string }).jobId;
    return status === 200 && answered !== id ? `${id} was answered as ${answered}` : undefined;
  }
  if ('described' in answer) return wrongDescription(answer, retainMs);
  if ('output' in answer && answer.shown.join('\n') !== answer.is.join('\n'))
    return `${answer.output} is shown as [${answer.shown.join()}], and holds [${answer.is.join()}]`;
  return undefined;
}

function wrongDescription(
  { described, shown, is }: Extract<Answer, { described: unknown }>,
  retainMs: number | undefined,
): string | undefined {
  if (is === undefined)
    return shown && `job ${described} is not there and is shown as ${shown.status}`;
  // It may have been removed since.
  if (shown === undefined)
    return retainMs !== undefined && isEnded(is.status)
      ? undefined
      : `job ${described} is ${is.status} and is not shown`;
  if (shown.status !== is.status)
    return `job ${described} is ${is.status} and is shown as ${shown.status}`;
  if (isEnded(is.status) && shown.statusReason !== is.statusReason)
    return `job ${described} ended by '${is.statusReason}' and is shown with '${shown.statusReason}'`;
  const attempts = isArrayParent(is) || !is.terms.pod ? shown.attempts : shown.eksAttempts;
  return isArrayParent(is) || attempts?.length === is.attempts.length
    ? undefined
    : `job ${described} had ${is.attempts.length} attempts, and ${attempts?.length} are shown`;
}
