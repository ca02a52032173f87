// The simulation's own tests: it repeats itself, and a bug that is planted for each checker is
// caught by that checker alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isArrayParent } from '../src/core/job/job.ts';
import type { Control } from '../src/control/control.ts';
import {
  hostId,
  splitContainerId,
  splitJobId,
  type ContainerId,
  type JobId,
} from '../src/base/ids.ts';
import type { Event } from '../src/core/event.ts';
import { instanceIdOf, type Instance } from '../src/core/host/host.ts';
import type { ArrayParent, Job } from '../src/core/job/job.ts';
import { FairLine } from '../src/core/schedule/order/fair-line.ts';
import type { QuotaBooks } from '../src/core/schedule/order/quota-books.ts';
import { QuotaLine } from '../src/core/schedule/order/quota-line.ts';
import type { LiveWorld } from '../src/core/world/live-world.ts';
import type { ContainerSpec, Engine, EngineReport } from '../src/port/engine.ts';
import type { ClusterNode } from '../src/port/cluster-nodes.ts';
import { allCheckers } from './checker/all.ts';
import type { SimulatedCluster } from './cluster.ts';
import { simulate, type SimulationOptions } from './simulation.ts';

test('the same seed gives the same hash, and another seed another', async () => {
  const [first, again, other] = [
    await simulate(7, { commands: 80 }),
    await simulate(7, { commands: 80 }),
    await simulate(8, { commands: 80 }),
  ];
  assert.equal(first.hash, again.hash);
  assert.notEqual(first.hash, other.hash);
});

test('a seed has its commands and its faults', async () => {
  const { commands, faults } = await simulate(1);
  assert.ok(commands >= 500, `${commands} commands`);
  assert.ok([...faults.values()].reduce((sum, count) => sum + count, 0) >= 20, 'twenty faults');
});

/** Lets every event pass through `change` before the world folds it. */
const changingEvents = (
  change: (event: Event, world: LiveWorld) => Event | undefined,
): SimulationOptions => ({
  sabotage({ world }) {
    const apply = world.apply.bind(world);
    world.apply = (event) => {
      const changed = change(event, world);
      if (changed !== undefined) apply(changed);
    };
  },
});

/** Puts other methods in the place of some of the engine's. */
const changingEngine = (methods: (engine: Engine) => Partial<Engine>): SimulationOptions => ({
  sabotageEngine: (engine) => {
    const other = methods(engine);
    return new Proxy(engine, {
      get: (target, name) =>
        other[name as keyof Engine] ??
        (target[name as keyof Engine] as (...given: unknown[]) => unknown).bind(target),
    });
  },
});

const changingCluster = (
  sabotageCluster: (cluster: SimulatedCluster) => void,
): SimulationOptions => ({ sabotageCluster });

/** Of what the cluster's engine reports, `change` says what the server hears. */
function changeReports(
  cluster: SimulatedCluster,
  change: (report: EngineReport, say: (report: EngineReport) => void) => void,
): void {
  const engineFor = cluster.engineFor.bind(cluster);
  cluster.engineFor = (life) => {
    const engine = engineFor(life);
    const open = engine.open.bind(engine);
    return Object.assign(engine, {
      open: (onReport: (report: EngineReport) => void) =>
        open((report) => change(report, onReport)),
    });
  };
}

/** Tells the server other nodes of the cluster than it has. */
const changingNodes = (
  change: (
    nodes: readonly ClusterNode[] | undefined,
    cluster: SimulatedCluster,
  ) => readonly ClusterNode[] | undefined,
): SimulationOptions =>
  changingCluster((cluster) => {
    const nodesFor = cluster.nodesFor.bind(cluster);
    cluster.nodesFor = (life) => {
      const nodes = nodesFor(life);
      return { ...nodes, of: (arn) => change(nodes.of(arn), cluster) };
    };
  });

const changingControl = (sabotage: (control: Control) => void): SimulationOptions => ({ sabotage });

/** Changes every line of a queue with quota shares. */
const changingLines = (change: (line: QuotaLine) => void): SimulationOptions =>
  changingControl(({ world }) => {
    const { lines } = world.scheduler;
    const changeIf = (line: unknown): void => {
      if (line instanceof QuotaLine) change(line);
    };
    for (const line of lines.values()) changeIf(line);
    const open = lines.open.bind(lines);
    lines.open = (queueArn) => {
      open(queueArn);
      changeIf(lines.of(queueArn));
    };
  });

/** Changes what a line with fair shares has, each time that somebody asks for it. */
const changingShares = (change: (line: FairLine) => void): SimulationOptions =>
  changingControl(({ world }) => {
    const { lines } = world.scheduler;
    const of = lines.of.bind(lines);
    lines.of = (queueArn) => {
      const line = of(queueArn);
      if (line instanceof FairLine) change(line);
      return line;
    };
  });

/** Books, and sketches made of them, by which every share holds more than its own. */
function takenForBorrowers(books: QuotaBooks): QuotaBooks {
  const fork = books.fork.bind(books);
  return Object.assign(books, { isOver: () => true, fork: () => takenForBorrowers(fork()) });
}

/** The instance that an event changes. */
const instanceIn = (event: Event): Instance | undefined =>
  event.type === 'host-stored' && event.host.kind === 'instance' ? event.host : undefined;

/** Whether the container is the main node's of a multi-node job. */
const isMainNode = ({ environment, network }: ContainerSpec): boolean =>
  environment.some(
    ({ name, value }) =>
      name === 'AWS_BATCH_JOB_MAIN_NODE_INDEX' && value === String(network?.node),
  );

const isServiceJob = (world: LiveWorld, id: JobId): boolean =>
  world.jobs.get(id)?.terms.service !== undefined;

const ended = new Map<JobId, Job | ArrayParent>();
const specs = new Map<string, ContainerSpec>();

/** By the law that has to see it: which bug is planted, and how. */
const planted: Record<string, Record<string, SimulationOptions>> = {
  'transitions are legal and ends are for ever': {
    'an end that changes afterwards': changingEvents((event, world) => {
      if (event.type === 'job-runnable')
        for (const [id, job] of ended)
          world.changes.jobs.set(id, { ...job, statusReason: 'rewritten' });
      for (const job of world.changes.jobs.values())
        if (job.status === 'SUCCEEDED') ended.set(job.id, job);
      return event;
    }),
    'an attempt that is forgotten though it counts': changingControl(({ world }) => {
      const apply = world.apply.bind(world);
      world.apply = (event) => {
        apply(event);
        const job = event.type === 'attempt-ended' ? world.jobs.get(event.jobId) : undefined;
        if (job !== undefined && !isArrayParent(job) && job.attempts.length > 1)
          apply({ type: 'attempt-amended', job: { ...job, attempts: job.attempts.slice(1) } });
      };
    }),
  },
  'a job has one attempt under way at most': {
    'a second container of the same job': changingEngine((engine) => ({
      start: (spec) =>
        engine.start(spec).finally(() =>
          engine.start({
            ...spec,
            containerId: `${spec.containerId.slice(1)}f` as typeof spec.containerId,
          }),
        ),
    })),
  },
  'an attempt starts once': {
    'a start that begins anew what was begun': changingEngine((engine) => ({
      start: async (spec) => {
        await engine.start(spec);
        await engine.remove(spec.containerId);
        await engine.start(spec);
      },
    })),
  },
  'what ran is not said not to have started': {
    'a stop that trusts what was seen before': {
      sabotageEngine: (engine) => {
        let say: Parameters<Engine['open']>[0] = () => undefined;
        const seenAsCreated = new Set<ContainerId>();
        const open: Engine['open'] = (onReport) => {
          say = onReport;
          return engine.open((report) =>
            report.type === 'started' && seenAsCreated.has(report.containerId)
              ? undefined
              : onReport(report),
          );
        };
        const start: Engine['start'] = (spec) => {
          seenAsCreated.add(spec.containerId);
          return engine.start(spec);
        };
        const list: Engine['list'] = () => {
          seenAsCreated.clear();
          return engine.list();
        };
        const stop: Engine['stop'] = async (containerId, graceMs) => {
          if (!seenAsCreated.has(containerId)) return engine.stop(containerId, graceMs);
          await engine.remove(containerId);
          say({
            type: 'start-failed',
            containerId,
            atMs: Date.UTC(2026, 0, 2),
            reason: 'stopped before it started',
          });
        };
        return new Proxy(engine, {
          get: (target, name) =>
            ({ open, start, list, stop })[name as 'open'] ??
            (target[name as keyof Engine] as (...given: unknown[]) => unknown).bind(target),
        });
      },
    },
  },
  'a host is declared lost only after silence': {
    'a host that is taken for lost when it is drained': changingEvents((event) => {
      const host =
        event.type === 'host-stored' &&
        event.host.kind === 'registered' &&
        event.host.status === 'DRAINING'
          ? event.host
          : undefined;
      return host === undefined || event.type !== 'host-stored'
        ? event
        : { ...event, host: { ...host, lost: { sinceMs: 1 } } };
    }),
  },
  'capacity recounts': {
    'resources that are never given back': changingEvents((event) =>
      event.type === 'resources-released' ? undefined : event,
    ),
    'an environment that is filled beyond its limit': changingControl(({ world }) => {
      world.environmentUse = () => ({ milliVcpu: 0, memoryMib: 0, gpus: 0 });
    }),
  },
  'instances stay within minvCpus and maxvCpus': {
    'two instances for each that is launched': changingControl(({ world }) => {
      const apply = world.apply.bind(world);
      world.apply = (event) => {
        apply(event);
        const instance = instanceIn(event);
        if (instance?.state === 'PENDING')
          apply({
            type: 'host-stored',
            host: { ...instance, id: hostId(`f${instance.id.slice(1)}`) },
          });
      };
    }),
    'a minimum that nobody keeps': changingEvents((event) =>
      instanceIn(event)?.state === 'PENDING' ? undefined : event,
    ),
  },
  'idle instances end after their delay, and none before': {
    'an idle instance that is never ended': changingEvents((event) =>
      instanceIn(event)?.state === 'SHUTTING_DOWN' ? undefined : event,
    ),
    'a delay that is counted from an hour before the last job': changingEvents((event) =>
      event.type === 'resources-released'
        ? { ...event, heardAtMs: event.heardAtMs - 3_600_000 }
        : event,
    ),
    'an instance that is drained for nobody': changingControl(({ world }) => {
      const apply = world.apply.bind(world);
      world.apply = (event) => {
        apply(event);
        const host =
          event.type === 'attempt-placed' ? world.hosts.get(event.placement.hostId) : undefined;
        if (host?.kind === 'instance')
          apply({ type: 'host-stored', host: { ...host, state: 'DRAINING' } });
      };
    }),
  },
  'jobs are placed on instances that may take them': {
    'an instance that takes jobs though its image fails the specification': changingControl(
      ({ world }) => {
        const apply = world.apply.bind(world);
        world.apply = (event) => {
          apply(event);
          const instance = instanceIn(event);
          if (instance?.state === 'RUNNING')
            world.changes.hosts.set(instance.id, {
              ...instance,
              unfit: 'its kernel is older than 3.10',
            });
        };
      },
    ),
  },
  'the end of an instance is shown by its jobs': {
    'another instance’s name': changingEvents((event) =>
      event.type === 'attempt-ended' && event.attempt.statusReason?.startsWith('Host EC2 ') === true
        ? {
            ...event,
            attempt: {
              ...event.attempt,
              statusReason: 'Host EC2 (instance i-00000000000000000) terminated.',
            },
          }
        : event,
    ),
    'jobs that run on though their instance ends': changingEvents((event) =>
      event.type === 'stop-requested' && event.stop.by === 'host' ? undefined : event,
    ),
  },
  'compute environments come to rest, and go from status to status as on AWS': {
    'one that was made and does not settle': changingEvents((event, world) => {
      const isSettled =
        event.type === 'compute-environment-stored' && event.environment.status === 'VALID';
      return isSettled &&
        world.computeEnvironments.get(event.environment.arn)?.status === 'CREATING'
        ? undefined
        : event;
    }),
    'one that an update takes back to CREATING': changingEvents((event, world) => {
      const isChanged =
        event.type === 'compute-environment-stored' &&
        world.computeEnvironments.get(event.environment.arn)?.status === 'VALID';
      return isChanged
        ? { ...event, environment: { ...event.environment, status: 'CREATING' } }
        : event;
    }),
  },
  'consumable resources balance': {
    'an amount that is never given back': changingControl(({ world: { consumableResources } }) => {
      consumableResources.release = () => undefined;
    }),
  },
  'dependencies are respected': {
    'a dependency that is not waited for': changingEvents((event) =>
      event.type === 'job-pending' ? { ...event, type: 'job-runnable' } : event,
    ),
    'a failure that holds up who goes on whatever the outcome': changingEvents((event) =>
      event.type === 'job-submitted'
        ? { ...event, job: { ...event.job, terms: { ...event.job.terms, after: undefined } } }
        : event,
    ),
    'a failure with another reason': changingEvents((event) =>
      event.type === 'job-ended' && event.statusReason === 'Dependent Job failed'
        ? { ...event, statusReason: 'it was a bad day' }
        : event,
    ),
  },
  'parents are folds': {
    'an array that succeeds though a child failed': changingEvents((event, world) => {
      const job = event.type === 'job-ended' ? world.jobs.get(event.jobId) : undefined;
      return event.type === 'job-ended' && job !== undefined && isArrayParent(job)
        ? { ...event, status: 'SUCCEEDED' }
        : event;
    }),
  },
  'nodes are placed together or not at all': {
    'a node that has no place': changingEvents((event) =>
      event.type === 'attempt-placed' && event.otherNodes !== undefined
        ? { ...event, otherNodes: event.otherNodes.slice(1) }
        : event,
    ),
    'nodes that share a host': changingEvents((event, world) => {
      if (
        event.type !== 'attempt-placed' ||
        world.hosts.get(event.placement.hostId)?.kind === 'machine'
      )
        return event;
      return {
        ...event,
        otherNodes: event.otherNodes?.map((node) => ({ ...node, hostId: event.placement.hostId })),
      };
    }),
  },
  'the main node runs first': {
    'a node that is forgotten when the main one runs': changingEvents((event) =>
      event.type === 'nodes-launched' ? { ...event, nodes: event.nodes.slice(1) } : event,
    ),
    'a main node that is said to run and does not': {
      sabotageEngine: (engine) => {
        let say: Parameters<Engine['open']>[0] = () => undefined;
        return new Proxy(engine, {
          get(target, name) {
            if (name === 'open') return (onReport: typeof say) => target.open((say = onReport));
            if (name === 'start')
              return async (spec: ContainerSpec) =>
                isMainNode(spec)
                  ? say({
                      type: 'started',
                      containerId: spec.containerId,
                      atMs: Date.UTC(2026, 0, 1),
                    })
                  : target.start(spec);
            return (target[name as keyof Engine] as (...given: unknown[]) => unknown).bind(target);
          },
        });
      },
    },
  },
  'containers of an attempt go in their order': {
    'a start that waits for nothing': changingEvents((event) =>
      event.type === 'attempt-placed' && event.runs !== undefined
        ? {
            ...event,
            runs: event.runs.map((run) =>
              run.state === 'waiting' ? { state: 'starting', askedAtMs: event.atMs } : run,
            ),
          }
        : event,
    ),
    'ends that are told of one another': changingEvents((event) =>
      event.type === 'attempt-ended' && event.attempt.containers !== undefined
        ? {
            ...event,
            attempt: { ...event.attempt, containers: event.attempt.containers.toReversed() },
          }
        : event,
    ),
  },
  'no node outlives its job': {
    'a job that ends with its main node at once': changingControl(({ world: { nodes } }) => {
      nodes.live = () => new Map();
      nodes.forget = () => undefined;
    }),
  },
  'networks of nodes are cleaned up': {
    'a main node that is never removed': changingEngine((engine) => ({
      start: (spec) => {
        if (isMainNode(spec)) specs.set(spec.containerId, spec);
        return engine.start(spec);
      },
      remove: (containerId) =>
        specs.has(containerId) ? Promise.resolve() : engine.remove(containerId),
    })),
  },
  'nothing that the capacity provider has leaks': {
    'an end that never arrives': {
      sabotageCapacity: (capacity) => ({ ...capacity, end: () => undefined }),
    },
    'a comparison that sees nothing': {
      sabotageCapacity: (capacity) => ({
        ...capacity,
        list: () => new Promise(() => undefined),
      }),
    },
  },
  'what was answered is so': {
    'a move whose details are not stored': changingControl(({ world }) => {
      world.changes.updated.set = () => world.changes.updated;
      const takeChanges = world.takeChanges.bind(world);
      world.takeChanges = () => {
        const taken = takeChanges();
        world.changes.updated.set = () => world.changes.updated;
        return taken;
      };
    }),
    'a stop that is answered and forgotten': changingControl(({ bus }) => {
      const submit = bus.submit.bind(bus);
      bus.submit = (command, envelope) =>
        command.type === 'stop-job'
          ? (Promise.resolve({}) as ReturnType<typeof bus.submit<typeof command>>)
          : submit(command, envelope);
    }),
  },
  'nothing starts twice on a cluster': {
    'pods that go with whoever takes them away, before anybody heard of them': changingCluster(
      (cluster) => {
        cluster.pods.keepsEnds = false;
        changeReports(cluster, (report, say) => {
          if (report.type === 'started')
            cluster.lose(splitContainerId(report.containerId).attemptId);
          else say(report);
        });
      },
    ),
  },
  'a cluster that is away has lost nothing': {
    'nodes that are taken for gone while nothing can be known of them': changingNodes(
      (nodes, cluster) => (cluster.isAway ? [] : nodes),
    ),
    'one that was silent for a moment': changingNodes((nodes) =>
      nodes?.filter(({ isReady }) => isReady),
    ),
  },
  'what ran on a node that is gone says so': {
    'an attempt that seems to have ended by itself': changingEvents((event) =>
      event.type === 'attempt-ended' && event.attempt.connection !== undefined
        ? {
            ...event,
            attempt: { ...event.attempt, statusReason: 'Essential container in task exited' },
          }
        : event,
    ),
  },
  'an attempt that there was no room for costs nothing': {
    'one that counts': changingEvents((event) =>
      event.type === 'attempt-ended' && event.attempt.unplaced
        ? { ...event, attempt: { ...event.attempt, free: undefined } }
        : event,
    ),
    'one that is tried again at once': changingEvents((event) =>
      event.type === 'job-retried' ? { ...event, notBeforeMs: undefined } : event,
    ),
  },
  'no node’s room is exceeded by our own jobs': {
    'nodes that are taken for twice as large': changingNodes((nodes) =>
      nodes?.map((node) => ({
        ...node,
        capacity: { ...node.capacity, milliVcpu: 2 * node.capacity.milliVcpu },
      })),
    ),
  },
  'no pod leaks': {
    'pods that nobody lets go': changingCluster((cluster) => {
      const engineFor = cluster.engineFor.bind(cluster);
      cluster.engineFor = (life) =>
        Object.assign(engineFor(life), { remove: () => Promise.resolve() });
    }),
  },
  'accepted jobs survive, and end as they should': {
    'a node that takes its job with it': changingControl(({ world }) => {
      const apply = world.apply.bind(world);
      world.apply = (event) => {
        apply(event);
        const { parent, node } = splitJobId(
          event.type === 'job-ended' && event.status === 'FAILED' ? event.jobId : '',
        );
        const job = node === undefined ? undefined : world.jobs.get(parent);
        if (job?.status === 'RUNNING' && job.mainNodeEnd === undefined && job.stops === undefined)
          apply({
            type: 'stop-requested',
            jobId: parent,
            stop: { by: 'terminate', reason: 'a node has failed', atMs: 0 },
          });
      };
    }),
    'a success that is told as a failure': changingEvents((event) =>
      event.type === 'job-ended' && event.status === 'SUCCEEDED'
        ? { ...event, status: 'FAILED' }
        : event,
    ),
  },
  'nothing starts after a stop': {
    'a container that is started again when it is removed': changingEngine((engine) => ({
      start: (spec) => {
        specs.set(spec.containerId, spec);
        return engine.start(spec);
      },
      remove: async (containerId) => {
        await engine.remove(containerId);
        const spec = specs.get(containerId);
        if (spec !== undefined) await engine.start(spec);
      },
    })),
  },
  'timeouts are enforced': {
    'a timeout that nobody looks after': changingControl(({ world }) => {
      world.deadlines.add = () => undefined;
    }),
  },
  'time limits act when they are due': {
    'a time limit that never acts': changingControl(({ world }) => {
      const add = world.deadlines.add.bind(world.deadlines);
      world.deadlines.add = (deadline) => {
        if (deadline.type !== 'job-state-time-limit') add(deadline);
      };
    }),
  },
  'retries obey their rules': {
    'another attempt of what was cancelled after its start': changingEvents((event, world) => {
      const job = event.type === 'job-ended' ? world.jobs.get(event.jobId) : undefined;
      return event.type === 'job-ended' &&
        event.status === 'FAILED' &&
        splitJobId(event.jobId).index === undefined &&
        job !== undefined &&
        'lateCancel' in job &&
        job.lateCancel !== undefined
        ? { type: 'job-retried', jobId: event.jobId, atMs: event.atMs }
        : event;
    }),
    'rules of a service job that nobody looks at': changingEvents((event) => {
      if (event.type !== 'job-submitted' || event.job.terms.service === undefined) return event;
      const { retry } = event.job.terms;
      const terms = { ...event.job.terms, retry: retry && { ...retry, rules: [] } };
      return { ...event, job: { ...event.job, terms } };
    }),
    'a retry that is not made': changingEvents((event) =>
      event.type === 'job-retried' && !event.jobId.includes(':')
        ? {
            ...event,
            type: 'job-ended',
            status: 'FAILED',
            statusReason: 'Essential container in task exited',
          }
        : event,
    ),
  },
  'delays between attempts are kept': {
    'a next attempt at once': changingEvents((event) =>
      event.type === 'job-retried' ? { ...event, notBeforeMs: undefined } : event,
    ),
    'a time that nobody looks after': changingControl(({ world }) => {
      const add = world.deadlines.add.bind(world.deadlines);
      world.deadlines.add = (deadline) => {
        if (deadline.type !== 'retry-due') add(deadline);
      };
    }),
  },
  'no more run at once than tags allow': {
    'a group and an array that are never full': changingControl(({ world: { scheduler } }) => {
      scheduler.parallel.isFull = () => false;
    }),
    'a queue that is never full': changingControl(({ world: { scheduler } }) => {
      scheduler.parallel.inQueue = () => 0;
    }),
    'room that is given back twice': changingControl(({ world: { scheduler } }) => {
      const gaveBack = scheduler.parallel.gaveBack.bind(scheduler.parallel);
      const counted = new Set<unknown>();
      scheduler.parallel.gaveBack = (allocation) => {
        gaveBack(allocation);
        if (allocation.parallel !== undefined && !counted.has(allocation.parallel.among)) {
          counted.add(allocation.parallel.among);
          gaveBack(allocation);
        }
      };
    }),
  },
  'ended jobs are kept as long as was said': {
    'jobs that are removed in a hurry': changingControl(({ bus }) => {
      const write = bus.write.bind(bus);
      bus.write = (given, envelope) =>
        write(
          given.table === 'job' ? { ...given, endedBeforeMs: given.endedBeforeMs + 90_000 } : given,
          envelope,
        );
    }),
  },
  'priorities and the order of submission are honoured': {
    'the second of the order is taken before the first': changingControl(
      ({
        world: {
          scheduler: { backlog },
        },
      }) => {
        const take = backlog.take.bind(backlog);
        backlog.take = () => {
          const first = take();
          const second = first && take();
          if (first !== undefined && second !== undefined) backlog.putBack(first);
          return second ?? first;
        };
      },
    ),
  },
  'shares are honoured': {
    'shares that are not weighed': changingShares(({ shares }) => {
      shares.keyOf = () => 0n;
    }),
    'starts that count for an hour, however short': changingShares(({ shares }) => {
      for (const share of shares.values())
        if (share.attemptMs !== undefined) share.attemptMs = 3_600_000;
    }),
    'ends that are not settled': changingShares(({ shares }) => {
      for (const share of shares.values()) share.unsettled = 0;
    }),
  },
  'quota shares keep to their quotas': {
    'a share that holds what it likes': changingLines((line) => {
      line.holdsBack = () => undefined;
    }),
    'a preemption that counts twice': changingEvents((event) =>
      event.type === 'attempt-ended' && event.attempt.preempted !== undefined
        ? { ...event, attempt: { ...event.attempt, preempted: event.attempt.preempted + 1 } }
        : event,
    ),
    'victims that keep to their own': changingLines((line) => {
      const books = line.books.bind(line);
      line.books = (jobClass) => takenForBorrowers(books(jobClass));
    }),
  },
  'lenders get their own back': {
    'a planner that forgets what is borrowed': changingLines((line) => {
      const books = line.books.bind(line);
      line.books = (jobClass) => Object.assign(books(jobClass), { isOver: () => false });
    }),
    'a planner that makes way for one job of many': changingLines((line) => {
      const contenders = line.contenders.bind(line);
      line.contenders = (overtaken) => {
        const [first] = contenders(overtaken);
        if (first === undefined) return [];
        first.count = (most) => Math.min(1, most);
        return [first];
      };
    }),
  },
  'service jobs keep to the capacity of their environment': {
    'an environment that counts no instances': changingControl(({ world }) => {
      const { serviceEnvironments } = world;
      const used = serviceEnvironments.used.bind(serviceEnvironments);
      serviceEnvironments.used = (arn, unit) => (unit === 'NUM_INSTANCES' ? 0 : used(arn, unit));
    }),
    'an environment that counts no instances of a type': changingControl(({ world }) => {
      const { serviceEnvironments } = world;
      const used = serviceEnvironments.used.bind(serviceEnvironments);
      serviceEnvironments.used = (arn, unit) => (unit === 'NUM_INSTANCES' ? used(arn, unit) : 0);
    }),
  },
  'service jobs go from status to status': {
    'one that is STARTING as soon as it has its place': changingControl(({ world }) => {
      const apply = world.apply.bind(world);
      world.apply = (event) => {
        apply(event);
        if (event.type === 'attempt-placed' && isServiceJob(world, event.jobId))
          apply({ type: 'attempt-preparing', jobId: event.jobId, atMs: event.atMs });
      };
    }),
    'attempts that are not counted': changingEvents((event, world) =>
      event.type === 'attempt-placed' && isServiceJob(world, event.jobId)
        ? { ...event, placement: { ...event.placement, number: 1 } }
        : event,
    ),
  },
  'nothing starves': {
    'resources that are never given back': changingEvents((event) =>
      event.type === 'resources-released' ? undefined : event,
    ),
  },
  'reasons are true': {
    'a final reason of what is not final': changingControl(({ reader }) => {
      const job = reader.jobs.one.bind(reader.jobs);
      reader.jobs.one = (scope, id) => {
        const view = job(scope, id);
        return view?.waitingReason === undefined
          ? view
          : { ...view, waitingReason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - it seems so' };
      };
    }),
  },
  'what is answered over the wire is so': {
    'a description that forgets the last attempt': changingControl(({ reader }) => {
      const one = reader.jobs.one.bind(reader.jobs);
      reader.jobs.one = (scope, id) => {
        const view = one(scope, id);
        if (view === undefined || isArrayParent(view.job)) return view;
        return { ...view, job: { ...view.job, attempts: view.job.attempts.slice(0, -1) } };
      };
    }),
  },
  'a change and its record are one': {
    'records that do not travel with their changes': changingControl(({ bus }) => {
      const submit = bus.submit.bind(bus);
      bus.submit = (command, by) => submit(command, { ...by, record: undefined });
    }),
    'answers that nobody writes down': changingControl(({ records }) => {
      records.complete = () => undefined;
    }),
  },
  'what is followed is told once, in order': {
    'a journal that leaves out a commit now and then': changingControl(({ journal }) => {
      const keeps = journal.keeps.bind(journal);
      let asked = 0;
      journal.keeps = (changes, nowMs) => {
        const kept = keeps(changes, nowMs);
        return kept === 'on' && ++asked % 50 === 0 ? 'off' : kept;
      };
    }),
  },
  'what a rule wants arrives, in the order of its job': {
    'a change that is stored for no rule': changingControl(({ busIntake }) => {
      const wanted = busIntake.wanted.bind(busIntake);
      let asked = 0;
      busIntake.wanted = (changes, ...given) =>
        wanted(
          changes.filter(() => ++asked % 200 !== 0),
          ...given,
        );
    }),
    'deliveries that overtake one another': changingControl(({ outbox }) => {
      const change = outbox.change.bind(outbox);
      outbox.change = (deliveries, ...given) =>
        change(
          deliveries.map((delivery) => ({ ...delivery, key: undefined })),
          ...given,
        );
    }),
    'events that are done with before their deliveries are stored': changingControl(
      ({ busIntake, outbox }) => {
        busIntake.routed = async (rows, deliveries) => {
          const removeEvents = rows.map(({ number }) => number);
          await outbox.change([], { removeEvents }, { part: 'rules' });
          await outbox.change(deliveries, {}, { part: 'rules' });
        };
      },
    ),
    'deliveries that are forgotten when they fail': changingControl(({ outbox }) => {
      const open = outbox.open.bind(outbox);
      outbox.open = (senders) =>
        open(
          Object.fromEntries(
            Object.entries(senders).map(([kind, sender]) => [
              kind,
              { ...sender, send: async (...given) => void (await sender.send(...given)) },
            ]),
          ),
        );
    }),
  },
  'instances are told of from their launch to their end': {
    'an end that is stored for no rule': changingControl(({ world }) => {
      const { happenings } = world;
      const push = happenings.push.bind(happenings);
      happenings.push = (...told) =>
        push(...told.filter((one) => !('state' in one && one.state === 'terminated')));
    }),
    'a state that is told twice': changingEvents((event, world) => {
      const instance = instanceIn(event);
      if (instance?.state === 'RUNNING')
        world.happenings.push({
          type: 'instance-changed',
          state: 'pending',
          scope: instance.scope,
          instanceId: instanceIdOf(instance),
        });
      return event;
    }),
  },
  'what is shown was committed': {
    'a list that shows what does not wait': changingControl(({ reader }) => {
      const jobs = reader.jobs.listAtOnce.bind(reader.jobs);
      reader.jobs.listAtOnce = ({ status: _status, ...query }) => jobs(query);
    }),
  },
  'output arrives once and in order': {
    'output that is read twice': changingEngine((engine) => ({
      async *logs(containerId, from) {
        yield* engine.logs(containerId, from);
        yield* engine.logs(containerId, from);
      },
    })),
  },
  'the world recounts, and the store rebuilds it': {
    'a change that is not written': changingControl(({ world }) => {
      const apply = world.apply.bind(world);
      world.apply = (event) => {
        apply(event);
        if (event.type === 'attempt-running') world.changes.jobs.delete(event.jobId);
      };
    }),
    'instances of service jobs that are never given back': changingControl(({ world }) => {
      world.serviceEnvironments.release = () => undefined;
    }),
    'how far jobs were overtaken, which is not written': changingControl(({ world }) => {
      const takeChanges = world.takeChanges.bind(world);
      world.takeChanges = () => {
        world.changes.overtaken.clear();
        return takeChanges();
      };
    }),
  },
};

test('a bug is planted for every law', () => {
  assert.deepEqual(
    allCheckers()
      .map((checker) => checker.law)
      .sort(),
    Object.keys(planted).sort(),
  );
});

for (const [law, bugs] of Object.entries(planted)) {
  for (const [bug, options] of Object.entries(bugs)) {
    test(`a planted bug is caught: ${bug}`, async () => {
      let finding = 'nothing was found';
      for (let seed = 1; seed <= 90 && !finding.startsWith(law); seed++) {
        ended.clear();
        specs.clear();
        const checkers = allCheckers().filter((checker) => checker.law === law);
        finding = await simulate(seed, { ...options, checkers, commands: 120 }).then(
          () => finding,
          (error: Error) => error.message,
        );
      }
      assert.ok(finding.startsWith(law), finding);
    });
  }
}
