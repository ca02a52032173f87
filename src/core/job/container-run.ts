// Where the containers of one attempt stand, and what follows: which may start, which is never to,
// which is to stop next. As ECS runs the containers of a task (amazon-ecs-agent,
// agent/engine/dependencygraph). Pure; it knows no job and no engine.

import type { ContainerCondition, ContainerTerms } from './terms.ts';

type Dependency = NonNullable<ContainerTerms['dependsOn']>[number];

/** Where one container of an attempt stands. */
export type ContainerRun =
  /** For what it depends on. */
  | { readonly state: 'waiting' }
  | { readonly state: 'starting'; readonly askedAtMs: number }
  | { readonly state: 'running'; readonly askedAtMs: number; readonly startedAtMs: number }
  | EndedContainer;

export interface EndedContainer {
  readonly state: 'ended';
  /** Absent: it never ran. */
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs: number;
  /** Absent where it never ran, or nobody knows. */
  readonly exitCode?: number | undefined;
  /** As `containerReason` of {@link EndedAttempt}. */
  readonly reason?: string | undefined;
}

/** It was asked to start and has not ended. */
export const isUnderWay = (
  run: ContainerRun,
): run is ContainerRun & { readonly state: 'starting' | 'running' } =>
  run.state === 'starting' || run.state === 'running';

const isWaiting = ({ state }: ContainerRun): boolean => state === 'waiting';

/** Whether it runs or has run. */
export const hasStarted = (run: ContainerRun): boolean =>
  run.state === 'running' || (run.state === 'ended' && run.startedAtMs !== undefined);

const isMet = (run: ContainerRun, condition: ContainerCondition): boolean =>
  hasStarted(run) &&
  (condition === 'START' ||
    (run.state === 'ended' && (condition === 'COMPLETE' || run.exitCode === 0)));

/** Where an attempt's containers stand after a step, and those whose start is to be asked for. */
interface Step {
  readonly runs: readonly ContainerRun[];
  readonly starts: readonly number[];
}

/**
 * Before anything was started. `together`: whoever runs them orders them by itself, and is to have
 * all of them at once.
 */
export const beginRuns = (
  containers: readonly ContainerTerms[],
  nowMs: number,
  { together }: { readonly together: boolean },
): Step =>
  together
    ? {
        runs: containers.map(() => ({ state: 'starting', askedAtMs: nowMs })),
        starts: [...containers.keys()],
      }
    : advance(
        containers,
        containers.map(() => ({ state: 'waiting' })),
        nowMs,
      );

/**
 * Starts whatever waits for nothing any more, and gives up what waits for something that cannot
 * become true; with it what waits for that.
 */
export function advance(
  containers: readonly ContainerTerms[],
  before: readonly ContainerRun[],
  nowMs: number,
): Step {
  const starts: number[] = [];
  if (!before.some(isWaiting)) return { runs: before, starts };
  const runs = [...before];
  for (let moved = true; moved;) {
    moved = false;
    for (const [index, { dependsOn = [] }] of containers.entries()) {
      if (runs[index]?.state !== 'waiting') continue;
      const open = dependsOn.filter(({ container, condition }) => {
        const run = runs[container];
        return run === undefined || !isMet(run, condition);
      });
      const inVain = open.find(({ container }) => runs[container]?.state === 'ended');
      if (inVain !== undefined) {
        const reason = inVainReason(containers, inVain);
        runs[index] = { state: 'ended', stoppedAtMs: nowMs, reason };
        moved = true;
      } else if (open.length === 0) {
        runs[index] = { state: 'starting', askedAtMs: nowMs };
        starts.push(index);
      }
    }
  }
  return { runs, starts };
}

const wanted = { START: 'start', COMPLETE: 'run to its end', SUCCESS: 'end with exit code 0' };

const inVainReason = (
  containers: readonly ContainerTerms[],
  { container, condition }: Dependency,
): string =>
  `CannotStartContainerError: depends on container '${containers[container]?.name}', which did not ${wanted[condition]}`;

/**
 * The time is over in which this container was to become what others wait for: those that still
 * wait for it are never started.
 */
export function giveUpWaiting(
  containers: readonly ContainerTerms[],
  runs: readonly ContainerRun[],
  container: number,
  nowMs: number,
): readonly ContainerRun[] {
  return runs.map((run, index) => {
    const dependency = openDependency(containers, runs, index, container);
    if (dependency === undefined) return run;
    const reason = `${inVainReason(containers, dependency)} within ${containers[container]?.startTimeoutSeconds} s`;
    return { state: 'ended', stoppedAtMs: nowMs, reason };
  });
}

/** Whether somebody still waits for the container. */
export const isWaitedFor = (
  containers: readonly ContainerTerms[],
  runs: readonly ContainerRun[],
  container: number,
): boolean =>
  runs.some((_, index) => openDependency(containers, runs, index, container) !== undefined);

/** What the waiting container `of` still waits for in `on`. */
function openDependency(
  containers: readonly ContainerTerms[],
  runs: readonly ContainerRun[],
  of: number,
  on: number,
): Dependency | undefined {
  if (runs[of]?.state !== 'waiting') return undefined;
  const run = runs[on];
  return containers[of]?.dependsOn?.find(
    ({ container, condition }) => container === on && (run === undefined || !isMet(run, condition)),
  );
}

/** The step, but that nothing starts by it. */
export const withoutStarts = ({ runs, starts }: Step): readonly ContainerRun[] =>
  starts.length === 0
    ? runs
    : runs.map((run, index) => (starts.includes(index) ? { state: 'waiting' } : run));

/** Nothing is started any more: whatever waits never is. */
export const closed = (runs: readonly ContainerRun[], nowMs: number): readonly ContainerRun[] =>
  runs.some(isWaiting)
    ? runs.map((run) => (isWaiting(run) ? { state: 'ended', stoppedAtMs: nowMs } : run))
    : runs;

/**
 * Those that are to be told to stop once all are to: each before what it depends on.
 */
export function stoppable(
  containers: readonly ContainerTerms[],
  runs: readonly ContainerRun[],
): number[] {
  const underWay = [...runs.keys()].filter((index) => isUnderWay(runs[index] as ContainerRun));
  const neededBy = new Set<number>();
  for (const index of underWay)
    for (const { container } of containers[index]?.dependsOn ?? []) neededBy.add(container);
  return underWay.filter((index) => !neededBy.has(index));
}
