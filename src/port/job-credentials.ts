// The job-credentials port: how a job's container comes by the credentials of its role. Whoever
// makes a container's environment asks it what must stand there; the answers hold a secret, hidden,
// which goes into the container and nowhere else.

import type { KeyValuePair } from '@aws-sdk/client-batch';
import type { AttemptId, JobId, Scope } from '../base/ids.ts';
import type { HiddenPair } from './engine.ts';

/**
 * The network of a container: `usual` is whatever the engine gives to jobs, `private` that of the
 * nodes of one multi-node parallel job; `pod` that of a cluster, whatever it is there.
 */
export type ContainerNetwork = 'usual' | 'host' | 'private' | 'pod';

/** An attempt that is about to start. */
export interface AttemptWithRoles {
  readonly scope: Scope;
  readonly jobId: JobId;
  readonly attemptId: AttemptId;
  readonly jobRoleArn: string | undefined;
  readonly executionRoleArn: string | undefined;
  /** A training job's, whose role SageMaker assumes; else ECS does. */
  readonly trainingJobArn?: string | undefined;
  readonly network: ContainerNetwork;
  /** It starts on another machine than the server's. */
  readonly isElsewhere: boolean;
}

/** Variables that lead an SDK in the container to the role's credentials. */
export interface RoleVariables {
  readonly variables: readonly KeyValuePair[];
  /** Those that hold the secret by which the container asks. */
  readonly secrets: readonly HiddenPair[];
}

export interface JobCredentials {
  /**
   * None where there is no role, or no way to its credentials. A role that cannot be assumed for a
   * job: why it cannot start.
   */
  variablesFor(attempt: AttemptWithRoles): RoleVariables | { readonly cannotStart: string };
  /**
   * What leads an SDK in a pod from a token of its service account to a role's credentials;
   * undefined: the role is none of this server's, or pods have no way here.
   */
  variablesOfAccount(scope: Scope, roleArn: string): readonly KeyValuePair[] | undefined;
}

/** What of the server a container reaches, by its network. */
export interface ServerReach {
  /** Where credentials are asked for; undefined: nowhere. */
  credentials(network: ContainerNetwork): CredentialsAddress | undefined;
  /** Where the API is, e.g. `http://127.0.0.1:4590`; undefined: out of reach. */
  api(network: ContainerNetwork): string | undefined;
}

/**
 * `full`: what stands before the path in a URL. `relative`: the address that all SDKs know by heart
 * (Amazon ECS developer guide, Task IAM role).
 */
export type CredentialsAddress =
  | { readonly kind: 'full'; readonly origin: string }
  | { readonly kind: 'relative' };

/** Credentials for services elsewhere, which the operator gives to a role's jobs. Secret. */
export interface OperatorCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly expiresAtMs: number | undefined;
}

/**
 * By the role's ARN, for jobs of an account; undefined: none are given to those. What is answered
 * rejects where they cannot be had.
 */
export type OperatorCredentialsOf = (
  roleArn: string,
  account: string,
) => (() => Promise<OperatorCredentials>) | undefined;
