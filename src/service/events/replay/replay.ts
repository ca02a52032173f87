// Replays as operations find and show them.

import type { Replay as ReplayShown, ReplayState } from '@aws-sdk/client-eventbridge';
import type { RequestContext } from '../../../wire/operation.ts';
import { namedArn } from '../arn.ts';
import { nameIn } from '../check.ts';
import { noReplay } from '../error.ts';
import type { EventsView, Replay } from '../resources.ts';

export const replayName = (given: string | undefined): string => nameIn(given, 64, 'replayName');

export const replayStates = [
  'STARTING',
  'RUNNING',
  'CANCELLING',
  'COMPLETED',
  'CANCELLED',
  'FAILED',
] as const satisfies readonly ReplayState[];

export const hasEnded = ({ state }: Pick<Replay, 'state'>): boolean =>
  state === 'COMPLETED' || state === 'CANCELLED' || state === 'FAILED';

export function foundReplay(events: EventsView, name: string): Replay {
  const replay = events.get('replay', name);
  if (replay === undefined) throw noReplay(name);
  return replay;
}

export const shownReplay = (
  replay: Replay,
  { scope }: Pick<RequestContext, 'scope'>,
): ReplayShown => ({
  ReplayName: replay.name,
  EventSourceArn: namedArn(scope, 'archive', replay.archive.name),
  State: replay.state,
  StateReason: replay.reason,
  EventStartTime: new Date(replay.fromMs),
  EventEndTime: new Date(replay.toMs),
  EventLastReplayedTime: replay.last && new Date(replay.last.atMs),
  ReplayStartTime: new Date(replay.startedAtMs),
  ReplayEndTime: replay.endedAtMs === undefined ? undefined : new Date(replay.endedAtMs),
});
