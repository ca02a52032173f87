// Resolves what a container gets at its start from where secrets are: as its execution role, and
// no further than that may. What cannot be had is a failure in the words of ECS's agent, of which
// none holds a value. Nothing is kept: each start reads anew.

import { Hidden } from '../base/hidden.ts';
import { scopeParts, type Scope } from '../base/ids.ts';
import { roleArn } from '../core/arn.ts';
import { secretReference, type SecretReference } from '../core/job/secret-reference.ts';
import type { RoleAccess } from '../port/role-access.ts';
import type {
  RegistryLogin,
  SecretResolver,
  SecretSource,
  SecretsFound,
  SecretsWanted,
  SourceError,
} from '../port/secrets.ts';
import { namedParameterArn } from '../service/ssm/arn.ts';
import { taskTaker } from '../service/sts/trust.ts';

interface Parts {
  readonly source: SecretSource;
  readonly access: RoleAccess;
}

type Parameter = Extract<SecretReference, { kind: 'parameter' }>;
type Secret = Extract<SecretReference, { kind: 'secret' }>;

const begin = 'ResourceInitializationError: unable to pull secrets or registry auth: ';
const retrieval = `${begin}execution resource retrieval failed: `;
const retried = 'service call has been retried 1 time(s): ';
const fromAsm = `${retrieval}unable to retrieve secret from asm: ${retried}`;
const fromSsm = `${retrieval}unable to retrieve secrets from ssm: ${retried}`;
const loginFromAsm = `${retrieval}unable to get registry auth from asm: ${retried}`;
/** Parameters in one call. */
const mostAtOnce = 10;

/** The message is the reason of the attempt. */
class Unresolved extends Error {}

export const secretResolver = (parts: Parts): SecretResolver => ({
  async resolve(wanted) {
    try {
      return await new Resolution(parts, wanted).run();
    } catch (error) {
      if (error instanceof Unresolved) return { failure: error.message };
      throw error;
    }
  },
});

/** Of one attempt. */
class Resolution {
  readonly #parts: Parts;
  readonly #wanted: SecretsWanted;
  readonly #values = new Map<string, Hidden>();

  constructor(parts: Parts, wanted: SecretsWanted) {
    this.#parts = parts;
    this.#wanted = wanted;
  }

  async run(): Promise<SecretsFound> {
    await this.#assumeRole();
    const { valuesFrom, scope, credentialsParameter } = this.#wanted;
    const secrets: [string, Secret][] = [];
    const parameters: [string, Parameter][] = [];
    for (const valueFrom of new Set(valuesFrom)) {
      const reference = secretReference(valueFrom, scope);
      if (reference === undefined) throw malformed(valueFrom);
      if (reference.kind === 'secret') secrets.push([valueFrom, reference]);
      else parameters.push([valueFrom, reference]);
    }
    const login =
      credentialsParameter === undefined ? undefined : await this.#login(credentialsParameter);
    for (const [valueFrom, reference] of secrets)
      this.#values.set(valueFrom, await this.#secret(valueFrom, reference));
    for (const [where, group] of Map.groupBy(parameters, ([, reference]) => reference.scope))
      for (let at = 0; at < group.length; at += mostAtOnce)
        await this.#read(where, group.slice(at, at + mostAtOnce));
    return { values: this.#values, login };
  }

  get #roleArn(): string {
    const { executionRole, scope } = this.#wanted;
    if (!executionRole)
      throw new Unresolved(
        `${retrieval}the job definition has no executionRoleArn to read them with`,
      );
    return roleArn(scope, executionRole);
  }

  async #assumeRole(): Promise<void> {
    const role = this.#roleArn;
    const { scope, session } = this.#wanted;
    const taker = taskTaker(scope, session);
    if (await this.#parts.access.mayBeAssumed({ scope, roleArn: role, session }, taker)) return;
    throw new Unresolved(
      `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
    );
  }

  /** Throws where the role may not; `failure` is what stands before the denial. */
  async #permit(
    failure: string,
    where: Scope,
    act: { action: string; resource: string; conditions?: Record<string, string> },
  ): Promise<void> {
    const { scope, session } = this.#wanted;
    const role = this.#roleArn;
    const { account } = scopeParts(scope);
    const denial =
      scopeParts(where).account === account
        ? await this.#parts.access.denial({ scope, roleArn: role, session, ...act })
        : `User: ${sessionArn(role, session)} is not authorized to perform: ${act.action} on resource: ${act.resource} because no resource-based policy allows the ${act.action} action`;
    if (denial !== undefined) throw new Unresolved(`${failure}AccessDeniedException: ${denial}`);
  }

  /** The whole text of a version. */
  async #text(failure: string, reference: Omit<Secret, 'kind' | 'jsonKey'>): Promise<Hidden> {
    const { source } = this.#parts;
    const { scope, id, stage, versionId } = reference;
    await this.#permit(failure, scope, {
      action: 'secretsmanager:GetSecretValue',
      resource: await source.secretArn(scope, id),
      conditions: {
        'secretsmanager:SecretId': id,
        ...(stage !== undefined && { 'secretsmanager:VersionStage': stage }),
        ...(versionId !== undefined && { 'secretsmanager:VersionId': versionId }),
      },
    });
    const text = await source.secret(scope, { id, stage, versionId });
    if (text instanceof Hidden) return text;
    throw new Unresolved(failure + text.error);
  }

  async #secret(valueFrom: string, reference: Secret): Promise<Hidden> {
    const { id, jsonKey } = reference;
    const text = await this.#text(
      `${fromAsm}failed to fetch secret ${id} from secrets manager: `,
      reference,
    );
    const value = jsonKey === undefined ? text : member(text, jsonKey);
    if (value === undefined)
      throw new Unresolved(
        `${fromAsm}retrieved secret from Secrets Manager did not contain json key ${jsonKey}`,
      );
    return usable(value, valueFrom);
  }

  async #login(id: string): Promise<RegistryLogin> {
    const reference = secretReference(id, this.#wanted.scope);
    const failure = `${loginFromAsm}asm fetching secret from the service for ${id}: `;
    const { scope } = reference?.kind === 'secret' ? reference : this.#wanted;
    const text = await this.#text(failure, { scope, id });
    const [username, password] = [member(text, 'username'), member(text, 'password')];
    if (username === undefined || password === undefined)
      throw new Unresolved(
        `${loginFromAsm}the secret ${id} is not a JSON object with a username and a password`,
      );
    return { username, password };
  }

  async #read(where: Scope, group: readonly [string, Parameter][]): Promise<void> {
    for (const [, { name }] of group)
      await this.#permit(fromSsm, where, {
        action: 'ssm:GetParameters',
        resource: namedParameterArn(where, name),
      });
    const names = group.map(([, { name }]) => name);
    const found = await this.#parts.source.parameters(where, names);
    if (isError(found)) throw new Unresolved(fromSsm + found.error);
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0)
      throw new Unresolved(`${fromSsm}invalid ssm parameters: ${missing.join(', ')}`);
    for (const [valueFrom, { name }] of group) {
      const value = found.get(name);
      if (value !== undefined) this.#values.set(valueFrom, usable(value, valueFrom));
    }
  }
}

const isError = (found: ReadonlyMap<string, Hidden> | SourceError): found is SourceError =>
  'error' in found;

const malformed = (valueFrom: string): Unresolved =>
  new Unresolved(
    valueFrom.startsWith('arn:')
      ? `${retrieval}unable to retrieve secret from asm: trying to retrieve secret with value ${valueFrom} resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`
      : `${fromSsm}invalid ssm parameters: ${valueFrom}`,
  );

/** One member of a JSON object: a text as it is, all else as JSON; undefined where it has none. */
function member(text: Hidden, key: string): Hidden | undefined {
  let object: unknown;
  try {
    object = JSON.parse(text.reveal());
  } catch {
    return undefined;
  }
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key))
    return undefined;
  const value = (object as Readonly<Record<string, unknown>>)[key];
  return new Hidden(typeof value === 'string' ? value : JSON.stringify(value));
}

/** No variable of a process can hold a NUL, and who tried would tell the value with the error. */
function usable(value: Hidden, valueFrom: string): Hidden {
  if (!value.reveal().includes('\0')) return value;
  throw new Unresolved(
    `${retrieval}the value from ${valueFrom} holds a NUL, which no environment variable can`,
  );
}

const sessionArn = (role: string, session: string): string =>
  `${role.replace(/:iam::(\d+):role\/(?:.*\/)?([^/]+)$/, ':sts::$1:assumed-role/$2')}/${session}`;
