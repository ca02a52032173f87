// What becomes of events by itself: rules and what they want, the router between buses and targets,
// archives and replays. It puts them together; it decides nothing.

import type { Control } from '../control/control.ts';
import type { Clock } from '../port/clock.ts';
import { ArchiveRetention } from '../service/events/archive/archive-retention.ts';
import { Router } from '../service/events/delivery/router.ts';
import { Replayer } from '../service/events/replay/replayer.ts';
import { RuleInterest } from '../service/events/rule/interest.ts';
import { RuleBook } from '../service/events/rule/rule-book.ts';
import type { Spaces } from './spaces.ts';

interface RoutingParts {
  readonly control: Pick<Control, 'bus' | 'busIntake' | 'reader'>;
  readonly spaces: Pick<Spaces, 'events' | 'ec2'>;
  readonly clock: Clock;
  readonly isDiskLow?: (() => boolean) | undefined;
  readonly onProblem: (what: string, error: unknown) => void;
}

interface EventRouting {
  readonly ruleBook: RuleBook;
  readonly interest: RuleInterest;
  /** From here on events go their ways, those that wait from before too. */
  readonly open: () => void;
}

export function eventRouting({
  control,
  spaces,
  clock,
  isDiskLow,
  onProblem,
}: RoutingParts): EventRouting {
  const { bus, busIntake, reader } = control;
  const { events: space, ec2 } = spaces;
  const ruleBook = new RuleBook(space);
  const router = new Router({
    events: busIntake,
    rules: ruleBook,
    history: reader.history,
    sources: { batch: reader.batch, jobs: reader.jobs, ec2 },
    clock,
    onProblem,
  });
  const ofArchives = { space, archives: reader.archives, clock };
  const replayer = new Replayer({ ...ofArchives, intake: busIntake, isDiskLow });
  const retention = new ArchiveRetention({ ...ofArchives, bus });
  return {
    ruleBook,
    interest: new RuleInterest(ruleBook, space),
    open() {
      router.open();
      replayer.open();
      retention.open();
    },
  };
}
