// Which records are a trail's: of its account and regions, of the time in which it logs, of the
// kind that it is for. Pure.

import { scopeParts } from '../../../base/ids.ts';
import type { CallRecordRow } from '../../../port/store.ts';
import type { TrailEvent } from '../record/event.ts';
import type { Delivery, Trail } from '../resources.ts';

const globalSources: ReadonlySet<string> = new Set(['iam.amazonaws.com', 'sts.amazonaws.com']);

/** By its row alone: what is not of the account or the time need not be read. */
export const mayBeOf = (
  { home }: Trail,
  { windows }: Delivery,
  { scope, atMs }: CallRecordRow,
): boolean =>
  scopeParts(scope).account === scopeParts(home).account &&
  windows.some(({ fromMs, toMs = Infinity }) => fromMs <= atMs && atMs <= toMs);

export function isOf(trail: Trail, row: CallRecordRow, event: TrailEvent): boolean {
  const { home, isMultiRegion, hasGlobalServices, selector } = trail;
  const isGlobal = globalSources.has(event.eventSource);
  if (isGlobal ? !hasGlobalServices : !isMultiRegion && row.scope !== home) return false;
  if (selector === undefined) return true;
  if (!selector.hasManagement || selector.without.includes(event.eventSource)) return false;
  return selector.records === 'All' || (selector.records === 'ReadOnly') === event.readOnly;
}
