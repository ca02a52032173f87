// Branded identifier types, so that a job's id cannot be passed where a queue's ARN is wanted. No
// id is made here: ids come from the ids port, which the caller of `decide` holds.

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/**
 * A job's id: `uuid` as it was submitted, `uuid:index` for an array's child, `uuid#node` for a node
 * of a multi-node parallel job.
 */
export type JobId = Brand<string, 'JobId'>;
/** One attempt at one job: 32 lower-case hex digits. It is the ECS task id. */
export type AttemptId = Brand<string, 'AttemptId'>;
/**
 * One container of an attempt, by which an engine knows it, in its name and its label: the
 * attempt's id for the first, `attempt-index` for each after it.
 */
export type ContainerId = Brand<string, 'ContainerId'>;
/** A full Amazon Resource Name. */
export type Arn = Brand<string, 'Arn'>;
/** A host that runs containers: 32 lower-case hex digits, also its ECS container instance id. */
export type HostId = Brand<string, 'HostId'>;
/**
 * How the engine of hosts is reached. Equal keys are one connection, and one engine: `host:` and a
 * host's id, or `cluster:` and a cluster's ARN.
 */
export type ConnectionKey = Brand<string, 'ConnectionKey'>;
/**
 * `account/region`: every resource belongs to one such pair, and names and limits count within it.
 */
export type Scope = Brand<string, 'Scope'>;

export const jobId = (value: string): JobId => value as JobId;
export const attemptId = (value: string): AttemptId => value as AttemptId;
export const containerId = (value: string): ContainerId => value as ContainerId;
export const arn = (value: string): Arn => value as Arn;
export const hostId = (value: string): HostId => value as HostId;

/**
 * The pair as one key. `account` has twelve digits, `region` a region's form (the wire checks
 * both).
 */
export const scopeOf = (account: string, region: string): Scope => `${account}/${region}` as Scope;
/** The pair's two halves. */
export function scopeParts(scope: Scope): { account: string; region: string } {
  const cut = scope.indexOf('/');
  return { account: scope.slice(0, cut), region: scope.slice(cut + 1) };
}

/** The id of an attempt's container, of which `index` counts from 0. */
export const containerIdOf = (attempt: AttemptId, index: number): ContainerId =>
  containerId(index === 0 ? attempt : `${attempt}-${index}`);

/** Whose container it is, and which. */
export function splitContainerId(id: ContainerId): { attemptId: AttemptId; index: number } {
  const cut = id.indexOf('-');
  return cut < 0
    ? { attemptId: id as string as AttemptId, index: 0 }
    : { attemptId: id.slice(0, cut) as AttemptId, index: Number(id.slice(cut + 1)) };
}

/** The id of an array's child, `parent:index`. */
export const childId = (parent: JobId, index: number): JobId => `${parent}:${index}` as JobId;

/** The id of a node of a multi-node parallel job, `job#n`. */
export const nodeId = (parent: JobId, node: number): JobId => `${parent}#${node}` as JobId;

/**
 * Splits `parent:index` and `parent#node`; any other id is its own parent. `parent:01` names no
 * child: each has one name.
 */
export function splitJobId(id: string): {
  parent: JobId;
  index: number | undefined;
  node: number | undefined;
} {
  // Hardly anything is asked for more often: five digits are looked at from the end, and nothing is
  // searched.
  let number = 0;
  let cut = id.length - 1;
  for (let weight = 1; weight <= 10_000 && isDigit(id.charCodeAt(cut)); weight *= 10)
    number += (id.charCodeAt(cut--) - zero) * weight;
  const isPlain =
    cut >= 0 && (id.charCodeAt(cut + 1) !== zero ? cut < id.length - 1 : cut === id.length - 2);
  const mark = isPlain ? id[cut] : '';
  if (mark === ':') return { parent: id.slice(0, cut) as JobId, index: number, node: undefined };
  if (mark === '#') return { parent: id.slice(0, cut) as JobId, index: undefined, node: number };
  return { parent: id as JobId, index: undefined, node: undefined };
}

const zero = 48;
const isDigit = (code: number): boolean => code >= zero && code <= zero + 9;
