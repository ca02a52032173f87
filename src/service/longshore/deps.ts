// What the operations of our own work with: ports only.

import type { CommandBus } from '../../port/command-bus.ts';
import type { Reader } from '../../port/reader.ts';

export interface LongshoreDeps {
  readonly bus: Pick<CommandBus, 'submit'>;
  readonly reader: Reader;
}
