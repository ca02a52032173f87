// Roles of jobs: what stands in a container's environment so that an SDK in it finds credentials,
// and what is answered when it asks for them. The secret that an attempt asks with follows from the
// server's key and is kept nowhere. Nothing is answered before an attempt is under way, or after,
// and nothing but the credentials of its own role.

import { timingSafeEqual } from 'node:crypto';
import type { KeyValuePair } from '@aws-sdk/client-batch';
import { scopeParts, type AttemptId, type Scope } from '../../base/ids.ts';
import { partitionOf } from '../../base/partition.ts';
import type { Principal } from '../../base/principal.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { Hidden } from '../../base/hidden.ts';
import { roleArn } from '../../core/arn.ts';
import type { Settings } from '../../core/settings.ts';
import type { Clock } from '../../port/clock.ts';
import type {
  AttemptWithRoles,
  JobCredentials,
  OperatorCredentials,
  OperatorCredentialsOf,
  RoleVariables,
  ServerReach,
} from '../../port/job-credentials.ts';
import type { JobReader } from '../../port/reader.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { IamKinds, Role } from '../iam/resources.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { namedRole, type NamedRole } from './role-session.ts';
import { rolePrincipal, type Sessions } from './session.ts';
import { taskTaker, trainingTaker, trustsService } from './trust.ts';

interface JobRolesParts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current'>;
  readonly sessions: Pick<Sessions, 'issue'>;
  readonly sealer: Pick<Sealer, 'derive'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly jobs: Pick<JobReader, 'underWay'>;
  readonly settings: Pick<Settings, 'references'>;
  readonly isVerifying: boolean;
  readonly reach: ServerReach;
  readonly operatorCredentials: OperatorCredentialsOf;
  /** The server's operator should know it; never a secret. */
  readonly onNotice: (what: string) => void;
}

/** What an SDK in a container is answered: the JSON of ECS's endpoint. Secret. */
interface ContainerCredentials {
  readonly RoleArn: string;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

type JobRole = NamedRole & { readonly role: Role };

const sessionMs = 3_600_000;
const mostNotices = 100;
const mostLacks = 1_000;
const mostGiven = 1_000;
const givenSessionName = 'role-credentials';

/** What the operator gave to a role's jobs. */
interface Given {
  readonly roleArn: string;
  readonly secret: Hidden;
  readonly sessionToken: Hidden | undefined;
  readonly expiresAtMs: number | undefined;
}
/** Where an attempt asks, below its server. */
const credentialsPath = '/v2/credentials/';

export class JobRoles implements JobCredentials {
  readonly #parts: JobRolesParts;
  readonly #noticed = new Set<string>();
  readonly #lacks = new RecentMap<AttemptId, string>(mostLacks);
  /** Keys that the operator gives, by id. */
  readonly #given = new Map<string, Given>();

  constructor(parts: JobRolesParts) {
    this.#parts = parts;
  }

  variablesFor(attempt: AttemptWithRoles): RoleVariables | { readonly cannotStart: string } {
    const { jobRoleArn, executionRoleArn, scope } = attempt;
    const { isVerifying, settings } = this.#parts;
    // Nothing is done with an execution role where nobody's rights are asked.
    const isStrict = isVerifying || settings.references === 'strict';
    for (const given of [jobRoleArn, isStrict ? executionRoleArn : undefined]) {
      if (!given) continue;
      const arn = roleArn(scope, given);
      if (this.#role(arn, attempt) === 'refused')
        return {
          cannotStart: attempt.trainingJobArn === undefined ? cannotAssume(arn) : notTrusted(arn),
        };
    }
    return jobRoleArn ? this.#variables(attempt, roleArn(scope, jobRoleArn)) : none;
  }

  #variables(
    attempt: AttemptWithRoles,
    arn: string,
  ): RoleVariables | { readonly cannotStart: string } {
    const { attemptId, scope, network, isElsewhere } = attempt;
    const { reach } = this.#parts;
    const role = this.#role(arn, attempt);
    const address = reach.credentials(network);
    if (role === 'elsewhere')
      return this.#without(attemptId, `its role ${arn} is of another account`);
    if (isElsewhere)
      return this.#without(attemptId, 'it runs on a host from which this server is not reached');
    // Nothing but a setting leads from a cluster to this server: whoever forgot it is to know.
    if (address === undefined && network === 'pod') return { cannotStart: noWayFromPods(arn) };
    if (address === undefined)
      return this.#without(
        attemptId,
        `its network leads to no credentials (doc/job-roles.md, Networks)`,
      );
    const secret = this.#secretOf(attemptId);
    const api = reach.api(network);
    const path = `${credentialsPath}${attemptId}`;
    return {
      variables: [
        ...(address.kind === 'full' ? [variable(fullUri, address.origin + path)] : []),
        ...leading(scope, api),
      ],
      secrets: [
        address.kind === 'full'
          ? { name: authorizationToken, value: new Hidden(secret) }
          : { name: relativeUri, value: new Hidden(`${path}/${secret}`) },
      ],
    };
  }

  variablesOfAccount(scope: Scope, arn: string): readonly KeyValuePair[] | undefined {
    const api = this.#parts.reach.api('pod');
    // Whether the role trusts the account's token is asked when that comes.
    if (api === undefined || namedRole(this.#parts, arn)?.role === undefined) return undefined;
    return leading(scope, api);
  }

  /** The operator is told each reason once: there may be a million jobs. */
  #without(attemptId: AttemptId, why: string): RoleVariables {
    this.#lacks.set(attemptId, why);
    if (!this.#noticed.has(why) && this.#noticed.size < mostNotices) {
      this.#noticed.add(why);
      this.#parts.onNotice(`a job gets no credentials of its role: ${why}`);
    }
    return none;
  }

  /** Why an attempt of this process got none; undefined: it did, or is not remembered. */
  lackOf(attemptId: AttemptId): string | undefined {
    return this.#lacks.get(attemptId);
  }

  /**
   * The role, where ECS may assume it for a task; what the operator gives to its jobs, which need
   * no role here; `elsewhere`: of another account, and not of this server's, unless all must be.
   */
  #role(
    arn: string,
    {
      scope,
      attemptId,
      trainingJobArn,
    }: Pick<AttemptWithRoles, 'scope' | 'attemptId' | 'trainingJobArn'>,
  ): JobRole | (() => Promise<OperatorCredentials>) | 'elsewhere' | 'refused' {
    const { settings, clock, operatorCredentials } = this.#parts;
    const { account, region } = scopeParts(scope);
    const given = operatorCredentials(arn, account);
    if (given !== undefined) return given;
    const named = namedRole(this.#parts, arn);
    if (named === undefined || named.partition !== partitionOf(region)) return 'refused';
    if (named.account !== account)
      return settings.references === 'lenient' ? 'elsewhere' : 'refused';
    const { role } = named;
    if (role === undefined) return 'refused';
    const taker =
      trainingJobArn === undefined ? taskTaker(scope, attemptId) : trainingTaker(trainingJobArn);
    const isTrusted = trustsService(role, { roleArn: arn, scope, taker }, clock.now());
    return isTrusted ? { ...named, role } : 'refused';
  }

  #secretOf(attemptId: AttemptId): string {
    return Buffer.from(
      this.#parts.sealer.derive(`job-credentials ${attemptId}`),
      'base64',
    ).toString('base64url');
  }

  /** Whether it is the attempt's own secret; takes the same time whatever it is. */
  isSecretOf(attemptId: AttemptId, secret: string): boolean {
    const own = Buffer.from(this.#secretOf(attemptId));
    const given = Buffer.from(secret);
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /**
   * Requests that are signed with what the operator gives to a role's jobs are the role's: a
   * program has one set of credentials for all that it calls.
   */
  noteGiven(arn: string, given: OperatorCredentials): void {
    this.#given.set(given.accessKeyId, {
      roleArn: arn,
      secret: new Hidden(given.secretAccessKey),
      sessionToken: given.sessionToken === undefined ? undefined : new Hidden(given.sessionToken),
      expiresAtMs: given.expiresAtMs,
    });
    // Profiles with keys that change leave old ones behind.
    for (const [oldest] of this.#given) {
      if (this.#given.size <= mostGiven) break;
      this.#given.delete(oldest);
    }
  }

  /** The role whose jobs have the key; undefined: none, or it is not in this server's IAM. */
  findGiven(
    keyId: string,
    sessionToken: string | undefined,
  ): { secret: Hidden; principal: Principal; expiresAtMs?: number } | undefined {
    const given = this.#given.get(keyId);
    if (given === undefined || given.sessionToken?.reveal() !== sessionToken) return undefined;
    const named = namedRole(this.#parts, given.roleArn);
    if (named?.role === undefined) return undefined;
    const { role, account, partition } = named;
    const expiresAtMs = given.expiresAtMs ?? Number.MAX_SAFE_INTEGER;
    const principal = rolePrincipal(
      {
        kind: 'role',
        account,
        partition,
        createdAtMs: 0,
        expiresAtMs,
        role: { name: role.name, id: role.id, path: role.path },
        name: givenSessionName,
      },
      keyId,
      named.iam,
    );
    return principal && { secret: given.secret, principal, expiresAtMs };
  }

  /** Undefined where the attempt is not under way, or its job has no role that there is. */
  async credentialsFor(attemptId: AttemptId): Promise<ContainerCredentials | undefined> {
    const { jobs, clock, sessions } = this.#parts;
    const job = jobs.underWay(attemptId);
    if (job?.container.jobRoleArn === undefined) return undefined;
    const { scope, jobId } = job;
    const arn = roleArn(scope, job.container.jobRoleArn);
    const found = this.#role(arn, { ...job, attemptId });
    if (typeof found === 'string') return undefined;
    if (typeof found === 'function') {
      const given = await found();
      this.noteGiven(arn, given);
      return givenBy(arn, given, clock.now());
    }
    const { role, account, partition } = found;
    const nowMs = clock.now();
    const issued = sessions.issue({
      kind: 'role',
      account,
      partition,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + sessionMs,
      role: { name: role.name, id: role.id, path: role.path },
      name: sessionNameOf(jobId),
      job: { id: jobId, attemptId },
    });
    return {
      RoleArn: arn,
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey.reveal(),
      Token: issued.sessionToken.reveal(),
      Expiration: instant(issued.expiresAtMs),
    };
  }
}

const givenBy = (
  arn: string,
  { accessKeyId, secretAccessKey, sessionToken, expiresAtMs }: OperatorCredentials,
  nowMs: number,
): ContainerCredentials => ({
  RoleArn: arn,
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  // SDKs demand that there is one, and send none that is empty.
  Token: sessionToken ?? '',
  Expiration: instant(expiresAtMs ?? nowMs + sessionMs),
});

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The job's id in the letters that the name of a session may have. */
export const sessionNameOf = (jobId: string): string =>
  jobId
    .replace(':', '.')
    .replace('#', '@')
    .replaceAll(/[^\w+=,.@-]/g, '-')
    .slice(0, 64);

/** As ECS says it of a task. */
const cannotAssume = (arn: string): string =>
  `ECS was unable to assume the role '${arn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`;

const noWayFromPods = (arn: string): string =>
  `ResourceInitializationError: unable to get credentials of the role '${arn}': this server was not told where pods reach it (--pods-url)`;

/** As SageMaker says it of a training job. */
const notTrusted = (arn: string): string =>
  `Could not assume role ${arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`;

const none: RoleVariables = { variables: [], secrets: [] };
const variable = (name: string, value: string): KeyValuePair => ({ name, value });

const relativeUri = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const fullUri = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const authorizationToken = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';

/** By the names that SDKs have for the services of this server. */
const endpointVariables = [
  'BATCH',
  'CLOUDTRAIL',
  'CLOUDWATCH_LOGS',
  'EC2',
  'ECS',
  'EVENTBRIDGE',
  'IAM',
  'SCHEDULER',
  'SECRETS_MANAGER',
  'SNS',
  'SSM',
  'STS',
].map((service) => `AWS_ENDPOINT_URL_${service}`);

/** The region, and where this server is. */
const leading = (scope: Scope, api: string | undefined): readonly KeyValuePair[] => [
  ...['AWS_REGION', 'AWS_DEFAULT_REGION'].map((name) => variable(name, scopeParts(scope).region)),
  ...(api === undefined ? [] : endpointVariables.map((name) => variable(name, api))),
];
