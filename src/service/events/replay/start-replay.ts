// StartReplay: what an archive kept of a time goes to its bus once more, to all rules of the bus or
// to those that are named.

import type {
  StartReplayCommandInput,
  StartReplayCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { lengthIn, validation } from '../../constraint.ts';
import { onNamed } from '../access.ts';
import { namedArn, namedByArn, namedRule } from '../arn.ts';
import { description } from '../check.ts';
import { change, foundBus, type EventsOperation } from '../deps.ts';
import { alreadyThere, limitExceeded } from '../error.ts';
import { ruleKey, type Archive, type EventsView, type Replay } from '../resources.ts';
import { hasEnded, replayName } from './replay.ts';

export const startReplay: EventsOperation<StartReplayCommandInput, StartReplayCommandOutput> = {
  authorizes: ({ ReplayName, EventSourceArn: archive, Destination: to }, context) =>
    onNamed('StartReplay', 'replay', ReplayName, context, [archive ?? '', to?.Arn ?? '']),

  async handle(deps, input, context) {
    const name = replayName(input.ReplayName);
    const { EventSourceArn: source = '', Destination: to } = input;
    lengthIn(source, 1, 1_600, 'eventSourceArn');
    const text = description(input.Description);
    const fromMs = input.EventStartTime?.getTime() ?? Number.NaN;
    const toMs = input.EventEndTime?.getTime() ?? Number.NaN;
    if (!(fromMs < toMs))
      throw invalid('EventEndTime', 'EventStartTime must be before EventEndTime.');
    if (!/^arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\//.test(to?.Arn ?? ''))
      throw invalid('Destination.Arn', 'Must contain an event bus ARN.');
    const filterArns = lengthIn(to?.FilterArns, 0, limit.events.rulesPerBus, 'filterArns');
    const nowMs = deps.clock.now();
    await change(deps, context, (draft) => {
      if (draft.get('replay', name) !== undefined) throw alreadyThere(`Replay ${name}`);
      const archive = archiveBy(draft, source, context);
      const bus = foundBus(draft, context, to?.Arn, 'destination.arn').name;
      if (bus !== archive.bus)
        throw invalid('Destination.Arn', 'Cross event bus replay is not permitted.');
      for (const arn of filterArns ?? []) checkFilter(draft, arn, bus, context);
      const replays = draft.all('replay');
      if (replays.filter((one) => !hasEnded(one)).length >= limit.events.replays)
        throw limitExceeded();
      for (const old of replays)
        if ((old.endedAtMs ?? nowMs) + limit.events.replayKeptMs < nowMs)
          draft.remove('replay', old.name);
      const replay: Replay = {
        name,
        description: text,
        archive: { name: archive.name, id: archive.id },
        bus,
        filterArns: filterArns?.length === 0 ? undefined : filterArns,
        fromMs,
        toMs,
        state: 'STARTING',
        startedAtMs: nowMs,
      };
      draft.put('replay', name, replay);
    });
    return {
      ReplayArn: namedArn(context.scope, 'replay', name),
      State: 'STARTING',
      ReplayStartTime: new Date(nowMs),
    };
  },
};

const invalid = (name: string, reason: string): Error =>
  validation(`Parameter ${name} is not valid. Reason: ${reason}`);

type Where = Parameters<typeof foundBus>[1];

function archiveBy(events: EventsView, arn: string, { scope }: Where): Archive {
  const named = namedByArn(arn);
  const isArchive = named?.resource.startsWith('archive/') === true;
  if (!isArchive) throw invalid('EventSourceArn', 'Must contain an archive ARN.');
  const name = named.resource.slice('archive/'.length);
  const archive = named.scope === scope ? events.get('archive', name) : undefined;
  if (archive === undefined) throw invalid('EventSourceArn', `Archive ${name} does not exist.`);
  return archive;
}

function checkFilter(events: EventsView, arn: string, bus: string, { scope }: Where): void {
  lengthIn(arn, 1, 1_600, 'destination.filterArns.member');
  const named = namedByArn(arn);
  const rule = named?.scope === scope ? namedRule(named.resource) : undefined;
  if (rule?.bus !== bus || events.get('rule', ruleKey(rule)) === undefined)
    throw invalid('Destination.FilterArns', `${arn} is not the ARN of a rule of the event bus.`);
}
