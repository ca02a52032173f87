// The server's settings, from its command line. Every flag is checked here, once; a wrong one is a usage error with a clear line.

import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { contains, parseBlock, type Block } from '../base/ipv4.ts';
import { isRegion } from '../base/partition.ts';
import { ec2Catalogue, type Catalogue } from '../core/instance-type/catalogue.ts';
import { OwnTypesError, parseOwnTypes } from '../core/instance-type/own-types.ts';
import type { Needs } from '../core/job/needs.ts';
import { awsLimits, settableLimits, type LimitName, type Limits } from '../core/limit.ts';
import { defaultMarket, MarketError, parseMarket, type Market } from '../core/schedule/market.ts';
import { defaultSettings, type Settings } from '../core/settings.ts';
import { BadAddressPattern, HostAddresses } from '../engine/docker/host-addresses.ts';
import { defaultJobNetworks } from '../engine/job-networks.ts';
import { BadJobEnvironment, jobEnvironment, type Variable } from './job-environment.ts';

export type EngineChoice = 'auto' | 'docker' | 'process' | 'fake';
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly engine: EngineChoice;
  /** What may run at once on this machine; undefined on the fake engine, which has no bound. */
  readonly capacity: Needs | undefined;
  readonly account: string;
  readonly region: string;
  readonly logLevel: (typeof logLevels)[number];
  /** From its launch until an instance takes jobs. */
  readonly instanceStartMs: number;
  /** Of each Spot instance, on average; 0: none. */
  readonly spotInterruptionsPerHour: number;
  readonly jobNetwork: 'host' | 'bridge';
  /** Where Docker networks of multi-node parallel jobs lie. */
  readonly jobNetworks: Block;
  /** All jobs' containers get them, where their definitions do not say otherwise. Secret. */
  readonly jobEnvironment: readonly Variable[];
  /** Where hosts that users register may be. */
  readonly hostAddresses: HostAddresses;
  readonly settings: Settings;
  /** How long ended jobs are kept; undefined: for ever. */
  readonly retainMs: number | undefined;
  /** Submissions a second of an account and region; undefined: as many as come. */
  readonly submitRate: number | undefined;
}

/** The command line cannot be understood; `message` says what is wrong. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const serverFlags = `  --host ADDRESS          address to listen on (default 127.0.0.1)
  --port NUMBER           port to listen on (default 4590; 0 picks a free one)
  --data-dir DIRECTORY    where state and logs are kept (default ./.longshore)
  --engine NAME           auto, docker, process or fake (default auto: as before in this data directory, else docker;
                          a new directory of up without Docker: process)
  --capacity LIST         what may run at once, e.g. vcpus=8,memory=16384,gpus=1 (default: this machine's cores and memory)
  --instance-types FILE   instance types of your own, one a line, e.g. my-box: 64 vCPUs, 512 GiB, 4 GPUs
  --market FILE           Spot prices and how many instances of a type can be had, e.g. spot m5.large: 40 %, 20 instances
  --references MODE       lenient: roles, networks and images that environments name may be elsewhere; strict: they must
                          exist in this server's IAM and EC2 (default lenient)
  --instance-limit N      instances that managed environments may have at once (default: no bound)
  --instance-start-seconds N
                          from its launch until an instance of a managed environment takes jobs (default 0)
  --spot-interruptions-per-hour N
                          how often each Spot instance is interrupted by chance, to test what jobs make of it (default 0)
  --job-network NAME      host or bridge: the Docker network of jobs (default host)
  --job-networks CIDR     where the Docker networks of multi-node parallel jobs lie (default ${defaultJobNetworks})
  --job-env NAME=VALUE    a variable of all jobs' containers, below what their definitions say; NAME alone: as this server has it;
                          may be given several times. Jobs see it, DescribeJobs does not
  --job-env-file FILE     such variables, one a line; may be given several times
  --host-addresses LIST   where hosts that users register may be, e.g. ssh://*.lab,tcp://10.0.0.0/8:2376 (default: nowhere)
  --host-loss-free        the end of a host costs its jobs no attempt (on AWS it does)
  --host-lost-seconds N   how long a registered host may be silent before it counts as lost (default 60)
  --join-unmanaged        this machine takes the jobs of UNMANAGED compute environments too
  --overtake-jobs N       jobs that may overtake one that does not fit before room is kept for it (default 100)
  --overtake-seconds N    … and for how long they may at most (default 300)
  --timeout-min-seconds N
                          shortest timeout that a job may have (default 60)
  --account NUMBER        the 12-digit account of callers whose access key is none (default 000000000000)
  --region NAME           the region of callers that name none (default us-east-1)
  --auth off              requests are not verified yet: only off is there
  --limit NAME=NUMBER     sets one of the limits in doc/configuration.md; may be given several times (default AWS's numbers)
  --retain TIME           how long ended jobs are kept, e.g. 12h or 7d (default: for ever)
  --submit-rate NUMBER    SubmitJob calls a second that an account may make; more are answered 429 (default: no bound)
  --log-level LEVEL       ${logLevels.join(', ')} (default info)`;

const options = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '4590' },
  'data-dir': { type: 'string', default: './.longshore' },
  engine: { type: 'string', default: 'auto' },
  capacity: { type: 'string' },
  'instance-types': { type: 'string' },
  'instance-start-seconds': { type: 'string', default: '0' },
  'spot-interruptions-per-hour': { type: 'string', default: '0' },
  market: { type: 'string' },
  references: { type: 'string', default: defaultSettings.references },
  'instance-limit': { type: 'string', default: String(defaultSettings.instanceLimit) },
  'job-network': { type: 'string', default: 'host' },
  'job-networks': { type: 'string', default: defaultJobNetworks },
  'job-env': { type: 'string', multiple: true },
  'job-env-file': { type: 'string', multiple: true },
  'host-addresses': { type: 'string', multiple: true },
  'host-loss-free': { type: 'boolean', default: defaultSettings.hostLossFree },
  'host-lost-seconds': { type: 'string', default: String(defaultSettings.hostLostSeconds) },
  'join-unmanaged': { type: 'boolean', default: defaultSettings.machineServesUnmanaged },
  'overtake-jobs': { type: 'string', default: String(defaultSettings.overtakeJobs) },
  'overtake-seconds': { type: 'string', default: String(defaultSettings.overtakeSeconds) },
  'timeout-min-seconds': { type: 'string', default: String(defaultSettings.timeoutSecondsMin) },
  account: { type: 'string', default: '000000000000' },
  region: { type: 'string', default: 'us-east-1' },
  auth: { type: 'string', default: 'off' },
  limit: { type: 'string', multiple: true },
  retain: { type: 'string' },
  'submit-rate': { type: 'string' },
  'log-level': { type: 'string', default: 'info' },
} as const;

/** Throws {@link UsageError}. */
export function parseServerConfig(argv: readonly string[]): ServerConfig {
  const values = read(argv);
  if (values.auth !== 'off') throw new UsageError('--auth: only off is there; requests are parsed and not yet verified');
  if (!/^\d{12}$/.test(values.account)) throw new UsageError(`--account: '${values.account}' is not 12 digits`);
  if (!isRegion(values.region)) throw new UsageError(`--region: '${values.region}' is not the name of a region: 1 to 63 letters, digits and hyphens`);
  const instanceTypes = catalogueOf(values['instance-types']);
  const engine = oneOf('--engine', values.engine, ['auto', 'docker', 'process', 'fake']);
  return {
    host: values.host,
    port: wholeNumber('--port', values.port, 65_535),
    dataDir: values['data-dir'],
    engine,
    capacity: capacityOf(values.capacity, engine),
    account: values.account,
    region: values.region,
    logLevel: oneOf('--log-level', values['log-level'], logLevels),
    retainMs: values.retain === undefined ? undefined : milliseconds('--retain', values.retain),
    submitRate: values['submit-rate'] === undefined ? undefined : wholeNumber('--submit-rate', values['submit-rate'], 1_000_000, 1),
    instanceStartMs: wholeNumber('--instance-start-seconds', values['instance-start-seconds'], 3_600) * 1000,
    spotInterruptionsPerHour: rate('--spot-interruptions-per-hour', values['spot-interruptions-per-hour'], 3_600),
    jobNetworks: privateBlock('--job-networks', values['job-networks']),
    jobNetwork: oneOf('--job-network', values['job-network'], ['host', 'bridge']),
    jobEnvironment: jobEnvironmentOf(values['job-env'] ?? [], values['job-env-file'] ?? []),
    hostAddresses: hostAddressesOf(values['host-addresses'] ?? []),
    settings: {
      limits: limitsOf(values.limit ?? []),
      hostLossFree: values['host-loss-free'],
      machineServesUnmanaged: values['join-unmanaged'],
      hostLostSeconds: wholeNumber('--host-lost-seconds', values['host-lost-seconds'], 86_400, 1),
      overtakeJobs: wholeNumber('--overtake-jobs', values['overtake-jobs'], 1_000_000),
      overtakeSeconds: wholeNumber('--overtake-seconds', values['overtake-seconds'], 31_536_000),
      timeoutSecondsMin: wholeNumber('--timeout-min-seconds', values['timeout-min-seconds'], 60, 1),
      references: oneOf('--references', values.references, ['lenient', 'strict']),
      instanceLimit: wholeNumber('--instance-limit', values['instance-limit'], Number.MAX_SAFE_INTEGER),
      instanceTypes,
      market: marketOf(values.market, instanceTypes),
    },
  };
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageError(`${flag}: '${value}' is none of ${allowed.join(', ')}`);
  return found;
}

function wholeNumber(what: string, text: string, most: number, least = 0): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most || value < least) throw new UsageError(`${what}: '${text}' is not a whole number from ${least} to ${most}`);
  return value;
}

/** With a fraction, as 0.5. */
function rate(what: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > most) throw new UsageError(`${what}: '${text}' is not a number from 0 to ${most}`);
  return value;
}

/** What routers leave to private networks (RFC 1918), and carriers (RFC 6598). */
const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].flatMap((text) => parseBlock(text) ?? []);

function privateBlock(flag: string, text: string): Block {
  const block = parseBlock(text);
  if (block === undefined || block.bits > 29 || !privateBlocks.some((one) => contains(one, block))) {
    throw new UsageError(`${flag}: '${text}' is no block of private addresses such as ${defaultJobNetworks}, of /29 or larger`);
  }
  return block;
}

function jobEnvironmentOf(given: readonly string[], files: readonly string[]): readonly Variable[] {
  try {
    return jobEnvironment(given, files, process.env);
  } catch (error) {
    if (error instanceof BadJobEnvironment) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function hostAddressesOf(given: readonly string[]): HostAddresses {
  try {
    return new HostAddresses(given.flatMap((each) => each.split(',')));
  } catch (error) {
    if (error instanceof BadAddressPattern) throw new UsageError(`--host-addresses: ${error.message}`, { cause: error });
    throw error;
  }
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestDays = 36_500;

/** A time with its unit: 30s, 15m, 12h, 7d. */
function milliseconds(what: string, text: string): number {
  const [, count, unit] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? [];
  const value = Number(count) * unitMs[unit as keyof typeof unitMs];
  if (count === undefined || value > longestDays * unitMs.d) throw new UsageError(`${what}: '${text}' is not a time such as 30s, 15m, 12h or 7d, up to ${longestDays}d`);
  return value;
}

/** AWS's limits, but for those that are given as `NAME=NUMBER`. */
function limitsOf(given: readonly string[]): Limits {
  const limits: Record<LimitName, number> = { ...awsLimits };
  for (const part of given.flatMap((each) => each.split(','))) {
    const [name = '', value = ''] = part.split('=');
    if (!Object.hasOwn(settableLimits, name)) throw new UsageError(`--limit: '${name}' is none of ${Object.keys(settableLimits).join(', ')}`);
    const { least, most } = settableLimits[name as LimitName];
    limits[name as LimitName] = wholeNumber(`--limit ${name}`, value, most, least);
  }
  return limits;
}

/** EC2's instance types, and those of the file. */
const catalogueOf = (path: string | undefined): Catalogue =>
  path === undefined ? ec2Catalogue : readFrom('--instance-types', path, (text) => ec2Catalogue.with(parseOwnTypes(text, ec2Catalogue)));

const marketOf = (path: string | undefined, catalogue: Catalogue): Market => (path === undefined ? defaultMarket : readFrom('--market', path, (text) => parseMarket(text, catalogue)));

function readFrom<T>(flag: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof OwnTypesError || error instanceof MarketError) throw new UsageError(`${flag}: ${path}, ${error.message}`, { cause: error });
    throw new UsageError(`${flag}: ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** This machine's cores and memory unless the flag says otherwise. GPUs are there only when the flag says so. */
function capacityOf(text: string | undefined, engine: EngineChoice): Needs | undefined {
  if (text === undefined && engine === 'fake') return undefined;
  const capacity = { milliVcpu: availableParallelism() * 1000, memoryMib: Math.floor(totalmem() / 2 ** 20), gpus: 0 };
  for (const part of (text ?? '').split(',').filter((one) => one !== '')) {
    const [name, value = ''] = part.split('=');
    if (name !== 'vcpus' && name !== 'memory' && name !== 'gpus') throw new UsageError(`--capacity: '${name}' is none of vcpus, memory, gpus`);
    const number = wholeNumber(`--capacity ${name}`, value, 1_000_000_000);
    if (number === 0 && name !== 'gpus') throw new UsageError(`--capacity ${name}: nothing could ever run with 0`);
    if (name === 'vcpus') capacity.milliVcpu = number * 1000;
    else if (name === 'memory') capacity.memoryMib = number;
    else capacity.gpus = number;
  }
  return capacity;
}
