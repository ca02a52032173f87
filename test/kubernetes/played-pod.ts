// A pod that nobody runs: its containers begin, print and end as a test has it, by timers, and its
// status says so in Kubernetes' words, as a kubelet would. It makes no request.

import { EventEmitter } from 'node:events';
import type { KubernetesObject } from './kubernetes-api.ts';

/** What a container does. */
export interface Played {
  /** Printed at the start, a line each. */
  readonly lines?: readonly string[];
  /** How long it runs after that. Absent: it ends at once. */
  readonly milliseconds?: number;
  readonly exitCode?: number;
  /** It does not end by SIGTERM, and so is killed when its grace is over. */
  readonly ignoresStop?: boolean;
  /** Its program is not there. */
  readonly cannotStart?: boolean;
}

export interface PlayedContainer {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly configMapKeyRef?: { readonly name: string } };
  }[];
}

export interface PlayablePod extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly schedulingGates?: readonly { readonly name: string }[];
    readonly affinity?: {
      readonly nodeAffinity?: {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: {
          readonly nodeSelectorTerms: readonly {
            readonly matchFields?: readonly { readonly values: readonly string[] }[];
          }[];
        };
      };
    };
    readonly containers: readonly PlayedContainer[];
    readonly initContainers?: readonly PlayedContainer[];
  };
}

interface LogLine {
  /** RFC 3339 with nanoseconds, later than that of the line before. */
  readonly stamp: string;
  readonly text: string;
}

interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
}

type State =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

/** Sorts as its stamps do; two lines of one millisecond get nanoseconds of their own. */
let stamped = 0;
const stampNow = (): string =>
  new Date().toISOString().replace('Z', `${String(stamped++ % 1_000_000).padStart(6, '0')}Z`);
/** Times of objects have whole seconds. */
const timeNow = (): string => new Date().toISOString().replace(/\.\d+/, '');

class Container {
  readonly spec: PlayedContainer;
  readonly log: LogLine[] = [];
  state: State = { waiting: { reason: 'PodInitializing' } };
  readonly #played: Played;
  readonly #onChange: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(spec: PlayedContainer, played: Played, onChange: () => void) {
    this.spec = spec;
    this.#played = played;
    this.#onChange = onChange;
  }

  get exitCode(): number | undefined {
    return 'terminated' in this.state ? this.state.terminated.exitCode : undefined;
  }

  get id(): string {
    return `played://${this.spec.name}`;
  }

  get isWaiting(): boolean {
    return 'waiting' in this.state;
  }

  get isRunning(): boolean {
    return 'running' in this.state;
  }

  begin(): void {
    const { lines = [], milliseconds, exitCode = 0, cannotStart = false } = this.#played;
    if (cannotStart) {
      this.end(128, 'StartError', `exec: "${this.spec.command?.[0]}": no such file`);
      return;
    }
    this.state = { running: { startedAt: timeNow() } };
    for (const text of lines) this.log.push({ stamp: stampNow(), text });
    if (milliseconds !== undefined)
      this.#timer = setTimeout(() => this.end(exitCode), milliseconds);
    else this.end(exitCode);
  }

  stop(graceMs: number): void {
    if (!this.isRunning) return;
    clearTimeout(this.#timer);
    if (this.#played.ignoresStop === true) this.#timer = setTimeout(() => this.end(137), graceMs);
    else this.end(143);
  }

  end(exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error', message?: string): void {
    const startedAt = 'running' in this.state ? this.state.running.startedAt : timeNow();
    const finishedAt = timeNow();
    const more = message === undefined ? {} : { message };
    this.state = {
      terminated: { exitCode, reason, ...more, startedAt, finishedAt, containerID: this.id },
    };
    this.#onChange();
  }

  status(): object {
    return {
      name: this.spec.name,
      image: this.spec.image,
      imageID: this.spec.image,
      ready: this.isRunning,
      started: this.isRunning,
      restartCount: 0,
      state: this.state,
      ...(this.isWaiting ? {} : { containerID: this.id }),
    };
  }

  forget(): void {
    clearTimeout(this.#timer);
  }
}

/** Emits `change` whenever what it says of itself is no longer what it said. */
export class PlayedPod extends EventEmitter<{ change: [] }> {
  readonly pod: PlayablePod;
  readonly #init: readonly Container[];
  readonly #main: readonly Container[];
  readonly #startTime = timeNow();
  #isStopping = false;
  #isForgotten = false;

  constructor(pod: PlayablePod, play: (container: PlayedContainer) => Played) {
    super();
    // One of the kubelet, and one of each who follows its log.
    this.setMaxListeners(0);
    this.pod = pod;
    const made = (specs: readonly PlayedContainer[] | undefined): Container[] =>
      (specs ?? []).map((spec) => new Container(spec, play(spec), () => this.#goOn()));
    this.#init = made(pod.spec.initContainers);
    this.#main = made(pod.spec.containers);
  }

  begin(): void {
    this.#goOn();
  }

  /** It cannot begin for want of this. */
  lack(message: string): void {
    for (const each of this.#all)
      each.state = { waiting: { reason: 'CreateContainerConfigError', message } };
  }

  /** As SIGTERM does it, and after the grace SIGKILL. A second one changes nothing. */
  stop(graceMs: number): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const each of this.#all) each.stop(graceMs);
    this.emit('change');
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Nothing of it runs, nor will. */
  get isOver(): boolean {
    return this.#phase === 'Succeeded' || this.#phase === 'Failed';
  }

  /** The object is gone. */
  get isForgotten(): boolean {
    return this.#isForgotten;
  }

  forget(): void {
    this.#isForgotten = true;
    for (const each of this.#all) each.forget();
    this.emit('change');
  }

  /** Of the container of this name; none of that name: nothing was printed. */
  logOf(name: string): { readonly lines: readonly LogLine[]; readonly goesOn: boolean } {
    const container = this.#all.find(({ spec }) => spec.name === name);
    return {
      lines: container?.log ?? [],
      goesOn: !this.#isForgotten && !this.isOver && container?.exitCode === undefined,
    };
  }

  status(address: string): object {
    return {
      phase: this.#phase,
      startTime: this.#startTime,
      hostIP: address,
      podIP: address,
      podIPs: [{ ip: address }],
      initContainerStatuses: this.#init.map((each) => each.status()),
      containerStatuses: this.#main.map((each) => each.status()),
    };
  }

  get #all(): readonly Container[] {
    return [...this.#init, ...this.#main];
  }

  get #phase(): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
    const codes = this.#main.map(({ exitCode }) => exitCode);
    if (codes.every((code) => code !== undefined))
      return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
    if (this.#init.some(({ exitCode = 0 }) => exitCode !== 0)) return 'Failed';
    if (this.#isStopping && !this.#all.some(({ isRunning }) => isRunning)) return 'Failed';
    return this.#main.every(({ isWaiting }) => isWaiting) ? 'Pending' : 'Running';
  }

  /** Begins what is next: one init container after the other, then all others at once. */
  #goOn(): void {
    const next = this.#init.find(({ exitCode }) => exitCode !== 0);
    const begin = next === undefined ? this.#main : [next];
    if (!this.#isStopping)
      // One that ends at once has begun those behind it by then.
      for (const each of begin) if (each.isWaiting) each.begin();
    this.emit('change');
  }
}
