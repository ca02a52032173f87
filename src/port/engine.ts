// The engine port: what runs containers on one host. Interfaces only. An engine knows containers,
// one by one: never jobs, queues or states; which of them belong to one attempt, what waits for
// what and what ends with what is core's. It decides nothing and it never writes to the store.

import type {
  EksContainer,
  EksPodProperties,
  KeyValuePair,
  LinuxParameters,
  LogConfiguration,
  MountPoint,
  Ulimit,
  Volume,
} from '@aws-sdk/client-batch';
import type { Hidden } from '../base/hidden.ts';
import type { AttemptId, ContainerId, HostId } from '../base/ids.ts';
import type { Exit, JobNetwork } from '../core/job/attempt.ts';
import type { RegistryLogin } from './secrets.ts';
import type { Session, SessionRequest } from './session.ts';

/** A name for all to see, and what nobody may. */
export interface HiddenPair {
  readonly name: string;
  readonly value: Hidden;
}

/**
 * Everything an engine needs to run one container. Resolved: parameters are substituted,
 * AWS_BATCH_* variables are in place.
 */
export interface ContainerSpec {
  /**
   * The container's name is `longshore-<containerId>`, its label `longshore.attempt`; `start` is
   * idempotent by it.
   */
  readonly containerId: ContainerId;
  readonly image: string;
  /** In place of the image's own, which else stays. */
  readonly entrypoint?: readonly string[] | undefined;
  /** Empty: the image's own command, or none beside an entrypoint. */
  readonly command: readonly string[];
  readonly environment: readonly KeyValuePair[];
  /**
   * Above `environment`: the job's secrets, and that by which its role's credentials are had. An
   * engine hands them to the container by its environment alone, never by an argument, a label or a
   * file that others can read, and tells of them in no message.
   */
  readonly secretEnvironment?: readonly HiddenPair[] | undefined;
  /** Thousandths of a vCPU; Docker's cpu-shares are 1,024 a vCPU. */
  readonly milliVcpu: number;
  /** A hard limit; a container that exceeds it is killed. */
  readonly memoryMib: number;
  readonly gpus: number;
  /** The job's, of which addresses of AWS's services are made. */
  readonly region: string;
  /** What its own files may take of the host's disk; absent: any amount. */
  readonly ephemeralStorageGib?: number | undefined;
  readonly user?: string | undefined;
  readonly privileged?: boolean | undefined;
  readonly readonlyRootFilesystem?: boolean | undefined;
  readonly ulimits?: readonly Ulimit[] | undefined;
  readonly volumes?: readonly Volume[] | undefined;
  readonly mountPoints?: readonly MountPoint[] | undefined;
  readonly linuxParameters?: LinuxParameters | undefined;
  /**
   * Absent, or driver `awslogs`: the engine keeps the output so that `logs` can read it. Other
   * drivers are the engine's.
   */
  readonly logConfiguration?: LogConfiguration | undefined;
  /** Above the options of `logConfiguration`. */
  readonly secretLogOptions?: readonly HiddenPair[] | undefined;
  /** It takes the output of containers beside it; see {@link LogRouter}. */
  readonly logRouter?: LogRouter | undefined;
  /** Its output goes to a container beside it, which runs; its log driver is awsfirelens. */
  readonly routedTo?: RoutedTo | undefined;
  /** With which the image is pulled; absent: as whoever runs the engine is logged in. */
  readonly registryLogin?: RegistryLogin | undefined;
  /** The network of a node of a multi-node parallel job; absent: the engine's usual one. */
  readonly network?: NodeNetwork | undefined;
  /** By which it finds itself, at 127.0.0.1. */
  readonly hostNames?: readonly string[] | undefined;
  /** Its place among several containers of its attempt; absent: it is the only one. */
  readonly task?: TaskPlace | undefined;
  /** What it is in a pod; of jobs on Amazon EKS, which run on engines of clusters alone. */
  readonly pod?: PodPlace | undefined;
  /** Which of its hosts; absent: the engine has but one. */
  readonly on?: HostPlace | undefined;
  /** Labels for people who look at the engine by hand: job id, name, queue. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A host among several that share an engine. */
interface HostPlace {
  readonly hostId: HostId;
  /** What the engine calls it. */
  readonly reference?: string | undefined;
  /** The namespace of a cluster in which pods are that say nothing else; absent: the engine's. */
  readonly namespace?: string | undefined;
  /** In place of a reference: the cluster chooses, among nodes of this kind. */
  readonly anyNode?: NodeChoice | undefined;
}

/** What a node must be where a cluster chooses it. */
interface NodeChoice {
  /** EC2's word; absent: any. */
  readonly architecture?: string | undefined;
  /** One that serves a single environment serves this one. */
  readonly environmentUuid: string;
}

/**
 * What the containers of an attempt have in common, the same for each of them: one network, so that
 * they reach each other on 127.0.0.1, and each volume without a path of the host. It lasts until
 * the last of them is removed.
 */
export interface TaskPlace {
  readonly attemptId: AttemptId;
  /** How many there are. */
  readonly containers: number;
  /**
   * What it waits for, of others by their index; for engines that order by themselves alone, who
   * are given all containers of an attempt at once.
   */
  readonly after?: readonly WaitsFor[] | undefined;
  /** Whose IPC namespace: absent, as for any container. */
  readonly ipcMode?: 'host' | 'task' | 'none' | undefined;
  /** Whose PID namespace: absent, one of its own. */
  readonly pidMode?: 'host' | 'task' | undefined;
  /** The size of /dev/shm where they share it; absent: the engine's usual one. */
  readonly sharedMemoryMib?: number | undefined;
}

/**
 * What only a pod can be told, as `eksProperties` say it with everything put in. Image, command and
 * variables that stand beside it in the spec go before those in here: AWS Batch's own are there.
 */
export interface PodPlace {
  /** In which it is to be. */
  readonly namespace: string;
  /** Of the whole pod, the same for each of its containers. */
  readonly properties: EksPodProperties;
  /** Its own entry in there. */
  readonly container: EksContainer;
  /** It runs to its end before those that are none. */
  readonly init: boolean;
  /**
   * By a role that its service account names what leads to that role's credentials; undefined: that
   * is for the cluster to see to. Absent: it names no account.
   */
  readonly variablesOfRole?: ((roleArn: string) => readonly KeyValuePair[] | undefined) | undefined;
}

export interface WaitsFor {
  readonly container: number;
  readonly condition: 'START' | 'COMPLETE' | 'SUCCESS';
}

/** A container that routes the output of others by the forward protocol of Fluentd (FireLens). */
export interface LogRouter {
  /** Where it listens, at a socket in its own file system. */
  readonly socket: { readonly directory: string; readonly name: string };
  /** What it reads at its start: in place before that. */
  readonly file: { readonly path: string; readonly text: string };
}

export interface RoutedTo {
  readonly containerId: ContainerId;
  readonly socketName: string;
  /** Of its records. */
  readonly tag: string;
  /** How many records may wait; as its definition says it. */
  readonly bufferLimit?: string | undefined;
}

/** How a node of a multi-node parallel job reaches the others: each has an address of its own. */
export interface NodeNetwork extends JobNetwork {
  readonly numNodes: number;
  readonly node: number;
  /**
   * Of a main node: the containers of the others, which are to be placed together with it, for who
   * places counts them. Each is started by a start of its own, after this one runs; or removed.
   */
  readonly placedWith?: readonly ContainerSpec[] | undefined;
}

/**
 * What an engine says of its own accord. Times are milliseconds since the epoch, from the engine
 * where it knows them.
 */
export type EngineReport =
  /**
   * Of a host whose cluster chooses the nodes, before anything of the attempt runs: on which it
   * will; or why it has none yet, in the cluster's own words, which may be said again and again.
   */
  | {
      readonly type: 'seated';
      readonly containerId: ContainerId;
      readonly atMs: number;
      readonly nodeName?: string | undefined;
      readonly reason?: string | undefined;
    }
  /**
   * `notice`: what its user should know of how it runs; shown as the job's statusReason while it
   * does. `address`: of a node in a private network, where the other nodes reach it. `nodeName`:
   * as in `seated`, which may not have been said.
   */
  | {
      readonly type: 'started';
      readonly containerId: ContainerId;
      readonly atMs: number;
      readonly notice?: string | undefined;
      readonly address?: string | undefined;
      readonly nodeName?: string | undefined;
    }
  /**
   * The container never ran. `reason` is what the user reads, e.g. `CannotPullContainerError: …`.
   */
  | {
      readonly type: 'start-failed';
      readonly containerId: ContainerId;
      readonly atMs: number;
      readonly reason: string;
    }
  /**
   * There was no room for it where it was to run, though by our books there was: it never ran, and
   * its attempt is worth another place. `reason` is what its host or cluster says.
   */
  | {
      readonly type: 'not-placed';
      readonly containerId: ContainerId;
      readonly atMs: number;
      readonly reason: string;
    }
  | {
      readonly type: 'exited';
      readonly containerId: ContainerId;
      readonly atMs: number;
      readonly exit: Exit;
    }
  /**
   * The engine had it and has it no more, and cannot say how it ended: the launcher died, the
   * container was deleted.
   */
  | {
      readonly type: 'lost';
      readonly containerId: ContainerId;
      readonly atMs: number;
      readonly reason: string;
    };

/**
 * A container as the engine knows it; `list` and `inspect` answer these, so that the reconciler can
 * compare.
 */
export interface EngineContainer {
  readonly containerId: ContainerId;
  /**
   * `created`: known but not running yet. It may be about to: a start that somebody asked for may
   * be under way.
   */
  readonly state: 'created' | 'running' | 'exited';
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
  readonly exit?: Exit | undefined;
  /** As in the report `started`. */
  readonly address?: string | undefined;
}

/**
 * Where reading a log stopped: opaque to everyone but the engine that made it; safe to store as
 * text.
 */
export type LogPosition = string;

export interface LogLine {
  readonly timestampMs: number;
  /**
   * Without its line end. Raw bytes: cutting, decoding and replacing invalid UTF-8 are the log
   * sink's.
   */
  readonly message: Uint8Array;
}

export interface LogBatch {
  readonly lines: readonly LogLine[];
  /** Reading again from here gives what follows this batch, nothing twice. */
  readonly position: LogPosition;
}

export interface EngineCapabilities {
  readonly kind: 'docker' | 'process' | 'fake' | 'none' | 'kubernetes';
  /** Product and version for people, e.g. `Docker 20.10.24`. */
  readonly version: string;
  /** What runs containers for it; absent: it does that itself. */
  readonly runtime?: { readonly name: string; readonly version: string } | undefined;
  /** Log drivers that `logConfiguration` may name besides awslogs. */
  readonly logDrivers: readonly string[];
  readonly gpus: boolean;
  /**
   * What a user should know of this engine once, e.g. that images are not used. Undefined: nothing.
   */
  readonly notice?: string | undefined;
}

/**
 * The engine cannot be reached just now; nothing is known of the call's outcome and the reconciler
 * will repeat it.
 */
export class EngineUnavailable extends Error {
  override name = 'EngineUnavailable';
}

/**
 * All methods may reject with {@link EngineUnavailable}; no other rejection is expected of an
 * unknown container.
 */
export interface Engine {
  /** Connects, learns what is there, begins to report. Called once, before anything else. */
  open(onReport: (report: EngineReport) => void): Promise<EngineCapabilities>;
  /**
   * Starts the container, unless it is known already. Resolves after `started`, `start-failed` or
   * `not-placed` was reported; where several are started together, after the first of those; and
   * before, where it waits for what may never come, an image or room: others do not wait for that.
   */
  start(spec: ContainerSpec): Promise<void>;
  /**
   * SIGTERM now, SIGKILL after `graceMs`. Resolves when the signal was delivered, not when it
   * ended. Of a container that was to start and does not run yet, whoever asked for that and
   * however long ago: it is made sure that it never will, and `start-failed` is reported; one that
   * has begun meanwhile is stopped like any other. Unknown or ended: nothing.
   */
  stop(containerId: ContainerId, graceMs: number): Promise<void>;
  /** Forgets an ended container, and its files. Idempotent. A running one is killed first. */
  remove(containerId: ContainerId): Promise<void>;
  inspect(containerId: ContainerId): Promise<EngineContainer | undefined>;
  /** Every container of ours that the engine knows, running or ended and not removed. */
  list(): Promise<readonly EngineContainer[]>;
  /**
   * The container's output from `from` (undefined: the beginning) until it ends and all was read;
   * then the iterable ends. Both streams in order of arrival. Unknown container or a foreign log
   * driver: ends at once.
   */
  logs(containerId: ContainerId, from: LogPosition | undefined): AsyncIterable<LogBatch>;
  /**
   * Runs a command in it beside what runs there; `cannot` says why it does not. Absent: this engine
   * cannot.
   */
  execute?(
    containerId: ContainerId,
    request: SessionRequest,
  ): Promise<Session | { readonly cannot: string }>;
  /** Stops reporting and lets go of connections; running containers go on. */
  close(): Promise<void>;
}
