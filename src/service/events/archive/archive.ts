// Archives as operations find and show them. An archive is fed by a managed rule of its bus, as on
// AWS; without it, it stays as it is.

import type { Archive as ArchiveShown } from '@aws-sdk/client-eventbridge';
import type { ArchiveReader } from '../../../port/archive.ts';
import type { RequestContext } from '../../../wire/operation.ts';
import { integerIn } from '../../constraint.ts';
import { busArn } from '../arn.ts';
import { nameIn } from '../check.ts';
import { rulesOn } from '../deps.ts';
import { alreadyThere, limitExceeded, noArchive } from '../error.ts';
import { limit } from '../../../core/limit.ts';
import { ruleKey, type Archive, type EventsDraft, type EventsView } from '../resources.ts';

export const archiveName = (given: string | undefined): string => nameIn(given, 48, 'archiveName');

export const retentionDays = (given: number | undefined): number | undefined =>
  integerIn(given, 0, 2_147_483_647, 'retentionDays');

export function foundArchive(events: EventsView, name: string): Archive {
  const archive = events.get('archive', name);
  if (archive === undefined) throw noArchive(name);
  return archive;
}

/** As AWS names it. */
export const archiveRule = ({ bus, name }: Pick<Archive, 'bus' | 'name'>) => ({
  bus,
  name: `Events-Archive-${name}`,
});

/** What is replayed is kept in no archive once more: the rule book sees to that. */
const everything = '{"replay-name":[{"exists":false}]}';

/** Puts the archive, and its rule as it must be. */
export function putArchive(draft: EventsDraft, archive: Archive, nowMs: number): void {
  const named = archiveRule(archive);
  const there = draft.get('rule', ruleKey(named));
  if (there !== undefined && there.archive !== archive.id) throw alreadyThere(`Rule ${named.name}`);
  if (there === undefined && rulesOn(draft, archive.bus).length >= limit.events.rulesPerBus)
    throw limitExceeded();
  draft.put('archive', archive.name, archive);
  draft.put('rule', ruleKey(named), {
    ...named,
    description: `Feeds the archive ${archive.name}`,
    pattern: archive.pattern ?? everything,
    state: 'ENABLED',
    tags: {},
    archive: archive.id,
    sinceMs: there?.sinceMs ?? nowMs,
    targets: [],
  });
}

/** Somebody may have taken its rule away by force. */
export const stateOf = (events: EventsView, archive: Archive): 'ENABLED' | 'DISABLED' =>
  events.get('rule', ruleKey(archiveRule(archive)))?.archive === archive.id
    ? 'ENABLED'
    : 'DISABLED';

export function shownArchive(
  events: EventsView,
  archives: Pick<ArchiveReader, 'archiveSize'>,
  archive: Archive,
  { scope }: Pick<RequestContext, 'scope'>,
): ArchiveShown {
  const size = archives.archiveSize(archive.id);
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn(scope, archive.bus),
    State: stateOf(events, archive),
    RetentionDays: archive.retentionDays,
    SizeBytes: size.bytes,
    EventCount: size.events,
    CreationTime: new Date(archive.createdAtMs),
  };
}
