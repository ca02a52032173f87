// The one way from a request's bytes to an operation and back, for all services. Every request
// takes the same steps in the same order: route → authenticate → deserialize → validate → authorize
// → invoke → serialize → audit. It knows no operation by name and touches no socket, and it never
// lets a fault of ours out as anything but a bare 500.

import { randomUUID } from 'node:crypto';
import { must } from '../base/assert.ts';
import { AwsError } from './aws-error.ts';
import { contextOf } from './context.ts';
import {
  catalogue,
  methodNotAllowed,
  unsignedChange,
  validationDialect,
  type ErrorDialect,
} from './error-catalogue.ts';
import { targetOf } from './json-rpc.ts';
import {
  notBuilt,
  type Access,
  type Authenticator,
  type Authorizer,
  type Operation,
  type OperationTable,
  type RequestContext,
  type SigV4Credential,
} from './operation.ts';
import type {
  Binding,
  BodyBinding,
  BoundOperation,
  Protocol,
  RequestHead,
  Unrouted,
} from './protocol.ts';
import { mayBeQuery, versionOf } from './query.ts';
import {
  operationsOf,
  SchemaFault,
  type EmptySays,
  type OperationSchema,
  type SchemaModule,
} from './schema.ts';
import { credentialOf, isSigned } from './sigv4.ts';
import { restJson } from './rest-json.ts';
import { anyForm, formatOf, isUnservedForm, unservedOf, type ErrorFormat } from './unserved.ts';

/** One AWS service as the server offers it. */
export interface ServiceRegistration<Deps> {
  /** The name on the coverage page and in audit records, e.g. `batch`. */
  readonly name: string;
  /**
   * The SDK client module, whose exports hold the schemas: `import * as batch from
   * '@aws-sdk/client-batch'`. A function loads it at the service's first request, where it is
   * large; its protocol then names operations in the body.
   */
  readonly schemas: SchemaModule | (() => Promise<SchemaModule>);
  readonly protocol: Protocol;
  /** The service in a SigV4 credential scope, e.g. `batch`, `logs`. */
  readonly signingName: string;
  /**
   * What stands before the dot in X-Amz-Target, for the JSON 1.1 services: e.g. `Logs_20140328`.
   */
  readonly targetPrefix?: string;
  readonly operations: OperationTable<Deps>;
  /**
   * The table holds what is built; all else that the SDK knows is not. For services of hundreds of
   * operations.
   */
  readonly restNotBuilt?: true;
  readonly deps: Deps;
  readonly dialect: ErrorDialect;
  /**
   * In which members an empty value says something; in all other optional ones it is as good as
   * none and the operation never sees it. Absent: in the JSON protocols each says something, in the
   * query protocols none does.
   */
  readonly emptySays?: EmptySays;
  /** The most bytes that a request of this operation may have, after decompression. */
  readonly maxBodyBytes: (operation: string) => number;
}

// Each registration has dependencies of its own; the router only carries them from the registration
// to its operations.
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
  /** Why the operation cannot be had for the time being; undefined: it can. */
  readonly unavailable?: ((operation: string) => string | undefined) | undefined;
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

/**
 * A request on its way to its operation. The later fields fill up step by step, so that the audit
 * tells how far it came.
 */
export interface Call {
  readonly requestId: string;
  readonly head: RequestHead;
  readonly credential: SigV4Credential | undefined;
  /** Of an unsigned form, the body has the last word. */
  service: AnyService;
  /** Undefined until the body is here, where that names it. */
  bound: BoundOperation | undefined;
  /**
   * The body that this operation may have, at most; more is answered with {@link Router.turnAway}.
   */
  readonly maxBodyBytes: number;
  context: RequestContext | undefined;
  input: unknown;
  access: readonly Access[];
}

/** Forms for services that are not served: their bodies tell which those are. */
const strangers: AnyService = {
  name: 'unserved',
  schemas: {},
  protocol: anyForm,
  signingName: '',
  operations: {},
  restNotBuilt: true,
  deps: undefined,
  dialect: validationDialect,
  maxBodyBytes: () => 1_048_576,
};

export class Router {
  readonly #options: RouterOptions;
  readonly #mounted = new Map<AnyService, Mounted>();
  readonly #bySigningName = new Map<string, AnyService>();
  readonly #byTargetPrefix = new Map<string, AnyService>();
  readonly #byVersion = new Map<string, AnyService>();
  readonly #newRequestId: () => string;

  /**
   * Throws when an operation of a schema has no entry in its service's table, or an entry no
   * operation.
   */
  constructor(options: RouterOptions) {
    this.#options = options;
    this.#newRequestId = options.newRequestId ?? randomUUID;
    this.#mounted.set(strangers, mount(strangers));
    for (const service of options.services) {
      this.#mounted.set(service, mount(service));
      this.#bySigningName.set(service.signingName, service);
      if (service.targetPrefix !== undefined)
        this.#byTargetPrefix.set(service.targetPrefix, service);
      if (service.protocol.operationIn === 'body')
        this.#byVersion.set(service.protocol.version, service);
    }
  }

  /**
   * The first step: which operation a head names, or which service, where the body names the
   * operation. An answer at once where it names none.
   */
  route(head: RequestHead): Call | Answer {
    const requestId = this.#newRequestId();
    const credential = credentialOf(head);
    const service = this.#serviceOf(head, credential);
    if (service === undefined) {
      const { format, error } = unservedOf(head, credential) ?? {
        format: restJson,
        error: new AwsError(
          catalogue.unknownOperation.name,
          404,
          `No service is served at ${head.method} ${shownPath(head)}`,
        ),
      };
      return errorAnswer(format, requestId, error);
    }
    const bound = this.#boundByHead(service, head);
    if (bound !== undefined && 'unrouted' in bound)
      return unroutedAnswer(service, head, bound, requestId);
    const maxBodyBytes = service.maxBodyBytes(bound?.name ?? '');
    return {
      requestId,
      head,
      credential,
      service,
      bound,
      maxBodyBytes,
      context: undefined,
      input: undefined,
      access: [],
    };
  }

  /**
   * What the front door answers to a request that it turns away, in the protocol that the request
   * speaks.
   */
  refuse(head: RequestHead, error: AwsError): Answer {
    const credential = credentialOf(head);
    const service = this.#serviceOf(head, credential);
    return errorAnswer(
      service === undefined || (credential === undefined && service.protocol.operationIn === 'body')
        ? formatOf(head, credential)
        : service.protocol,
      this.#newRequestId(),
      error,
    );
  }

  #boundByHead(service: AnyService, head: RequestHead): BoundOperation | Unrouted | undefined {
    const { binding } = this.#mountedOf(service);
    if (binding !== undefined) return binding.route(head);
    return head.method === 'POST' || head.method === 'GET'
      ? undefined
      : { unrouted: 'method', allow: 'GET, POST' };
  }

  #mountedOf = (service: AnyService): Mounted =>
    must(this.#mounted.get(service), 'every service of a router is mounted');

  /**
   * All further steps, once the body is here. Answers without a promise where the operation does.
   * Never throws or rejects.
   */
  invoke(call: Call, body: Buffer): Answer | Promise<Answer> {
    try {
      const { bound, head } = call;
      if (bound !== undefined) return this.#perform(call, bound, body);
      if (call.credential === undefined)
        call.service = this.#serviceOfVersion(versionOf(head, body)) ?? call.service;
      const binding = this.#mountedOf(call.service).bodyBinding();
      if (!(binding instanceof Promise))
        return this.#perform(call, (call.bound = binding.route(head, body)), body);
      return binding
        .then((loaded) => this.#perform(call, (call.bound = loaded.route(head, body)), body))
        .catch((error: unknown) => this.#fail(call, error));
    } catch (error) {
      return this.#fail(call, error);
    }
  }

  #serviceOfVersion(version: string | undefined): AnyService | undefined {
    return version === undefined ? undefined : (this.#byVersion.get(version) ?? strangers);
  }

  #perform(call: Call, bound: BoundOperation, body: Buffer): Answer | Promise<Answer> {
    const { service, head } = call;
    const context = (call.context = contextOf(
      this.#options,
      { ...call, service: service.name, operation: bound.name },
      service.dialect,
    ));
    const operation: Operation<unknown, unknown, unknown> | typeof notBuilt =
      service.operations[bound.name] ?? notBuilt;
    if (operation === notBuilt) throw service.dialect.notBuilt(bound.name);
    // What a link or an image can bring about; a signature in the address is none, for anybody can
    // write one there.
    if (
      head.method === 'GET' &&
      service.protocol.operationIn === 'body' &&
      !isSigned(head.headers['authorization']) &&
      !/^(?:Describe|Get|List)/.test(bound.name)
    )
      throw unsignedChange(bound.name);
    const input = (call.input = bound.read(head, body));
    call.access = operation.authorizes(input, context);
    this.#options.authorizer.authorize(call.access, context);
    const why = this.#options.unavailable?.(bound.name);
    if (why !== undefined) throw service.dialect.unavailable(why);
    const output = operation.handle(service.deps, input, context);
    if (output instanceof Promise) {
      return output.then(
        (value) => this.#succeed(call, bound, value),
        (error: unknown) => this.#fail(call, error),
      );
    }
    return this.#succeed(call, bound, output);
  }

  /** The answer for a call whose body could not be taken: too large, or not to be decompressed. */
  turnAway(call: Call, error: AwsError | 'too large'): Answer {
    return this.#fail(
      call,
      error === 'too large' ? call.service.dialect.tooLarge(call.maxBodyBytes) : error,
    );
  }

  #serviceOf(head: RequestHead, credential: SigV4Credential | undefined): AnyService | undefined {
    const bySignature = credential && this.#bySigningName.get(credential.service);
    if (bySignature !== undefined) return bySignature;
    const target = head.headers['x-amz-target'];
    if (target !== undefined) return this.#byTargetPrefix.get(targetOf(target).prefix);
    if (credential === undefined && mayBeQuery(head)) return this.#byVersion.values().next().value;
    for (const [service, { binding }] of this.#mounted) {
      if (service.protocol !== restJson || binding === undefined) continue;
      const found = binding.route(head);
      if (!('unrouted' in found) || found.unrouted === 'method') return service;
    }
    if (credential !== undefined && isUnservedForm(head, credential)) return strangers;
    return undefined;
  }

  #succeed(call: Call, bound: BoundOperation, output: unknown): Answer {
    let body: string;
    try {
      body = bound.write(output, call.requestId);
    } catch (error) {
      return this.#fail(call, error);
    }
    this.#audit(call, 200, output, undefined);
    return {
      status: 200,
      headers: [
        'content-type',
        call.service.protocol.contentType,
        'x-amzn-requestid',
        call.requestId,
      ],
      body,
    };
  }

  #fail(call: Call, thrown: unknown): Answer {
    const error = this.#toAwsError(call, thrown);
    this.#audit(call, error.status, undefined, error);
    return errorAnswer(call.service.protocol, call.requestId, error);
  }

  #toAwsError(call: Call, thrown: unknown): AwsError {
    if (thrown instanceof AwsError) return thrown;
    const { name, dialect } = call.service;
    if (thrown instanceof SchemaFault)
      return thrown.kind === 'missing'
        ? dialect.missing(thrown.where)
        : dialect.malformed(thrown.detail, thrown.where);
    this.#options.log({
      requestId: call.requestId,
      service: name,
      operation: call.bound?.name ?? '',
      error: thrown,
    });
    return dialect.internal(call.requestId);
  }

  #audit(call: Call, status: number, output: unknown, error: AwsError | undefined): void {
    const { requestId, context, input, access } = call;
    const service = call.service.name;
    const operation = call.bound?.name ?? '';
    try {
      this.#options.audit({
        service,
        operation,
        requestId,
        sourceAddress: call.head.sourceAddress,
        context,
        input,
        access,
        output,
        error,
        status,
      });
    } catch (failure) {
      // The operation is done and durable: its answer must not be lost because it could not be
      // written down.
      this.#options.log({ requestId, service, operation, error: failure });
    }
  }
}

/** A service's operations, bound to its protocol. */
interface Mounted {
  /** Where the head names operations. */
  readonly binding?: Binding;
  /** Where the body names them: a promise while the SDK's module is loading. */
  bodyBinding(): BodyBinding | Promise<BodyBinding>;
}

function mount(service: AnyService): Mounted {
  const { protocol, schemas } = service;
  if (protocol.operationIn === 'head') {
    if (typeof schemas === 'function')
      throw new Error(
        `${service.name}: its head names operations, so that they must be known from the start`,
      );
    return {
      binding: protocol.bind(...bindable(service, schemas)),
      bodyBinding: () => {
        throw new Error(`${service.name}: its head names operations`);
      },
    };
  }
  if (typeof schemas !== 'function') {
    const bound = protocol.bind(...bindable(service, schemas));
    return { bodyBinding: () => bound };
  }
  let loading: Promise<BodyBinding> | undefined;
  let loaded: BodyBinding | undefined;
  return {
    bodyBinding: () =>
      loaded ??
      (loading ??= schemas().then(
        (module) => (loaded = protocol.bind(...bindable(service, module))),
      )),
  };
}

/**
 * Every operation of the SDK's, and the names of those that are not built; throws where the table
 * and the SDK differ.
 */
function bindable(
  { name, operations, restNotBuilt, emptySays }: AnyService,
  schemas: SchemaModule,
): [Iterable<OperationSchema>, ReadonlySet<string>, EmptySays | undefined] {
  const known = operationsOf(schemas);
  const without = restNotBuilt
    ? []
    : [...known.keys()].filter((operation) => !Object.hasOwn(operations, operation));
  const unknown = Object.keys(operations).filter((operation) => !known.has(operation));
  if (without.length > 0)
    throw new Error(
      `${name}: no entry for ${without.join(', ')} (write notBuilt for what is not built)`,
    );
  if (unknown.length > 0)
    throw new Error(`${name}: the SDK knows no operation ${unknown.join(', ')}`);
  return [
    known.values(),
    new Set(
      [...known.keys()].filter((operation) => (operations[operation] ?? notBuilt) === notBuilt),
    ),
    emptySays,
  ];
}

function unroutedAnswer(
  { name, protocol }: AnyService,
  head: RequestHead,
  unrouted: Unrouted,
  requestId: string,
): Answer {
  if (unrouted.unrouted === 'method') {
    return errorAnswer(protocol, requestId, methodNotAllowed(head.method), [
      'allow',
      unrouted.allow,
    ]);
  }
  const status =
    protocol.operationIn === 'head'
      ? protocol.unknownOperationStatus
      : catalogue.unknownOperation.status;
  return errorAnswer(
    protocol,
    requestId,
    new AwsError(
      catalogue.unknownOperation.name,
      status,
      `${name} has no operation at ${head.method} ${shownPath(head)}`,
    ),
  );
}

function errorAnswer(
  protocol: ErrorFormat,
  requestId: string,
  error: AwsError,
  extra: readonly string[] = [],
): Answer {
  return {
    status: error.status,
    headers: [
      'content-type',
      protocol.contentType,
      'x-amzn-requestid',
      requestId,
      'x-amzn-errortype',
      error.name,
      ...extra,
    ],
    body: protocol.writeError(error, requestId),
  };
}

function shownPath({ path }: RequestHead): string {
  return path.length > 128 ? `${path.slice(0, 128)}…` : path;
}
