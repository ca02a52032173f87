// What an engine tells of a container, of all that it keeps in mind of it.

import type { EngineContainer } from '../port/engine.ts';

export const engineContainer = ({
  containerId,
  state,
  startedAtMs,
  stoppedAtMs,
  exit,
  address,
}: EngineContainer): EngineContainer => ({
  containerId,
  state,
  startedAtMs,
  stoppedAtMs,
  exit,
  address,
});
