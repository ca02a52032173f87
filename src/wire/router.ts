// The one way from a request's bytes to an operation and back, for all services. Every request takes the same steps in
// the same order: route → authenticate → deserialize → validate → authorize → invoke → serialize → audit. It knows no
// operation by name and touches no socket, and it never lets a fault of ours out as anything but a bare 500.

import { randomUUID } from 'node:crypto';
import { scopeOf } from '../base/ids.ts';
import { AwsError } from './aws-error.ts';
import { catalogue, serialization, type ErrorDialect } from './error-catalogue.ts';
import { targetOf } from './json-rpc.ts';
import { notBuilt, type Access, type Authenticator, type Authorizer, type Operation, type OperationTable, type RequestContext, type SigV4Credential } from './operation.ts';
import type { Binding, BoundOperation, Protocol, RequestHead } from './protocol.ts';
import { operationsOf, SchemaFault, type SchemaModule } from './schema.ts';
import { credentialOf, isRegion } from './sigv4.ts';
import { restJson } from './rest-json.ts';

/** One AWS service as the server offers it. */
export interface ServiceRegistration<Deps> {
  /** The name on the coverage page and in audit records, e.g. `batch`. */
  readonly name: string;
  /** The SDK client module, whose exports hold the schemas: `import * as batch from '@aws-sdk/client-batch'`. */
  readonly schemas: SchemaModule;
  readonly protocol: Protocol;
  /** The service in a SigV4 credential scope, e.g. `batch`, `logs`. */
  readonly signingName: string;
  /** What stands before the dot in X-Amz-Target, for the JSON 1.1 services: e.g. `Logs_20140328`. */
  readonly targetPrefix?: string;
  readonly operations: OperationTable<Deps>;
  readonly deps: Deps;
  readonly dialect: ErrorDialect;
  /** The most bytes that a request of this operation may have, after decompression. */
  readonly maxBodyBytes: (operation: string) => number;
}

// Each registration has dependencies of its own; the router only carries them from the registration to its operations.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyService = ServiceRegistration<any>;

/** What happened to one request that named an operation. Written when its answer is ready. */
export interface AuditRecord {
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  readonly sourceAddress: string;
  /** Absent when the caller was turned away before it was known. */
  readonly context: RequestContext | undefined;
  /** Absent when it could not be read. */
  readonly input: unknown;
  readonly access: readonly Access[];
  readonly output: unknown;
  readonly error: AwsError | undefined;
  readonly status: number;
}

/** A fault of ours: what the caller sees as a bare 500. */
export interface FaultRecord {
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly error: unknown;
}

export interface RouterOptions {
  readonly services: readonly AnyService[];
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** The region of requests that carry none. */
  readonly region: string;
  readonly audit: (record: AuditRecord) => void;
  readonly log: (record: FaultRecord) => void;
  /** Ids for requests; random UUIDs unless a test wants its own. */
  readonly newRequestId?: () => string;
}

/** A finished answer; `headers` is a flat list of names and values. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A request on its way to its operation. The later fields fill up step by step, so that the audit tells how far it came. */
export interface Call {
  readonly requestId: string;
  readonly head: RequestHead;
  readonly credential: SigV4Credential | undefined;
  readonly service: AnyService;
  readonly bound: BoundOperation;
  /** The body that this operation may have, at most; more is answered with {@link Router.turnAway}. */
  readonly maxBodyBytes: number;
  context: RequestContext | undefined;
  input: unknown;
  access: readonly Access[];
}

/** One operation of one service and whether it is built. */
export interface CoverageEntry {
  readonly service: string;
  readonly operation: string;
  readonly built: boolean;
}

interface Mounted {
  readonly registration: AnyService;
  readonly binding: Binding;
}

export class Router {
  readonly #options: RouterOptions;
  readonly #mounted: readonly Mounted[];
  readonly #bySigningName = new Map<string, Mounted>();
  readonly #byTargetPrefix = new Map<string, Mounted>();
  readonly #newRequestId: () => string;

  /** Throws when an operation of a schema has no entry in its service's table, or an entry no operation. */
  constructor(options: RouterOptions) {
    this.#options = options;
    this.#newRequestId = options.newRequestId ?? randomUUID;
    this.#mounted = options.services.map(mount);
    for (const mounted of this.#mounted) {
      this.#bySigningName.set(mounted.registration.signingName, mounted);
      if (mounted.registration.targetPrefix !== undefined) this.#byTargetPrefix.set(mounted.registration.targetPrefix, mounted);
    }
  }

  /** Every operation of every service, in the order of the registrations. */
  coverage(): CoverageEntry[] {
    return this.#mounted.flatMap(({ registration }) =>
      Object.entries(registration.operations).map(([operation, entry]) => ({ service: registration.name, operation, built: entry !== notBuilt })),
    );
  }

  /** The first step: which operation a head names. An answer at once where it names none. */
  route(head: RequestHead): Call | Answer {
    const requestId = this.#newRequestId();
    const credential = credentialOf(head);
    const mounted = this.#serviceOf(head, credential);
    if (mounted === undefined) return errorAnswer(restJson, requestId, new AwsError(catalogue.unknownOperation.name, 404, `No service is served at ${head.method} ${shownPath(head)}`));
    const { registration, binding } = mounted;
    const bound = binding.route(head);
    if ('unrouted' in bound) {
      if (bound.unrouted === 'method') {
        const { name, status } = catalogue.methodNotAllowed;
        return errorAnswer(registration.protocol, requestId, new AwsError(name, status, `${head.method} is not allowed here`), ['allow', bound.allow]);
      }
      return errorAnswer(
        registration.protocol,
        requestId,
        new AwsError(catalogue.unknownOperation.name, registration.protocol.unknownOperationStatus, `${registration.name} has no operation at ${head.method} ${shownPath(head)}`),
      );
    }
    const maxBodyBytes = registration.maxBodyBytes(bound.name);
    return { requestId, head, credential, service: registration, bound, maxBodyBytes, context: undefined, input: undefined, access: [] };
  }

  /** All further steps, once the body is here. Answers without a promise where the operation does. Never throws or rejects. */
  invoke(call: Call, body: Buffer): Answer | Promise<Answer> {
    try {
      const { service, bound, head } = call;
      const context = (call.context = this.#contextOf(call));
      const operation = service.operations[bound.name] as Operation<unknown, unknown, unknown> | typeof notBuilt;
      if (operation === notBuilt) throw service.dialect.notBuilt(bound.name);
      const input = (call.input = bound.read(head, body));
      call.access = operation.authorizes(input, context);
      this.#options.authorizer.authorize(call.access, context);
      const output = operation.handle(service.deps, input, context);
      if (output instanceof Promise) {
        return output.then(
          (value) => this.#succeed(call, value),
          (error: unknown) => this.#fail(call, error),
        );
      }
      return this.#succeed(call, output);
    } catch (error) {
      return this.#fail(call, error);
    }
  }

  /** The answer for a call whose body could not be taken: too large, or not to be decompressed. */
  turnAway(call: Call, error: AwsError | 'too large'): Answer {
    return this.#fail(call, error === 'too large' ? call.service.dialect.tooLarge(call.maxBodyBytes) : error);
  }

  #serviceOf(head: RequestHead, credential: SigV4Credential | undefined): Mounted | undefined {
    const bySignature = credential && this.#bySigningName.get(credential.service);
    if (bySignature !== undefined) return bySignature;
    const target = head.headers['x-amz-target'];
    if (target !== undefined) return this.#byTargetPrefix.get(targetOf(target).prefix);
    return this.#mounted.find(({ registration, binding }) => {
      if (registration.protocol !== restJson) return false;
      const found = binding.route(head);
      return !('unrouted' in found) || found.unrouted === 'method';
    });
  }

  #contextOf({ requestId, head, credential }: Call): RequestContext {
    const { account, caller } = this.#options.authenticator.authenticate({ credential, sourceAddress: head.sourceAddress });
    const region = credential !== undefined && isRegion(credential.region) ? credential.region : this.#options.region;
    const userAgent = head.headers['user-agent'];
    return {
      requestId,
      account,
      region,
      scope: scopeOf(account, region),
      caller,
      sourceAddress: head.sourceAddress,
      userAgent: typeof userAgent === 'string' ? userAgent : '',
    };
  }

  #succeed(call: Call, output: unknown): Answer {
    let body: string;
    try {
      body = call.bound.write(output);
    } catch (error) {
      return this.#fail(call, error);
    }
    this.#audit(call, 200, output, undefined);
    return { status: 200, headers: ['content-type', call.service.protocol.contentType, 'x-amzn-requestid', call.requestId], body };
  }

  #fail(call: Call, thrown: unknown): Answer {
    const error = this.#toAwsError(call, thrown);
    this.#audit(call, error.status, undefined, error);
    return errorAnswer(call.service.protocol, call.requestId, error);
  }

  #toAwsError(call: Call, thrown: unknown): AwsError {
    if (thrown instanceof AwsError) return thrown;
    if (thrown instanceof SchemaFault) {
      if (thrown.kind === 'missing') return call.service.dialect.missing(thrown.where);
      return serialization(thrown.where === '' ? thrown.detail : `${thrown.detail}: ${thrown.where}`);
    }
    this.#options.log({ requestId: call.requestId, service: call.service.name, operation: call.bound.name, error: thrown });
    return call.service.dialect.internal(call.requestId);
  }

  #audit(call: Call, status: number, output: unknown, error: AwsError | undefined): void {
    const { requestId, context, input, access } = call;
    const service = call.service.name;
    const operation = call.bound.name;
    try {
      this.#options.audit({ service, operation, requestId, sourceAddress: call.head.sourceAddress, context, input, access, output, error, status });
    } catch (failure) {
      // The operation is done and durable: its answer must not be lost because it could not be written down.
      this.#options.log({ requestId, service, operation, error: failure });
    }
  }
}

function mount(registration: AnyService): Mounted {
  const schemas = operationsOf(registration.schemas);
  const entries = new Map(Object.entries(registration.operations));
  const without = [...schemas.keys()].filter((name) => !entries.has(name));
  const unknown = [...entries.keys()].filter((name) => !schemas.has(name));
  if (without.length > 0) throw new Error(`${registration.name}: no entry for ${without.join(', ')} (write notBuilt for what is not built)`);
  if (unknown.length > 0) throw new Error(`${registration.name}: the SDK knows no operation ${unknown.join(', ')}`);
  const namesOnly = new Set([...entries].filter(([, entry]) => entry === notBuilt).map(([name]) => name));
  return { registration, binding: registration.protocol.bind(schemas.values(), namesOnly) };
}

function errorAnswer(protocol: Protocol, requestId: string, error: AwsError, extra: readonly string[] = []): Answer {
  return {
    status: error.status,
    headers: ['content-type', protocol.contentType, 'x-amzn-requestid', requestId, 'x-amzn-errortype', error.name, ...extra],
    body: protocol.writeError(error.name, error.message),
  };
}

function shownPath({ path }: RequestHead): string {
  return path.length > 128 ? `${path.slice(0, 128)}…` : path;
}
