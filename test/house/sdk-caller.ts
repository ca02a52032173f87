// The SDK's clients against a rig: whatever they ask for has the time that it needs, on the clock
// that the test moves, and on the real one while the SDK's own modules load.

import { sdkClient } from './sdk-client.ts';
import type { Rig } from './rig.ts';

export class SdkCaller {
  readonly rig: Rig;

  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** `client` is the name of the module's client class, e.g. `BatchClient`. */
  send(
    module: Readonly<Record<string, unknown>>,
    client: string,
    command: unknown,
  ): Promise<Record<string, unknown>> {
    return this.through(sdkClient(module, client, this.rig.app.pipeline).send(command));
  }

  /** Whatever it waits for comes about. */
  async through<T>(answer: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    answer.then(over, over);
    while (!isOver) {
      await this.rig.clock.pass();
      await new Promise(setImmediate);
    }
    return answer;
  }
}
