// The end of a group: it is marked first, then its schedules go, some at a time, and it goes last.
// What the end of the process cuts off goes on at the next start.

import type { Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { Envelope } from '../../../port/command-bus.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { scheduleKey, type SchedulerKinds } from '../resources.ts';

const envelope: Envelope = { part: 'schedules' };

export class GroupRemoval {
  readonly #space: ResourceSpace<SchedulerKinds>;

  constructor(space: ResourceSpace<SchedulerKinds>) {
    this.#space = space;
  }

  /** Of a group that is marked; resolves when it is gone. */
  async remove(scope: Scope, name: string, by: Envelope = envelope): Promise<void> {
    const { removedAtOnce } = limit.scheduler;
    const begin = `${name}/`;
    for (let isGone = false; !isGone;)
      isGone = await this.#space.change(scope, by, (draft) => {
        if (draft.get('group', name)?.isDeleting === undefined) return true;
        const schedules = draft.from('schedule', begin, removedAtOnce);
        const keys = schedules.map(scheduleKey).filter((key) => key.startsWith(begin));
        for (const key of keys) draft.remove('schedule', key);
        if (keys.length === removedAtOnce) return false;
        draft.remove('group', name);
        return true;
      });
  }

  /** Of all that are marked. A rejection means that the server is stopping. */
  async resume(): Promise<void> {
    for (const scope of this.#space.scopes())
      for (const { name, isDeleting } of this.#space.current(scope).all('group'))
        if (isDeleting) await this.remove(scope, name);
  }
}
