// What is handed in for buses, as a test hears of it; it goes on to where it goes else.

import type { NewBusEvent } from '../../src/port/delivery.ts';
import type { Rig } from './rig.ts';

/** From here on. */
export function busEventsOf(rig: Rig): NewBusEvent[] {
  const { busIntake } = rig.control;
  const put = busIntake.put.bind(busIntake);
  const events: NewBusEvent[] = [];
  busIntake.put = (given, by) => {
    events.push(...given);
    return put(given, by);
  };
  return events;
}
