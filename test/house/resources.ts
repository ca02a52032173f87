// Resources in memory behind the ports, for the tests of services that keep some. Only tests import
// it.

import type { CommandBus } from '../../src/port/command-bus.ts';
import type { ResourceReader } from '../../src/port/store.ts';
import type { ResourceRow, ResourceSpaceKey } from '../../src/port/table.ts';

export class FakeResources implements ResourceReader {
  readonly #rows = new Map<string, ResourceRow>();
  readonly #versions = new Map<string, number>();
  /** Runs before a write takes place: what others do meanwhile. */
  beforeWrite: (() => Promise<unknown>) | undefined;

  readonly bus: Pick<CommandBus, 'write'> = {
    write: async (write) => {
      const meanwhile = this.beforeWrite;
      this.beforeWrite = undefined;
      await meanwhile?.();
      if (write.table !== 'resource') return 'absent';
      const { space, version, put, remove } = write;
      if (this.resourceVersion(space) !== version) return 'stale';
      this.#versions.set(keyOf(space), version + 1);
      for (const { kind, id } of remove) this.#rows.delete(keyOf(space, kind, id));
      // What is stored is what JSON keeps of it.
      for (const row of put)
        this.#rows.set(
          keyOf(space, row.kind, row.id),
          JSON.parse(JSON.stringify(row)) as ResourceRow,
        );
      return 'done';
    },
  };

  resourceVersion(space: ResourceSpaceKey): number {
    return this.#versions.get(keyOf(space)) ?? 0;
  }

  resource(space: ResourceSpaceKey, kind: string, id: string): ResourceRow | undefined {
    return this.#rows.get(keyOf(space, kind, id));
  }

  resources(space: ResourceSpaceKey, kind: string): readonly ResourceRow[] {
    const prefix = keyOf(space, kind, '');
    return [...this.#rows]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, row]) => row)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

const keyOf = ({ service, scope }: ResourceSpaceKey, ...more: string[]): string =>
  [service, scope, ...more].join('\n');
