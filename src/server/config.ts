// The server's settings, from its command line. Every flag is checked here, once; a wrong one is a
// usage error with a clear line.

import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { contains, parseBlock, type Block } from '../base/ipv4.ts';
import { isRegion } from '../base/partition.ts';
import { UsageError } from '../cli/failure.ts';
import { parseFlags } from '../cli/flags.ts';
import { scopeOf } from '../base/ids.ts';
import { eksClusterArn, roleArnForm } from '../core/arn.ts';
import { ec2Catalogue, type Catalogue } from '../core/instance-type/catalogue.ts';
import { OwnTypesError, parseOwnTypes } from '../core/instance-type/own-types.ts';
import type { Needs } from '../core/job/needs.ts';
import { awsLimits, settableLimits, type LimitName, type Limits } from '../core/limit.ts';
import {
  defaultMarket,
  MarketError,
  parseMarket,
  type Market,
} from '../core/schedule/scale/market.ts';
import { defaultSettings, type Settings } from '../core/settings.ts';
import { BadAddressPattern, HostAddresses } from '../engine/docker/host-addresses.ts';
import type { FileSystems } from '../engine/file-systems.ts';
import { defaultJobNetworks } from '../engine/job-networks.ts';
import type { Grant } from '../store/training-files/places.ts';
import type { Sealer } from '../port/sealer.ts';
import { BadCluster, clusterContexts, currentCluster, type ClusterContext } from './clusters.ts';
import { BadDeliveryPattern, DeliveryReach } from './delivery-reach.ts';
import { BadPlace, elsewherePlaces, type ElsewherePlaces } from './elsewhere-places.ts';
import { BadFileSystem, fileSystemPlaces } from './file-system-places.ts';
import { isHostName } from './host-names.ts';
import { BadJobEnvironment, jobEnvironment, type Variable } from './job-environment.ts';
import { logLevels, serverFlags } from './flags.ts';
import { takeSealer } from './key-file.ts';
import type { RoleProfile } from './operator-credentials.ts';
import { BadTrainingFiles, trainingGrant } from './training-grants.ts';
import { smtpServerOf, type SmtpServer } from './smtp-mailer.ts';
import type { TlsFiles } from './tls.ts';

export type EngineChoice = 'auto' | 'docker' | 'process' | 'fake' | 'none';

export interface ServerConfig {
  readonly host: string;
  /** Somebody else sees to it who reaches an address other than this machine's own. */
  readonly hostIsProtected: boolean;
  /** Names that the server goes by, beside addresses, localhost and `host`. */
  readonly allowedHosts: readonly string[];
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Requests are authenticated and authorized. */
  readonly auth: boolean;
  /** The root of the account gets another key in place of those that it has. */
  readonly newRootKey: boolean;
  /** Requests a second of a caller; undefined: as many as come. */
  readonly rate: number | undefined;
  readonly dataDir: string;
  /** Under the key of the environment; undefined: the data directory has one. */
  readonly sealer: Sealer | undefined;
  readonly engine: EngineChoice;
  /** What may run at once on this machine; undefined on the fake engine, which has no bound. */
  readonly capacity: Needs | undefined;
  readonly account: string;
  readonly region: string;
  readonly logLevel: (typeof logLevels)[number];
  /** From its launch until an instance takes jobs. */
  readonly instanceStartMs: number;
  /** Interruptions of each Spot instance, on average; 0: none. */
  readonly spotInterruptionsPerHour: number;
  /** The data directory keeps its mark, wherever it is now. */
  readonly adopt: boolean;
  /** Containers of its mark that its database is too old to know are removed. */
  readonly removeUnknown: boolean;
  /** It starts on a database that knows less than there was. */
  readonly acceptOlderDatabase: boolean;
  /** Bytes; undefined: by the size of the disk. */
  readonly diskReserveBytes: number | undefined;
  /** Bytes of output stored of an attempt; undefined: all. */
  readonly logLimitBytes: number | undefined;
  readonly jobNetwork: 'host' | 'bridge';
  /** Where Docker networks of multi-node parallel jobs lie. */
  readonly jobNetworks: Block;
  /** Processes and threads of each container; undefined: any number. */
  readonly pidsLimit: number | undefined;
  /** What stands for the file systems of AWS that jobs name. */
  readonly fileSystems: FileSystems;
  /** All jobs' containers get them, where their definitions do not say otherwise. Secret. */
  readonly jobEnvironment: readonly Variable[];
  /** Roles whose jobs get the credentials of one of the operator's AWS profiles. */
  readonly roleCredentials: readonly RoleProfile[];
  /** Where jobs ask for credentials on this machine's loopback; undefined: after `port`. */
  readonly credentialsPort: number | undefined;
  /** Where those on bridge networks do; undefined: where SDKs look, if that can be had. */
  readonly credentialsAddress:
    | 'none'
    | { readonly address: string; readonly port: number }
    | undefined;
  /** Where the secrets of jobs are: at AWS or a URL; undefined: in this server's own stores. */
  readonly secretsFrom: 'aws' | URL | undefined;
  /** Where requests may go for which users name the address. */
  readonly deliveryReach: DeliveryReach;
  /** Where AWS's services are that this server does not offer. */
  readonly elsewhere: ElsewherePlaces;
  /** Where subscribers of SNS reach this server; undefined: at the address that it listens on. */
  readonly publicUrl: string | undefined;
  /** Through which mails go; undefined: none are sent. */
  readonly smtp: SmtpServer | undefined;
  /** The clusters that environments on Amazon EKS may name. */
  readonly clusters: readonly ClusterContext[];
  /** Where pods on them reach this server; undefined: nowhere. */
  readonly podsUrl: string | undefined;
  /** That of the kubeconfig's current context is to be among them. */
  readonly takesCurrentCluster: boolean;
  /** Of clusters, where an environment names none; undefined: that of the context. */
  readonly jobNamespace: string | undefined;
  /** Where hosts that users register may be. */
  readonly hostAddresses: HostAddresses;
  readonly settings: Settings;
  /** How long ended jobs are kept; undefined: for ever. */
  readonly retainMs: number | undefined;
  /** Of which calls records are kept, and for how long. */
  readonly audit: 'off' | 'changes' | 'all';
  readonly auditRetainMs: number;
  /** Its folders stand for the buckets of trails; undefined: none is delivered. */
  readonly trailDir: string | undefined;
  readonly trailEveryMs: number;
  /** What training jobs may read, and where what they leave may go. */
  readonly trainingFiles: readonly Grant[];
  /** Where buckets of training jobs are, and those of trails where they have no directory. */
  readonly s3Endpoint: string | undefined;
  /** Submissions a second of an account and region; undefined: as many as come. */
  readonly submitRate: number | undefined;
}

/** Throws {@link UsageError}. */
export function parseServerConfig(argv: readonly string[]): ServerConfig {
  const { values, operands, command = [] } = parseFlags(argv, serverFlags);
  const [extra] = [...operands, ...command];
  if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}'`);
  const auth = oneOf('--auth', values.auth, ['off', 'on']) === 'on';
  if (values['new-root-key'] && !auth)
    throw new UsageError('--new-root-key: keys are asked for with --auth on alone');
  if (!/^\d{12}$/.test(values.account))
    throw new UsageError(`--account: '${values.account}' is not 12 digits`);
  if (!isRegion(values.region))
    throw new UsageError(
      `--region: '${values.region}' is not the name of a region: 1 to 63 letters, digits and hyphens`,
    );
  const instanceTypes = catalogueOf(values['instance-types']);
  const clusters = clustersOf(
    values.cluster.filter((text) => text !== currentCluster),
    values,
  );
  const engine = oneOf('--engine', values.engine, ['auto', 'docker', 'process', 'fake', 'none']);
  return {
    host: values.host,
    hostIsProtected: values['host-is-protected'],
    allowedHosts: hostNames(values['allowed-hosts']),
    port: wholeNumber('--port', values.port, 65_535),
    tls: tlsOf(values['tls-cert'], values['tls-key']),
    auth,
    newRootKey: values['new-root-key'],
    rate: values.rate === undefined ? undefined : wholeNumber('--rate', values.rate, 1_000_000, 1),
    dataDir: values['data-dir'],
    sealer: takeSealer(process.env),
    adopt: values.adopt,
    removeUnknown: values['remove-unknown'],
    acceptOlderDatabase: values['accept-older-database'],
    diskReserveBytes:
      values['disk-reserve'] === undefined
        ? undefined
        : size('--disk-reserve', values['disk-reserve'], 0),
    logLimitBytes:
      values['log-limit'] === undefined
        ? undefined
        : size('--log-limit', values['log-limit'], 1_000),
    engine,
    capacity: capacityOf(values.capacity, engine),
    account: values.account,
    region: values.region,
    logLevel: oneOf(
      '--log-level',
      values['log-level'] ?? (process.stderr.isTTY ? 'warn' : 'info'),
      logLevels,
    ),
    retainMs: values.retain === undefined ? undefined : milliseconds('--retain', values.retain),
    audit: oneOf('--audit', values.audit, ['off', 'changes', 'all']),
    trailDir: values['trail-dir'],
    s3Endpoint: s3EndpointOf(values['s3-endpoint']),
    trainingFiles: trainingFilesOf(values['training-files'], values['s3-endpoint']),
    trailEveryMs: milliseconds('--trail-every', values['trail-every']),
    auditRetainMs: wholeNumber('--audit-retain', values['audit-retain'], longestDays, 1) * unitMs.d,
    submitRate:
      values['submit-rate'] === undefined
        ? undefined
        : wholeNumber('--submit-rate', values['submit-rate'], 1_000_000, 1),
    instanceStartMs:
      wholeNumber('--instance-start-seconds', values['instance-start-seconds'], 3_600) * 1000,
    spotInterruptionsPerHour: rate(
      '--spot-interruptions-per-hour',
      values['spot-interruptions-per-hour'],
      3_600,
    ),
    jobNetworks: privateBlock('--job-networks', values['job-networks']),
    jobNetwork: oneOf('--job-network', values['job-network'], ['host', 'bridge']),
    pidsLimit:
      values['pids-limit'] === undefined
        ? undefined
        : wholeNumber('--pids-limit', values['pids-limit'], 4_194_304, 1),
    fileSystems: {
      efs: placesOf('--efs', values.efs),
      s3Files: placesOf('--s3-files', values['s3-files']),
    },
    jobEnvironment: jobEnvironmentOf(values['job-env'], values['job-env-file']),
    roleCredentials: roleCredentialsOf(values['role-credentials']),
    credentialsPort:
      values['credentials-port'] === undefined
        ? undefined
        : wholeNumber('--credentials-port', values['credentials-port'], 65_535),
    credentialsAddress: credentialsAddressOf(values['credentials-address']),
    secretsFrom: secretsFromOf(values['secrets-from']),
    deliveryReach: deliveryReachOf(values['deliver-to']),
    elsewhere: elsewhereOf(values['send-to']),
    publicUrl: urlOf('--public-url', values['public-url']),
    smtp: smtpServerOf(values.smtp, values['smtp-from'], process.env),
    hostAddresses: hostAddressesOf(values['host-addresses']),
    clusters,
    podsUrl: podsUrlOf(values['pods-url']),
    takesCurrentCluster: values.cluster.includes(currentCluster),
    jobNamespace: jobNamespaceOf(values['job-namespace']),
    settings: {
      limits: limitsOf(values.limit),
      clusters: clusters.map(({ arn }) => arn),
      clusterCapacity: clusterCapacityOf(values['cluster-capacity'], clusters, values),
      runsPods: clusters.length > 0,
      hasMachine: defaultSettings.hasMachine,
      hostLossFree: values['host-loss-free'],
      machineServesUnmanaged: values['join-unmanaged'],
      hostLostSeconds: wholeNumber('--host-lost-seconds', values['host-lost-seconds'], 86_400, 1),
      podsWaiting: wholeNumber('--pods-waiting', values['pods-waiting'], 100_000, 1),
      overtakeJobs: wholeNumber('--overtake-jobs', values['overtake-jobs'], 1_000_000),
      overtakeSeconds: wholeNumber('--overtake-seconds', values['overtake-seconds'], 31_536_000),
      timeoutSecondsMin: wholeNumber('--timeout-min-seconds', values['timeout-min-seconds'], 60, 1),
      references: oneOf('--references', values.references, ['lenient', 'strict']),
      instanceLimit:
        values['instance-limit'] === undefined
          ? defaultSettings.instanceLimit
          : wholeNumber('--instance-limit', values['instance-limit'], Number.MAX_SAFE_INTEGER),
      instanceTypes,
      market: marketOf(values.market, instanceTypes),
    },
  };
}

function tlsOf(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError(
      '--tls-cert and --tls-key: a certificate needs its key, and the key its certificate',
    );
  return { cert, key };
}

function hostNames(given: readonly string[]): string[] {
  const names = given.flatMap((each) => each.split(',')).map((name) => name.trim());
  const wrong = names.find((name) => !isHostName(name));
  if (wrong !== undefined)
    throw new UsageError(
      `--allowed-hosts: '${wrong}' is no name such as batch.example.com or .example.com`,
    );
  return names;
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined)
    throw new UsageError(`${flag}: '${value}' is none of ${allowed.join(', ')}`);
  return found;
}

function wholeNumber(what: string, text: string, most: number, least = 0): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most || value < least)
    throw new UsageError(`${what}: '${text}' is not a whole number from ${least} to ${most}`);
  return value;
}

/** With a fraction, as 0.5. */
function rate(what: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > most)
    throw new UsageError(`${what}: '${text}' is not a number from 0 to ${most}`);
  return value;
}

/** What routers leave to private networks (RFC 1918), and carriers (RFC 6598). */
const privateBlocks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].flatMap(
  (text) => parseBlock(text) ?? [],
);

function privateBlock(flag: string, text: string): Block {
  const block = parseBlock(text);
  if (
    block === undefined ||
    block.bits > 29 ||
    !privateBlocks.some((one) => contains(one, block))
  ) {
    throw new UsageError(
      `${flag}: '${text}' is no block of private addresses such as ${defaultJobNetworks}, of /29 or larger`,
    );
  }
  return block;
}

function placesOf(flag: string, given: readonly string[]): FileSystems['efs'] {
  try {
    return fileSystemPlaces(given);
  } catch (error) {
    if (error instanceof BadFileSystem) throw new UsageError(`${flag}: ${error.message}`);
    throw error;
  }
}

function secretsFromOf(given: string | undefined): ServerConfig['secretsFrom'] {
  if (given === undefined || given === 'aws') return given;
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new UsageError(
      `--secrets-from: neither aws nor the URL of an endpoint, such as https://secrets.lab:8443 (without credentials: those are the server's own)`,
    );
  return url;
}

function jobEnvironmentOf(given: readonly string[], files: readonly string[]): readonly Variable[] {
  try {
    return jobEnvironment(given, files, process.env);
  } catch (error) {
    if (error instanceof BadJobEnvironment) throw new UsageError(error.message);
    throw error;
  }
}

function roleCredentialsOf(given: readonly string[]): readonly RoleProfile[] {
  const profiles = given.map((text) => {
    const cut = text.lastIndexOf('=');
    const role = text.slice(0, cut);
    const profile = text.slice(cut + 1);
    if (cut < 0 || profile === '' || !(roleArnForm.test(role) || /^[\w+=,.@/-]+$/.test(role)))
      throw new UsageError(
        `--role-credentials: '${text}' is not ROLE=PROFILE, as reads-s3=my-minio, with the name or ARN of a role`,
      );
    return { role, profile };
  });
  const twice = profiles.find(({ profile }, at) =>
    profiles.slice(0, at).some((other) => other.profile === profile),
  );
  if (twice !== undefined)
    throw new UsageError(
      `--role-credentials: the profile '${twice.profile}' is given to two roles, and requests signed with its key could be either's`,
    );
  return profiles;
}

/** An IPv4 address, with a port or on port 80. */
function credentialsAddressOf(text: string | undefined): ServerConfig['credentialsAddress'] {
  if (text === undefined || text === 'none') return text;
  const [, address = '', port = '80'] = /^([\d.]+)(?::(\d+))?$/.exec(text) ?? [];
  if (!isIPv4(address))
    throw new UsageError(
      `--credentials-address: '${text}' is neither none nor an IPv4 address such as 169.254.170.2 or 172.17.0.1:8080`,
    );
  return { address, port: wholeNumber('--credentials-address', port, 65_535, 1) };
}

/** Without a slash at its end. */
function urlOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  )
    throw new UsageError(`${flag}: not an address such as https://batch.example.com`);
  return url.href.replace(/\/$/, '');
}

/** Other addresses SDKs do not ask for credentials without TLS. */
const plainAddresses = new Set(['169.254.170.2', '169.254.170.23', '127.0.0.1', '[fd00:ec2::23]']);

function podsUrlOf(text: string | undefined): string | undefined {
  const url = urlOf('--pods-url', text);
  if (url === undefined) return undefined;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || plainAddresses.has(hostname)) return url;
  throw new UsageError(
    '--pods-url: SDKs ask for credentials at https:// alone, but for 169.254.170.2 and 169.254.170.23',
  );
}

function clusterCapacityOf(
  given: string | undefined,
  clusters: readonly ClusterContext[],
  { account, region }: { readonly account: string; readonly region: string },
): string | undefined {
  if (given === undefined) return undefined;
  const arn = eksClusterArn(scopeOf(account, region), given);
  if (clusters.some((cluster) => cluster.arn === arn)) return arn;
  throw new UsageError(`--cluster-capacity: ${given} is no cluster that --cluster names`);
}

function clustersOf(
  given: readonly string[],
  caller: { readonly account: string; readonly region: string },
): readonly ClusterContext[] {
  try {
    return clusterContexts(given, caller);
  } catch (error) {
    if (error instanceof BadCluster) throw new UsageError(`--cluster: ${error.message}`);
    throw error;
  }
}

/** As `kubernetesNamespace` of an environment. */
function jobNamespaceOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text) || /^(default$|kube)/.test(text))
    throw new UsageError(
      `--job-namespace: '${text}' is no namespace for jobs: up to 63 lower-case letters, digits and hyphens, neither default nor one that begins with kube`,
    );
  return text;
}

function hostAddressesOf(given: readonly string[]): HostAddresses {
  try {
    return new HostAddresses(given.flatMap((each) => each.split(',')));
  } catch (error) {
    if (error instanceof BadAddressPattern)
      throw new UsageError(`--host-addresses: ${error.message}`);
    throw error;
  }
}

function deliveryReachOf(given: readonly string[]): DeliveryReach {
  try {
    return new DeliveryReach(given.flatMap((each) => each.split(',')));
  } catch (error) {
    if (error instanceof BadDeliveryPattern) throw new UsageError(`--deliver-to: ${error.message}`);
    throw error;
  }
}

function elsewhereOf(given: readonly string[]): ElsewherePlaces {
  try {
    return elsewherePlaces(given.flatMap((each) => each.split(',')));
  } catch (error) {
    if (error instanceof BadPlace) throw new UsageError(`--send-to: ${error.message}`);
    throw error;
  }
}

function s3EndpointOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '')
    throw new UsageError(`--s3-endpoint: not an address such as http://127.0.0.1:9000`);
  return url.href;
}

function trainingFilesOf(given: readonly string[], s3Endpoint: string | undefined): Grant[] {
  try {
    const grants = given.map(trainingGrant);
    if (s3Endpoint === undefined && grants.some(({ kind }) => kind === 'bucket'))
      throw new BadTrainingFiles('where the buckets are is said by --s3-endpoint');
    return grants;
  } catch (error) {
    if (error instanceof BadTrainingFiles)
      throw new UsageError(`--training-files: ${error.message}`);
    throw error;
  }
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestDays = 36_500;

/** A size in bytes, or with a unit of 1,024s: 64k, 100m, 2g, 2GiB. */
function size(what: string, text: string, least: number): number {
  const [, count, unit = ''] = /^(\d{1,15})([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  const value = Number(count) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
  if (count === undefined || value < least || !Number.isSafeInteger(value))
    throw new UsageError(
      `${what}: '${text}' is not a size such as 64k, 100m or 2g${least > 0 ? `, of ${least} bytes at least` : ''}`,
    );
  return value;
}

/** A time with its unit: 30s, 15m, 12h, 7d. */
function milliseconds(what: string, text: string): number {
  const [, count, unit] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? [];
  const value = Number(count) * unitMs[unit as keyof typeof unitMs];
  if (count === undefined || value > longestDays * unitMs.d)
    throw new UsageError(
      `${what}: '${text}' is not a time such as 30s, 15m, 12h or 7d, up to ${longestDays}d`,
    );
  return value;
}

/** AWS's limits, but for those that are given as `NAME=NUMBER`. */
function limitsOf(given: readonly string[]): Limits {
  const limits: Record<LimitName, number> = { ...awsLimits };
  for (const part of given.flatMap((each) => each.split(','))) {
    const [name = '', value = ''] = part.split('=');
    if (!Object.hasOwn(settableLimits, name))
      throw new UsageError(
        `--limit: '${name}' is none of ${Object.keys(settableLimits).join(', ')}`,
      );
    const { least, most } = settableLimits[name as LimitName];
    limits[name as LimitName] = wholeNumber(`--limit ${name}`, value, most, least);
  }
  return limits;
}

/** EC2's instance types, and those of the file. */
const catalogueOf = (path: string | undefined): Catalogue =>
  path === undefined
    ? ec2Catalogue
    : readFrom('--instance-types', path, (text) =>
        ec2Catalogue.with(parseOwnTypes(text, ec2Catalogue)),
      );

const marketOf = (path: string | undefined, catalogue: Catalogue): Market =>
  path === undefined
    ? defaultMarket
    : readFrom('--market', path, (text) => parseMarket(text, catalogue));

function readFrom<T>(flag: string, path: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof OwnTypesError || error instanceof MarketError)
      throw new UsageError(`${flag}: ${path}, ${error.message}`);
    throw new UsageError(`${flag}: ${path} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * This machine's cores and memory unless the flag says otherwise. GPUs are there only when the flag
 * says so.
 */
function capacityOf(text: string | undefined, engine: EngineChoice): Needs | undefined {
  if (text === undefined && engine === 'fake') return undefined;
  const capacity = {
    milliVcpu: availableParallelism() * 1000,
    memoryMib: Math.floor(totalmem() / 2 ** 20),
    gpus: 0,
  };
  for (const part of (text ?? '').split(',').filter((one) => one !== '')) {
    const [name, value = ''] = part.split('=');
    if (name !== 'vcpus' && name !== 'memory' && name !== 'gpus')
      throw new UsageError(`--capacity: '${name}' is none of vcpus, memory, gpus`);
    const number = wholeNumber(`--capacity ${name}`, value, 1_000_000_000);
    if (number === 0 && name !== 'gpus')
      throw new UsageError(`--capacity ${name}: nothing could ever run with 0`);
    if (name === 'vcpus') capacity.milliVcpu = number * 1000;
    else if (name === 'memory') capacity.memoryMib = number;
    else capacity.gpus = number;
  }
  return capacity;
}
