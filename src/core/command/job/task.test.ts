// An attempt of several containers: which start when, what one's end does to the others and to the
// attempt, in which order they are stopped, and how long one waits for another. Each step is a
// command, as control gives it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../../base/assert.ts';
import {
  arn,
  attemptId,
  containerIdOf,
  jobId,
  scopeOf,
  splitContainerId,
} from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { containerRuns } from '../../job/attempt.ts';
import { isLive, type Job } from '../../job/job.ts';
import type { ContainerTerms } from '../../job/terms.ts';
import { transact } from '../../turn/transact.ts';
import type { LiveWorld } from '../../world/live-world.ts';
import { checkWorld } from '../../world/invariant.ts';
import { host, worldOf } from '../../../../test/house/world.ts';
import { submittedDetail, submittedIdentity } from '../../../../test/house/submitted.ts';
import type { Command } from '../command.ts';
import type { ReportContainer } from './report-container.ts';

const id = jobId('j');
const scope = scopeOf('000000000000', 'us-east-1');
const attempt = attemptId('a'.repeat(32));
const needs = { milliVcpu: 1000, memoryMib: 64, gpus: 0 };
const exit = (exitCode: number) => ({ exitCode, outOfMemory: false });

/** `name! < START other` and so on: `!` is essential, what follows `<` is waited for. */
function containersOf(...lines: readonly string[]): readonly ContainerTerms[] {
  const names = lines.map((line) => (/^\w+/.exec(line) ?? [''])[0]);
  return lines.map((line, index) => ({
    name: names[index] as string,
    needs,
    essential: line.includes('!'),
    log: { group: 'g', prefix: 'p' },
    ...(line.includes('<') && {
      dependsOn: [...line.matchAll(/(START|COMPLETE|SUCCESS) (\w+)/g)].map(([, condition, on]) => ({
        container: names.indexOf(on as string),
        condition: condition as 'START',
      })),
    }),
    ...(line.includes('within') && { startTimeoutSeconds: 10 }),
    ...(line.includes('slowly') && { stopTimeoutSeconds: 90 }),
  }));
}

class Life {
  readonly world: LiveWorld = worldOf({ jobs: [] });
  readonly #containers: readonly ContainerTerms[];
  nowMs = 10;
  /** What is to be done outside, in order: `start db`, `stop db`, `remove db`. */
  done: string[] = [];

  constructor(...lines: readonly string[]) {
    this.#containers = containersOf(...lines);
    const terms = { needs, containers: this.#containers, timeoutSeconds: 60 };
    const identity = { ...submittedIdentity(id), terms };
    this.world.apply({
      type: 'job-submitted',
      detail: { ...identity, ...submittedDetail, task: { containers: [] } },
      job: { ...identity, attempts: [], status: 'SUBMITTED' },
    });
    this.world.apply({ type: 'job-runnable', jobId: id, atMs: 0 });
    this.do({
      type: 'place-job',
      jobId: id,
      attemptId: attempt,
      hostId: host,
      computeEnvironmentArn: arn('ce'),
    });
  }

  do(command: Command): void {
    const { reply, effects } = transact(this.world, command, this.nowMs);
    if (isRefusal(reply)) throw new Error(reply.message);
    checkWorld(this.world);
    for (const effect of effects)
      if ('containerId' in effect)
        this.done.push(
          `${effect.type.split('-')[0]} ${this.#nameOf(splitContainerId(effect.containerId).index)}`,
        );
  }

  #nameOf = (index: number): string => must(this.#containers[index], 'it is one of them').name;

  report(name: string, report: ReportContainer['report']): void {
    const index = this.#containers.findIndex((each) => each.name === name);
    const containerId = containerIdOf(attempt, index);
    this.do({ type: 'report-container', containerId, report });
  }

  started(...names: readonly string[]): this {
    for (const name of names) this.report(name, { type: 'started', atMs: ++this.nowMs });
    return this;
  }

  exited(name: string, exitCode = 0): this {
    this.report(name, { type: 'exited', atMs: ++this.nowMs, exit: exit(exitCode) });
    return this;
  }

  terminate(): this {
    this.do({ type: 'stop-job', scope, jobId: id, by: 'terminate', reason: 'enough' });
    return this;
  }

  /** What was to be done since it was last asked. */
  get next(): readonly string[] {
    return this.done.splice(0);
  }

  get job(): Job {
    const ended = this.world.changes.jobs.get(id);
    const job = this.world.jobs.get(id) ?? ended;
    assert(job !== undefined && !('arraySize' in job));
    return job;
  }

  get states(): readonly string[] {
    assert(isLive(this.job));
    return containerRuns(this.job.attempt).map(({ state }) => state);
  }

  /** As the job shows it: its status, and the only attempt's exit code and reasons. */
  get end(): readonly unknown[] {
    const [last] = this.job.attempts;
    return [this.job.status, last?.exitCode, last?.containerReason, this.job.statusReason];
  }
}

const essential = 'Essential container in task exited';

describe('The containers of an attempt', () => {
  it('start at once where they wait for nothing, and the attempt runs when the last has', () => {
    const life = new Life('main!', 'side');
    assert.deepEqual(life.next, ['start main', 'start side']);
    life.started('side');
    assert.equal(life.job.status, 'STARTING');
    life.started('main');
    assert.equal(life.job.status, 'RUNNING');
  });

  it('start when what they wait for runs, has ended, or has ended well', () => {
    const life = new Life(
      'main! < SUCCESS migrate',
      'migrate < START db',
      'db',
      'last < COMPLETE migrate',
    );
    assert.deepEqual(life.next, ['start db']);
    assert.deepEqual(life.started('db').next, ['start migrate']);
    assert.deepEqual(life.started('migrate').next, []);
    assert.equal(life.job.status, 'STARTING');
    assert.deepEqual(life.exited('migrate').next, ['start main', 'start last']);
    life.started('main', 'last');
    assert.equal(life.job.status, 'RUNNING');
    assert.deepEqual(life.states, ['running', 'ended', 'running', 'running']);
  });

  it('that wait for an end that came badly are never started, nor is what waits for those', () => {
    const life = new Life('main!', 'next < START hook', 'hook < SUCCESS init', 'init');
    life.started('main', 'init').exited('init', 3);
    assert.equal(life.job.status, 'RUNNING');
    assert.deepEqual(life.states, ['running', 'ended', 'ended', 'ended']);
    const { attempts } = life.exited('main').job;
    assert.deepEqual(
      attempts[0]?.containers?.map(({ startedAtMs, reason }) => [
        startedAtMs !== undefined,
        reason,
      ]),
      [
        [true, undefined],
        [false, "CannotStartContainerError: depends on container 'hook', which did not start"],
        [
          false,
          "CannotStartContainerError: depends on container 'init', which did not end with exit code 0",
        ],
        [true, undefined],
      ],
    );
  });

  it('end the attempt where an essential one can never start', () => {
    const life = new Life('main! < SUCCESS init', 'init', 'side');
    life.started('init', 'side');
    assert.deepEqual(life.exited('init', 3).next.slice(-1), ['stop side']);
    assert.equal(life.job.status, 'STARTING');
    life.exited('side', 143);
    assert.deepEqual(life.end, [
      'FAILED',
      undefined,
      "CannotStartContainerError: depends on container 'init', which did not end with exit code 0",
      'Task failed to start',
    ]);
  });

  it('that are not essential end and nothing follows', () => {
    const life = new Life('main!', 'side').started('main', 'side');
    life.exited('side', 7);
    assert.deepEqual([life.job.status, life.states], ['RUNNING', ['running', 'ended']]);
    assert.deepEqual(life.exited('main').end, ['SUCCEEDED', 0, undefined, essential]);
    assert.deepEqual(
      life.job.attempts[0]?.containers?.map(({ exitCode }) => exitCode),
      [0, 7],
    );
  });

  it('are stopped when an essential one ends, which decides, each before what it waited for', () => {
    const life = new Life('db', 'cache < START db', 'main! < START cache', 'proxy! < START db');
    life.started('db', 'cache', 'proxy', 'main');
    life.done = [];
    assert.deepEqual(life.exited('main', 4).next, ['stop cache', 'stop proxy']);
    assert.equal(life.job.status, 'RUNNING');
    assert.deepEqual(life.exited('proxy', 0).next, []);
    assert.deepEqual(life.exited('cache', 0).next, ['stop db']);
    const stoppedAtMs = life.nowMs + 1;
    const removed = ['db', 'cache', 'main', 'proxy'].map((name) => `remove ${name}`);
    assert.deepEqual(life.exited('db', 137).next, removed, 'what they share outlasts each of them');
    assert.deepEqual(life.end, ['FAILED', 4, undefined, essential]);
    assert.equal(life.job.attempts[0]?.stoppedAtMs, stoppedAtMs, 'when the last had ended');
  });

  it('never run as a whole where one that is essential ends before all have started', () => {
    const life = new Life('main!', 'late').started('main');
    assert.deepEqual(life.exited('main').next.slice(-1), ['stop late']);
    assert.equal(life.job.status, 'STARTING');
    life.report('late', { type: 'start-failed', atMs: life.nowMs, reason: 'stopped before' });
    assert.deepEqual(life.end, ['SUCCEEDED', 0, undefined, essential]);
    assert.notEqual(life.job.attempts[0]?.startedAtMs, undefined);
  });

  it('that fail to start end the attempt if they are essential, and nothing else if not', () => {
    const gone = (life: Life) => ({
      type: 'start-failed' as const,
      atMs: life.nowMs,
      reason: 'CannotPullContainerError: gone',
    });
    const side = new Life('main!', 'side').started('main');
    side.report('side', gone(side));
    assert.equal(side.job.status, 'RUNNING');
    const main = new Life('main!', 'side').started('side');
    main.report('main', gone(main));
    assert.deepEqual(main.exited('side', 143).end, [
      'FAILED',
      undefined,
      'CannotPullContainerError: gone',
      'Task failed to start',
    ]);
  });

  it('wait no longer than the other’s start timeout', () => {
    const life = new Life('main! < COMPLETE init', 'init within', 'other < START init');
    life.started('init');
    assert.equal(life.world.deadlines.nextAtMs, 10_010);
    life.nowMs = 10_010;
    const deadline = must(life.world.deadlines.take(life.nowMs), 'it is due');
    life.do({ type: 'meet-deadline', deadline });
    assert.deepEqual(life.next.slice(-1), ['stop other']);
    life.report('other', { type: 'start-failed', atMs: life.nowMs, reason: 'stopped before' });
    assert.deepEqual(life.next.slice(-1), ['stop init']);
    assert.deepEqual(life.exited('init', 143).end, [
      'FAILED',
      undefined,
      "CannotStartContainerError: depends on container 'init', which did not run to its end within 10 s",
      'Task failed to start',
    ]);
  });

  it('that became in time what others wait for leave no deadline', () => {
    const life = new Life('main! < START init', 'init within').started('init', 'main');
    assert.equal(life.world.deadlines.nextAtMs, life.nowMs + 60_000, 'the job’s timeout alone');
  });
});

describe('Stopping an attempt of several containers', () => {
  it('starts nothing any more and stops what runs, in order, each with its own grace', () => {
    const life = new Life(
      'db slowly',
      'main! < START db',
      'later! < SUCCESS hook',
      'hook < START main',
    );
    life.started('db', 'main');
    life.done = [];
    assert.deepEqual(life.terminate().next, ['stop hook']);
    life.report('hook', { type: 'start-failed', atMs: life.nowMs, reason: 'stopped before' });
    assert.deepEqual(life.next, ['remove hook', 'stop main']);
    const { effects } = transact(
      life.world,
      {
        type: 'report-container',
        containerId: containerIdOf(attempt, 1),
        report: { type: 'exited', atMs: ++life.nowMs, exit: exit(143) },
      },
      life.nowMs,
    );
    assert.deepEqual(
      effects.flatMap((effect) => (effect.type === 'stop-container' ? [effect.graceMs] : [])),
      [90_000],
    );
    life.exited('db', 0);
    assert.deepEqual(life.end.slice(0, 1).concat(life.end.slice(3)), ['FAILED', 'enough']);
  });

  it('after its end was decided changes nothing of that', () => {
    const life = new Life('main!', 'side').started('main', 'side').exited('main');
    life.terminate().exited('side', 137);
    assert.deepEqual(life.end, ['SUCCEEDED', 0, undefined, essential]);
  });

  it('by its timeout is nothing any more when its end was decided', () => {
    const life = new Life('main!', 'side').started('main', 'side').exited('main', 1);
    assert.equal(life.world.deadlines.nextAtMs, undefined);
  });

  it('with its host ends all of them at once', () => {
    const life = new Life('main!', 'side', 'later < COMPLETE side').started('main', 'side');
    life.do({
      type: 'report-container',
      containerId: containerIdOf(attempt, 0),
      report: { type: 'lost', atMs: life.nowMs, reason: 'gone' },
    });
    assert.deepEqual(life.next.slice(-1), ['stop side']);
    life.exited('side', 143);
    assert.equal(life.job.statusReason, 'Host EC2 (instance i-00000000000000000) terminated.');
  });
});
