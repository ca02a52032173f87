// A service as the server offers it: its operations, and how requests name them.

import type { Tags } from './authorization.ts';
import type { ErrorDialect } from './error-catalogue.ts';
import type { OperationTable, RequestContext } from './operation.ts';
import type { AwsProtocol, PathProtocol } from './protocol.ts';
import type { EmptySays, SchemaModule } from './schema.ts';

/** What all services have. */
interface Served<Deps> {
  /**
   * The name on the coverage page and in audit records, e.g. `batch`; also what stands for the
   * service in the ARNs of its resources.
   */
  readonly name: string;
  readonly operations: OperationTable<Deps>;
  readonly deps: Deps;
  readonly dialect: ErrorDialect;
  /** The most bytes that a request of this operation may have, after decompression. */
  readonly maxBodyBytes: (operation: string) => number;
  /** The tags of a resource of its own; see {@link Authorization.tagsOf}. Absent: none has any. */
  readonly tagsOf?: (
    deps: Deps,
    arn: string,
    context: RequestContext,
  ) => Tags | undefined | Promise<Tags | undefined>;
  /**
   * The policy of a resource of its own, whichever account's; see {@link Authorization.policyOf}.
   * Absent: none has any.
   */
  readonly policyOf?: (deps: Deps, arn: string) => string | undefined;
  /**
   * The ARN that a resource has, by what a request tells of it (see `Access.resources`); what it
   * was given where nothing is there. Absent: requests tell all.
   */
  readonly wholeArn?: (deps: Deps, arn: string, context: RequestContext) => Promise<string>;
}

/** A service of AWS's, whose API the SDK's schemas tell. */
export interface AwsService<Deps> extends Served<Deps> {
  readonly protocol: AwsProtocol;
  /**
   * The SDK client module, whose exports hold the schemas: `import * as batch from
   * '@aws-sdk/client-batch'`. A function loads it at the service's first request, where it is
   * large or seldom asked; of a protocol that names operations by path, {@link paths} tells
   * before what is the service's.
   */
  readonly schemas: SchemaModule | (() => Promise<SchemaModule>);
  /**
   * Where the operations of a service are that names them by path and whose schemas load late, as
   * far as no other service has them too: all that an unsigned request tells.
   */
  readonly paths?: RegExp;
  /** The service in a SigV4 credential scope, e.g. `batch`, `logs`. */
  readonly signingName: string;
  /**
   * What stands before the dot in X-Amz-Target, for the JSON 1.1 services: e.g. `Logs_20140328`.
   */
  readonly targetPrefix?: string;
  /**
   * The table holds what is built; all else that the SDK knows is not. For services of hundreds of
   * operations.
   */
  readonly restNotBuilt?: true;
  /**
   * In which members an empty value says something; in all other optional ones it is as good as
   * none and the operation never sees it. Absent: in the JSON protocols each says something, in the
   * query protocols none does.
   */
  readonly emptySays?: EmptySays;
}

/** A service of our own, whose operations are at paths that no other service has. */
export interface PathService<Deps> extends Served<Deps> {
  readonly protocol: PathProtocol;
}

// Each service has dependencies of its own; the pipeline only carries them to its operations.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyAwsService = AwsService<any>;
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyPathService = PathService<any>;
export type AnyService = AnyAwsService | AnyPathService;

/** The service in a SigV4 credential scope; of our own, their name. */
export const signingNameOf = (service: AnyService): string =>
  'signingName' in service ? service.signingName : service.name;
