// Picks the engine: the one that is named, else the one that this data directory's jobs ran on,
// else, where the caller lets it choose, Docker where it answers and processes where not. Says why.
// Jobs that lived in containers never become plain processes of this machine because Docker is
// away: the server then waits for it or does not start.

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { never } from '../base/assert.ts';
import { dockerAnswers, type DockerAnswers } from '../engine/docker/docker-answers.ts';
import { DockerEngine } from '../engine/docker/docker-engine.ts';
import { FakeEngine } from '../engine/fake/fake-engine.ts';
import { NoEngine as NoEngineOfItsOwn } from '../engine/none/no-engine.ts';
import { ProcessEngine } from '../engine/process/process-engine.ts';
import type { Engine } from '../port/engine.ts';
import type { ServerConfig } from './config.ts';
import { hasHistory, recordedEngine, type EngineKind } from './engine-record.ts';
import { systemClock } from './system-ports.ts';

export interface EngineRules {
  /**
   * Whether processes may be taken for want of Docker where no job has run yet: `up` and `demo` on
   * a new directory.
   */
  readonly mayTakeProcesses: boolean;
  /**
   * Absent: where Docker is needed and does not answer, the server does not start. Else it waits,
   * and tells for what.
   */
  readonly wait?:
    | { readonly until: AbortSignal; readonly tell: (line: string) => void }
    | undefined;
}

export interface ChosenEngine {
  readonly kind: EngineKind;
  readonly reason: string;
  /** The engine that this directory's jobs ran on before, where it was another one. */
  readonly instead?: EngineKind | undefined;
}

/** Docker is needed and not there, or can never be reached so; `message` says what to do. */
export class NoEngine extends Error {
  override name = 'NoEngine';
}

/** The wait for Docker was ended by the caller's signal. */
export class WaitEnded extends Error {
  override name = 'WaitEnded';
}

const askAgainMs = 1_000;
const tellAgainMs = 60_000;

/** Throws {@link NoEngine} or {@link WaitEnded}. `ask` is `dockerAnswers` but for tests. */
export async function chooseEngine(
  config: Pick<ServerConfig, 'engine' | 'dataDir'> &
    Partial<Pick<ServerConfig, 'takesCurrentCluster'>>,
  rules: EngineRules,
  ask: () => Promise<DockerAnswers> = dockerAnswers,
): Promise<ChosenEngine> {
  const recorded = recordedEngine(config.dataDir);
  if (config.engine !== 'auto') {
    if (config.engine === 'docker') await whenDockerAnswers('--engine docker', rules, ask);
    return {
      kind: config.engine,
      reason: 'asked for',
      instead: recorded === config.engine ? undefined : recorded,
    };
  }
  if (recorded !== undefined) {
    if (recorded === 'docker')
      await whenDockerAnswers("this data directory's jobs run on Docker", rules, ask);
    return { kind: recorded, reason: "this data directory's jobs run on it" };
  }
  if (hasHistory(config.dataDir)) {
    // The version before wrote no record: taking Docker is right or harmless, taking processes may
    // be neither.
    await whenDockerAnswers(
      'this data directory does not say which engine its jobs ran on, so it may be Docker',
      rules,
      ask,
    );
    return { kind: 'docker', reason: 'Docker answers on this machine' };
  }
  if (config.takesCurrentCluster) return { kind: 'none', reason: 'jobs run on the cluster' };
  const answer = await ask();
  if (answer.answers) return { kind: 'docker', reason: 'Docker answers on this machine' };
  if (rules.mayTakeProcesses)
    return { kind: 'process', reason: `Docker does not answer: ${answer.why}` };
  await whenDockerAnswers('jobs run on Docker unless another engine is named', rules, ask);
  return { kind: 'docker', reason: 'Docker answers on this machine' };
}

async function whenDockerAnswers(
  need: string,
  { wait }: EngineRules,
  ask: () => Promise<DockerAnswers>,
): Promise<void> {
  let [told, toldAtMs] = ['', 0];
  for (;;) {
    const answer = await ask();
    if (answer.answers) return;
    const line = `${need}, and Docker does not answer: ${answer.why}. Start Docker, or name another engine, as in --engine process (plain processes of this machine, not isolated)`;
    // What is wrong with the variables of this process stays wrong.
    if (wait === undefined || answer.misconfigured) throw new NoEngine(line);
    if (wait.until.aborted) throw new WaitEnded(line);
    if (line !== told || systemClock.now() - toldAtMs >= tellAgainMs) {
      wait.tell(`waiting for Docker: ${line}`);
      [told, toldAtMs] = [line, systemClock.now()];
    }
    await pause(askAgainMs, undefined, { signal: wait.until }).catch(() => undefined);
  }
}

/** Not open yet. `identity` marks its containers. */
export function makeEngine(kind: EngineKind, config: ServerConfig, identity: string): Engine {
  switch (kind) {
    case 'docker':
      return new DockerEngine({
        mark: identity,
        jobNetwork: config.jobNetwork,
        jobNetworks: config.jobNetworks,
        pidsLimit: config.pidsLimit,
        fileSystems: config.fileSystems,
      });
    case 'process':
      return new ProcessEngine({
        directory: join(config.dataDir, 'process'),
        fileSystems: config.fileSystems,
      });
    case 'fake':
      return new FakeEngine({ clock: systemClock });
    case 'none':
      return new NoEngineOfItsOwn();
    default:
      return never(kind);
  }
}

/** What becomes of attempts that another engine ran: this one knows nothing of them. */
export function whatBecomesOf(count: number, before: EngineKind, identity: string): string {
  const those = count === 1 ? '1 attempt' : `${count} attempts`;
  const lost = `${those} of this data directory ran on the ${before} engine and had not ended: what was running counts as lost, and is tried again here where its job has attempts left; what was starting starts here.`;
  switch (before) {
    case 'docker':
      return `${lost} The containers are left alone: docker rm -f $(docker ps -aq --filter label=longshore.instance=${identity}) removes them, and so does the next start with --engine docker`;
    case 'process':
      return `${lost} The processes go on until they end, or until the next start with --engine process ends them`;
    case 'fake':
    case 'none':
      return lost;
    default:
      return never(before);
  }
}
