// Starts a server: picks the real ports, lets app compose the service over them, opens the
// listener, and ends in order. It holds no rule of the service.

import { join, resolve } from 'node:path';
import { pino, type DestinationStream, type Logger } from 'pino';
import { checkedAccess, openAccess } from '../app/access-control.ts';
import { compose, type App } from '../app/compose.ts';
import { scopeOf } from '../base/ids.ts';
import { sharedConnection } from '../core/host/connection.ts';
import { LocalCapacity } from '../capacity/local/local-capacity.ts';
import { dockerHosts } from '../engine/docker/docker-hosts.ts';
import { ClusterDocuments } from '../engine/kubernetes/cluster-documents.ts';
import { KnownClusters } from '../engine/kubernetes/known-clusters.ts';
import { KubernetesClusters } from '../engine/kubernetes/kubernetes-clusters.ts';
import { KubernetesNodes } from '../engine/kubernetes/kubernetes-nodes.ts';
import { dummySecretAccessKey } from '../cli/settings.ts';
import type { Credentials } from '../cli/sign.ts';
import { localHost, machineAddress } from '../capacity/local/local.ts';
import type { EngineCapabilities } from '../port/engine.ts';
import type { TrailPlace } from '../port/trail-place.ts';
import { visible } from '../base/visible.ts';
import type { DefaultNetwork } from '../service/ec2/network/network.ts';
import { AwsError } from '../wire/aws-error.ts';
import { backUp, NoRoomForBackup, removeLeftCopies } from '../store/backup/backup-stream.ts';
import { DiskRoom } from '../store/disk-room.ts';
import { FileLogSink } from '../store/log-file/log-file-sink.ts';
import { SqliteStore } from '../store/sqlite/store.ts';
import { trailDirectory } from '../store/trail-directory/trail-directory.ts';
import { awsSecrets } from './aws-secrets.ts';
import { complain } from './command/terminal.ts';
import type { ServerConfig } from './config.ts';
import { consoleLog } from './console-log.ts';
import { ContainerReach } from './container-reach.ts';
import { DeadLetterFileStore } from '../store/dead-letter-file/dead-letter-file.ts';
import { webDocuments } from './document-fetcher.ts';
import {
  chooseEngine,
  makeEngine,
  whatBecomesOf,
  type ChosenEngine,
  type EngineRules,
} from './engine-choice.ts';
import { recordEngine, type EngineKind } from './engine-record.ts';
import { elsewhere } from './elsewhere.ts';
import { WebSender } from './http-sender.ts';
import { identify, type Identity } from './identity.ts';
import { isHostName } from './host-names.ts';
import { holdIdentity, type IdentityLock } from './identity-lock.ts';
import { sealerIn } from './key-file.ts';
import { systemKeyMaker } from './key-maker.ts';
import { listen, type Listener } from './listener.ts';
import { makeDirectory } from './make-directory.ts';
import { ownOpenFiles } from './open-files.ts';
import { operatorCredentials, presentCredentials } from './operator-credentials.ts';
import { serverPaths, type DamageCounts } from './server-paths.ts';
import { closeToOthers } from './private-files.ts';
import { OwnAddress } from './public-address.ts';
import { reachOf, type Reach } from './reach.ts';
import { rootKey } from './root-key.ts';
import { SmtpMailer } from './smtp-mailer.ts';
import { systemClock, systemIds } from './system-ports.ts';
import { s3At, type S3 } from './s3-client.ts';
import { trailBuckets } from './trail-bucket.ts';
import { trainingFiles } from './training-files.ts';
import { version } from './version.ts';

export interface RunningServer {
  readonly url: string;
  readonly capabilities: EngineCapabilities;
  readonly engineKind: EngineKind;
  /**
   * The default network of the server's account and region; undefined where that has no default VPC
   * any more.
   */
  readonly defaultNetwork: () => Promise<DefaultNetwork | undefined>;
  /** Why this engine and no other. */
  readonly engineReason: string;
  /** How many jobs have a container, or are getting one. */
  runningJobs(): number;
  /** With which it can be called; undefined where its owner keeps the root's elsewhere. */
  readonly credentials: Credentials | undefined;
  /** The root's key was made at this start. */
  readonly hasNewRootKey: boolean;
  /** Who can reach it, in a sentence for the person who started it. */
  readonly reach: string;
  /**
   * SIGTERM's way: stop accepting, finish the commit in hand, leave containers running; `discard`
   * takes them away too, for a server that nobody will start again.
   */
  close(how?: { readonly discard: boolean }): Promise<void>;
}

const diskLow =
  'the disk of the data directory is nearly full: output waits where it is, and nothing new is taken until there is room';

function noBackup(error: unknown): never {
  if (error instanceof NoRoomForBackup) throw new AwsError('ServerException', 503, error.message);
  throw error;
}

/** Of requests to one origin at the same time. */
const requestsToOneOrigin = 64;
/** Of each queue two files are kept, of so many bytes. */
const deadLetterFileBytes = 67_108_864;
const mostDeadLetterQueues = 1_000;

/** How long requests in flight may take when the server ends. */
const closeGraceMs = 5_000;

export interface ServerHooks {
  /** The process must end: a commit failed or a law of ours broke. */
  readonly onFatal: (error: Error) => void;
  /** What may be done where Docker does not answer. */
  readonly engineRules: EngineRules;
}

/**
 * Throws NoEngine or WaitEnded where no engine can be had, before anything of the directory is
 * opened.
 */
export async function startServer(
  config: ServerConfig,
  hooks: ServerHooks,
): Promise<RunningServer> {
  const reach = await reachOf(config);
  const log = pino({ level: config.logLevel, base: undefined }, logDestination());
  makeDirectory(config.dataDir);
  const choice = await chooseEngine(config, hooks.engineRules);
  const given = await presentCredentials(config.roleCredentials, config);
  const openness = closeToOthers(config.dataDir);
  const disk = new DiskRoom({
    directory: config.dataDir,
    reserveBytes: config.diskReserveBytes,
    onChange: (facts) =>
      log.warn(facts, facts.low ? diskLow : 'the disk of the data directory has room again'),
  });
  const store = openStore(config, disk);
  // From here on the directory is held: no other server writes to it.
  removeLeftCopies(config.dataDir);
  const identity = identify(config.dataDir, config);
  let lock: IdentityLock;
  try {
    lock = await holdIdentity(identity.id);
  } catch (error) {
    store.close();
    disk.close();
    throw error;
  }
  return startHeld(config, hooks, {
    log,
    reach,
    choice,
    store,
    disk,
    identity,
    lock,
    openness,
    containers: containerReach(config, choice.kind),
    clusters: new KubernetesClusters({
      clusters: config.clusters,
      environment: process.env,
      clock: systemClock,
      mark: identity.id,
      namespace: config.jobNamespace,
      onFault: (arn, error) => log.warn({ err: error }, `the cluster ${arn}`),
    }),
    http: new WebSender({
      atOnce: ownOpenFiles().requests,
      toOneOrigin: requestsToOneOrigin,
      reach: config.deliveryReach,
    }),
    mailer: config.smtp && new SmtpMailer(config.smtp),
    publicAddress: new OwnAddress(config.publicUrl, config.tls !== undefined, {
      host: reach.address,
      port: config.port,
    }),
    given,
    damage: { found: 0, bytes: 0 },
  }).catch(async (error: unknown) => {
    disk.close();
    await lock.release();
    throw error;
  });
}

function openStore(config: ServerConfig, disk: DiskRoom): SqliteStore {
  try {
    return new SqliteStore(join(config.dataDir, 'longshore.db'), {
      acceptOlder: config.acceptOlderDatabase,
      onFull: () => disk.giveUpBalloon(),
    });
  } catch (error) {
    disk.close();
    throw error;
  }
}

/** What is there before anything is composed. */
interface Held {
  readonly log: Logger;
  readonly reach: Reach;
  readonly choice: ChosenEngine;
  readonly store: SqliteStore;
  readonly disk: DiskRoom;
  readonly damage: DamageCounts;
  readonly identity: Identity;
  readonly lock: IdentityLock;
  readonly openness: string | undefined;
  readonly containers: ContainerReach;
  readonly clusters: KubernetesClusters;
  readonly http: WebSender;
  readonly mailer: SmtpMailer | undefined;
  readonly publicAddress: OwnAddress;
  /** What the operator gives to roles. */
  readonly given: Awaited<ReturnType<typeof presentCredentials>>;
}

async function startHeld(
  config: ServerConfig,
  hooks: ServerHooks,
  held: Held,
): Promise<RunningServer> {
  const { log, store, disk, damage, identity, choice } = held;
  const logSink = new FileLogSink(join(config.dataDir, 'logs'), {
    openFiles: ownOpenFiles().logs,
    hasRoom: (bytes) => disk.take(bytes),
    onDamage: (what, bytes) => {
      damage.found++;
      damage.bytes += bytes;
      log.warn(what);
    },
  });
  const { spotInterruptionsPerHour: perHour } = config;
  const onProblem = (what: string, error: unknown): void => log.warn({ err: error }, what);
  const s3 = s3Of(config);
  const app = compose({
    store,
    logSink,
    engine: makeEngine(choice.kind, config, identity.id),
    hosts: dockerHosts({ ...config, onProblem }),
    clusters: held.clusters,
    clusterDirectory: new KnownClusters({
      connection: (arn) => held.clusters.connection(arn),
      clock: systemClock,
    }),
    nodes: new KubernetesNodes({
      clusters: config.clusters.map(({ arn }) => arn),
      connection: (arn) => held.clusters.connection(arn),
      clock: systemClock,
      mark: identity.id,
      onFault: (arn, error) => log.warn({ err: error }, `nodes of the cluster ${arn}`),
    }),
    capacity: new LocalCapacity(
      systemClock,
      config.instanceStartMs,
      perHour === 0 ? undefined : { perHour, random: Math.random },
    ),
    clock: systemClock,
    ids: systemIds,
    keys: systemKeyMaker,
    sealer: config.sealer ?? sealerIn(config.dataDir),
    region: config.region,
    account: config.account,
    audit: config.audit,
    recordRetainMs: config.auditRetainMs,
    trailPlace: trailPlaceOf(config, s3),
    trainingFiles: trainingFiles({
      engine: choice.kind,
      dataDir: resolve(config.dataDir),
      grants: config.trainingFiles,
      s3,
      hasRoom: (bytes) => disk.take(bytes),
    }),
    trailEveryMs: config.trailEveryMs,
    version,
    settings: { ...config.settings, hasMachine: choice.kind !== 'none' },
    jobEnvironment: config.jobEnvironment,
    secretSource: config.secretsFrom && awsSecrets(config.secretsFrom),
    submitRate: config.submitRate,
    retainMs: config.retainMs,
    removeUnknown: config.removeUnknown,
    logLimitBytes: config.logLimitBytes,
    isDiskLow: () => disk.facts.low,
    backUp: (what) =>
      backUp(
        {
          dataDir: config.dataDir,
          copyDatabase: (path) => store.backUp(path),
          version,
          now: systemClock.now,
        },
        what,
      ).catch(noBackup),
    documents: new ClusterDocuments({
      clusters: config.clusters.map(({ arn }) => arn),
      connection: (arn) => held.clusters.connection(arn),
      others: webDocuments,
    }),
    http: held.http,
    mailer: held.mailer,
    publicAddress: held.publicAddress,
    elsewhere: elsewhere(config.elsewhere),
    deadLetterFiles: new DeadLetterFileStore({
      directory: join(config.dataDir, 'dead-letters'),
      fileBytes: deadLetterFileBytes,
      queues: mostDeadLetterQueues,
      hasRoom: (bytes) => disk.take(bytes),
    }),
    access: config.auth ? checkedAccess(config.rate) : openAccess(config.account, config.rate),
    containerReach: held.containers,
    operatorCredentials: operatorCredentials(config.roleCredentials, config),
    onAudit: (record) =>
      log.debug(
        {
          requestId: record.requestId,
          service: record.service,
          operation: record.operation,
          caller: record.context?.principal.arn,
          status: record.status,
          error: record.error?.message,
        },
        'request',
      ),
    onFault: (record) =>
      log.error(
        { requestId: record.requestId, operation: record.operation, err: record.error },
        'request failed',
      ),
    onProblem,
    onNotice: (what) => log.warn(what),
    onFatal: (error) => {
      log.fatal({ err: error }, 'the server stops: its state could not be kept');
      hooks.onFatal(error);
    },
  });
  try {
    return await open(config, app, held);
  } catch (error) {
    // Nothing of a server that could not start may go on: neither its jobs' bookkeeping nor its
    // hold on the directory.
    await held.containers.close();
    await app.control.close().catch(() => undefined);
    await held.clusters.close();
    throw error;
  }
}

const s3Of = ({ s3Endpoint, region }: ServerConfig): S3 | undefined =>
  s3Endpoint === undefined ? undefined : s3At(s3Endpoint, region);

const trailPlaceOf = ({ trailDir }: ServerConfig, s3: S3 | undefined): TrailPlace | undefined => {
  if (trailDir !== undefined) return trailDirectory(trailDir);
  return s3 && trailBuckets(s3);
};

/** Records for collectors, words for a person. */
function logDestination(): DestinationStream {
  if (process.stderr.isTTY) return consoleLog(complain);
  const destination = pino.destination({ fd: 2, sync: true });
  // JSON spells out C0 alone; wherever it is shown, C1 and what turns text around count as well.
  return { write: (line: string) => void destination.write(visible(line)) };
}

async function open(config: ServerConfig, app: App, held: Held): Promise<RunningServer> {
  const {
    log,
    identity,
    lock,
    choice: { kind, reason, instead },
  } = held;
  const machine = localHost(identity.id, config.capacity, machineAddress());
  const notices = held.openness === undefined ? [] : [held.openness];
  if (identity.isNew) {
    const left = await app.control.leaveHosts(machine.id);
    if (identity.former !== undefined) notices.push(newMark(config.dataDir, identity.former, left));
  }
  const unopened = await app.unopened();
  if (unopened.length > 0) notices.push(otherKey(config, unopened));
  identity.keep();
  const left = instead === undefined ? 0 : attemptsHere(app);
  if (instead !== undefined && left > 0) log.warn(whatBecomesOf(left, instead, identity.id));
  for (const { roleArn, credentials } of held.given) app.jobRoles.noteGiven(roleArn, credentials);
  // Before the first container starts: its environment says where this is.
  notices.push(
    ...(await held.containers.open({
      grants: app.jobRoles,
      onFault: (error) => log.error({ err: error }, 'a container got no credentials'),
    })),
  );
  // Over TLS only the operator knows by which name, and under which authority, it is trusted.
  const isForContainers = config.tls === undefined;
  if (isForContainers && config.port !== 0) held.containers.apiAt(held.reach.address, config.port);
  const capabilities = await app.open(machine);
  recordEngine(config.dataDir, kind);
  await app.noteReferences();
  app.deliverer?.open();
  const root = config.auth ? await rootKey(app.rootKeys, config) : undefined;
  const listener: Listener = await listen({
    maxConnections: ownOpenFiles().connections,
    host: held.reach.address,
    allowedHosts: hostNamesOf(config),
    port: config.port,
    tls: config.tls,
    onTls: ({ renewed, message }) => (renewed ? log.info(message) : log.warn(message)),
    pipeline: app.pipeline,
    own: serverPaths(
      app.control.reader,
      {
        engine: capabilities,
        region: config.region,
        account: config.account,
        auth: config.auth ? 'on' : 'off',
        limits: config.settings.limits,
      },
      {
        disk: () => held.disk.facts,
        damage: held.damage,
        url: () => urlOf(listener),
        certificate: app.certificate,
      },
    ),
    onFault: (error) => log.error({ err: error }, 'own path failed'),
  });
  held.publicAddress.listensAt(listener);
  if (isForContainers) held.containers.apiAt(listener.host, listener.port);
  log.info({ version, url: urlOf(listener), engine: capabilities.version, reason }, 'ready');
  // The log says it in words at a terminal; where it is quiet it has to be said all the same.
  for (const notice of notices)
    if (log.isLevelEnabled('warn')) log.warn(notice);
    else complain(`longshore: ${notice}\n`);
  if (capabilities.notice) log.info(capabilities.notice);
  return {
    url: urlOf(listener),
    capabilities,
    engineKind: kind,
    engineReason: reason,
    defaultNetwork: () => app.defaultNetwork(scopeOf(config.account, config.region)),
    runningJobs() {
      const { jobs } = app.control.reader.counts();
      return jobs.STARTING + jobs.RUNNING;
    },
    credentials:
      root === undefined
        ? { accessKeyId: config.account, secretAccessKey: dummySecretAccessKey }
        : root.credentials,
    hasNewRootKey: root?.isNew === true,
    reach: held.reach.who,
    async close(how) {
      // Who follows, or runs a command in a job, has no end of its own, and would hold the listener
      // for all of its grace.
      app.control.journal.close();
      await app.control.sessions.close();
      await listener.close(closeGraceMs);
      await held.containers.close();
      await app.deliverer?.close();
      await app.control.close(how);
      await held.clusters.close();
      await held.http.close();
      held.mailer?.close();
      held.disk.close();
      await lock.release();
      log.info('closed');
    },
  };
}

/** Without Docker nothing here has a network of its own; pods elsewhere have. */
const containerReach = (config: ServerConfig, kind: EngineKind): ContainerReach => {
  const { credentialsAddress: address, podsUrl } = config;
  const isForBridges = kind === 'docker' || (podsUrl !== undefined && address !== undefined);
  return new ContainerReach({
    port: config.port,
    credentialsPort: config.credentialsPort,
    pods: podsUrl,
    bridge: isForBridges && address !== 'none' ? (address ?? 'usual') : undefined,
    usual: kind === 'docker' ? config.jobNetwork : 'host',
  });
};

/** Attempts that have not ended and run neither on registered hosts nor on nodes of clusters. */
function attemptsHere({ control: { world } }: App): number {
  let count = 0;
  for (const [, { hostId }] of world.allocations) {
    const host = world.hosts.get(hostId);
    if (host?.kind !== 'registered' && (host === undefined || sharedConnection(host) === undefined))
      count++;
  }
  return count;
}

/** Names that its operator gave it, in whatever flag. */
const hostNamesOf = ({ host, allowedHosts, publicUrl, podsUrl }: ServerConfig): string[] => {
  const urls = [publicUrl, podsUrl].filter((url) => url !== undefined);
  const given = [host, ...urls.map((url) => new URL(url).hostname)];
  return [...given.filter(isHostName), ...allowedHosts];
};

const urlOf = (listener: Listener): string =>
  `${listener.isTls ? 'https' : 'http'}://${listener.host.includes(':') ? `[${listener.host}]` : listener.host}:${listener.port}`;

function newMark(dataDir: string, former: string, left: number): string {
  const jobs =
    left === 0
      ? 'No job was under way in it'
      : `The ${left === 1 ? 'job that was' : `${left} jobs that were`} under way in it ended as ${left === 1 ? 'its host' : 'their hosts'} had`;
  return `the data directory ${dataDir} is a copy: its mark (${former}) was made in another place, and it has a mark of its own now. ${jobs}; no container of the former mark is adopted, stopped or removed. Where it replaces the other, stop this server, copy again, and start that copy with --adopt`;
}

const otherKey = ({ dataDir, sealer }: ServerConfig, unopened: readonly string[]): string =>
  `${sealer === undefined ? `the key in ${dataDir}` : 'LONGSHORE_KEY'} does not open what was sealed under another: ${unopened.join('; ')}. Until the server is started with the key that sealed them they cannot be used; nothing of them is lost`;
