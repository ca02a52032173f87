// The secrets port: what a container gets at its start that is never stored with its job. Whoever
// resolves reads with the rights of the job's execution role, and of nobody else. Interfaces only.

import type { Scope } from '../base/ids.ts';
import type { Hidden } from '../base/hidden.ts';

export interface SecretsWanted {
  /** The job's account and region. */
  readonly scope: Scope;
  /** By ARN or name, as the definition has it. */
  readonly executionRole: string | undefined;
  /** Names the role's session, so that a denial tells which attempt was denied. */
  readonly session: string;
  /** What `valueFrom` of secrets and secretOptions say, each as often as it is there. */
  readonly valuesFrom: readonly string[];
  /** What repositoryCredentials name: a secret that holds a user's name and password. */
  readonly credentialsParameter?: string | undefined;
}

export interface RegistryLogin {
  readonly username: Hidden;
  readonly password: Hidden;
}

export interface SecretsFound {
  /** By what they are from. */
  readonly values: ReadonlyMap<string, Hidden>;
  readonly login?: RegistryLogin | undefined;
}

export interface SecretResolver {
  /** Never rejects: `failure` is the reason of the attempt that cannot start, in ECS's words. */
  resolve(wanted: SecretsWanted): Promise<SecretsFound | { readonly failure: string }>;
}

/** A version of a secret, as a reference names it. */
interface SecretVersionWanted {
  /** A name or an ARN. */
  readonly id: string;
  readonly stage?: string | undefined;
  readonly versionId?: string | undefined;
}

/** An error of the service that was asked: its name and its text. */
export interface SourceError {
  readonly error: string;
}

/** Where secrets are: in this server, or at an endpoint of AWS's APIs. */
export interface SecretSource {
  /** The ARN that a secret has; what follows from its name where it is not known. */
  secretArn(scope: Scope, id: string): Promise<string>;
  /** The secret's text. Never rejects. */
  secret(scope: Scope, wanted: SecretVersionWanted): Promise<Hidden | SourceError>;
  /** The parameters that are there, by name as given; at most ten names. Never rejects. */
  parameters(
    scope: Scope,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, Hidden> | SourceError>;
}
