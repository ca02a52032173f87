// Scheduling policies and share identifiers as requests give them (the model's documentation of
// each member).

import type { FairsharePolicy, QuotaSharePolicy, ShareAttributes } from '@aws-sdk/client-batch';
import { QuotaShareIdleResourceAssignmentStrategy } from '@aws-sdk/client-batch';
import { limit } from '../../../core/limit.ts';
import { shareIdentifierForm } from '../../../core/scheduling-policy/scheduling-policy.ts';
import { integerIn, lengthIn, matches, oneOf } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

/**
 * A share of either kind of queue: on one with quota shares it is the name of one. The line of the
 * queue knows which it may be. An empty one is as good as none.
 */
export function checkShareIdentifier(value: string | undefined, member: string): void {
  if (value !== '')
    matches(
      value,
      /^[A-Za-z0-9_-]{1,255}\*?$/,
      member,
      'up to 255 letters, digits, hyphens and underscores, which an asterisk may follow',
    );
}

/** "Only one of fairsharePolicy or quotaSharePolicy can be set." */
export function checkPolicies(request: {
  readonly fairsharePolicy?: FairsharePolicy | undefined;
  readonly quotaSharePolicy?: QuotaSharePolicy | undefined;
}): void {
  if (request.fairsharePolicy !== undefined && request.quotaSharePolicy !== undefined)
    throw invalid('Only one of fairsharePolicy or quotaSharePolicy can be set');
  oneOf(
    QuotaShareIdleResourceAssignmentStrategy,
    request.quotaSharePolicy?.idleResourceAssignmentStrategy,
    'quotaSharePolicy.idleResourceAssignmentStrategy',
  );
  const { shareDecaySeconds, computeReservation, shareDistribution } =
    request.fairsharePolicy ?? {};
  const where = 'fairsharePolicy';
  integerIn(shareDecaySeconds, 0, 604_800, `${where}.shareDecaySeconds`);
  integerIn(computeReservation, 0, 99, `${where}.computeReservation`);
  lengthIn(shareDistribution, 0, limit.shareDistributionEntries, `${where}.shareDistribution`);
  checkDistribution(shareDistribution ?? [], `${where}.shareDistribution`);
}

function checkDistribution(entries: readonly ShareAttributes[], where: string): void {
  entries.forEach(({ shareIdentifier, weightFactor = 1 }, index) => {
    matches(
      shareIdentifier,
      shareIdentifierForm,
      `${where}[${index}].shareIdentifier`,
      'up to 255 letters and digits, which an asterisk may follow',
    );
    if (!isWeight(weightFactor))
      throw invalid(
        `${where}[${index}].weightFactor must be from 0.0001 to 999.9999; it is ${weightFactor}`,
      );
  });
  const overlap = overlapping(entries.map(({ shareIdentifier = '' }) => shareIdentifier));
  if (overlap !== undefined)
    throw invalid(`${where}: the share identifiers '${overlap[0]}' and '${overlap[1]}' overlap`);
}

/** Clients hold it in 32 bits, in which the bounds themselves are not exact. */
const isWeight = (factor: number): boolean =>
  Math.fround(factor) >= Math.fround(0.0001) && Math.fround(factor) <= Math.fround(999.9999);

/**
 * Two entries that speak of the same share. In order of text, what a prefix covers stands right
 * behind it.
 */
function overlapping(identifiers: readonly string[]): [string, string] | undefined {
  const sorted = identifiers
    .map((text) => ({ text, stem: text.replace('*', '') }))
    .sort((a, b) => (a.stem < b.stem ? -1 : a.stem > b.stem ? 1 : b.text.length - a.text.length));
  let prefix: string | undefined;
  for (const [index, { text, stem }] of sorted.entries()) {
    if (prefix !== undefined && stem.startsWith(prefix)) return [`${prefix}*`, text];
    if (index > 0 && sorted[index - 1]?.stem === stem) return [text, text];
    if (text.endsWith('*')) prefix = stem;
  }
  return undefined;
}
