// The one way from a request's bytes to an operation and back, for all services, AWS's and our own.
// Every request takes the same steps in the same order: route → authenticate → deserialize →
// validate → authorize → invoke → serialize → audit; so does a call that a part of the server makes
// for somebody, which has neither bytes nor a signature. It knows no operation by name and touches
// no socket, and it never lets a fault of ours out as anything but a bare 500.

import { hash, randomUUID } from 'node:crypto';
import type { CallRecord } from '../base/call-record.ts';
import { scopeOf, type Scope } from '../base/ids.ts';
import { isRegion } from '../base/partition.ts';
import type { Principal } from '../base/principal.ts';
import {
  ConversedOutput,
  errorAnswer,
  StreamedOutput,
  type Answer,
  type StreamedAnswer,
} from './answer.ts';
import type { AuditRecord, CallFacts, FaultRecord } from './audit.ts';
import type { Authenticator } from './authentication.ts';
import type { Authorizer, Tags } from './authorization.ts';
import { AwsError } from './aws-error.ts';
import { unsignedChange } from './error-catalogue.ts';
import { InnerBindings, innerHead, noOperation, type InnerCall } from './inner-call.ts';
import {
  notBuilt,
  type Access,
  type Operation,
  type OperationTable,
  type RequestContext,
} from './operation.ts';
import type { BoundOperation, RequestHead } from './protocol.ts';
import { Router } from './router.ts';
import { SchemaFault } from './schema.ts';
import { signingNameOf, type AnyService } from './service.ts';
import { credentialOf, isSigned } from './sigv4/parse.ts';

export interface PipelineOptions {
  readonly services: readonly AnyService[];
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** The region of requests that carry none. */
  readonly region: string;
  /** Why the operation cannot be had for the time being; undefined: it can. */
  readonly unavailable?: ((operation: string) => string | undefined) | undefined;
  /** The record that a change brings along to its commit; undefined: none. */
  readonly begin?: ((call: CallFacts, scope: Scope) => CallRecord | undefined) | undefined;
  readonly audit: (record: AuditRecord) => void;
  readonly log: (record: FaultRecord) => void;
  /** Ids for requests; random UUIDs unless a test wants its own. */
  readonly newRequestId?: () => string;
}

type AnyAnswer = Answer | StreamedAnswer | ConversedOutput;

/**
 * A request on its way to its operation. The later fields fill up step by step, so that the audit
 * tells how far it came.
 */
export interface Call extends CallFacts {
  /** The service; where the request is an unsigned form, its body has the last word. */
  service: AnyService;
  /** Undefined until the body is here, where that names it. */
  bound: BoundOperation | undefined;
  /**
   * The body that this operation may have, at most; more is answered with
   * {@link Pipeline.turnAway}.
   */
  readonly maxBodyBytes: number;
  context: RequestContext | undefined;
  input: unknown;
  access: readonly Access[];
}

export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #router: Router;
  readonly #inner = new InnerBindings();
  readonly #byName: ReadonlyMap<string, AnyService>;
  readonly #newRequestId: () => string;

  /** Throws as {@link Router} does. */
  constructor(options: PipelineOptions) {
    this.#options = options;
    this.#router = new Router(options.services);
    this.#byName = new Map(options.services.map((service) => [service.name, service]));
    this.#newRequestId = options.newRequestId ?? randomUUID;
  }

  /**
   * The first step, by the head alone: which operation it names, or which service, where the body
   * names the operation. An answer at once where it names none.
   */
  route(head: RequestHead): Call | Answer {
    const requestId = this.#newRequestId();
    const credential = credentialOf(head);
    const route = this.#router.route(head, credential);
    if ('error' in route) return errorAnswer(route.format, requestId, route.error, route.headers);
    const { service, bound } = route;
    return {
      requestId,
      head,
      credential,
      region: credential?.region ?? this.#options.region,
      service,
      bound,
      maxBodyBytes: service.maxBodyBytes(bound?.name ?? ''),
      context: undefined,
      input: undefined,
      access: [],
    };
  }

  /** Whether it calls an operation that goes on as a conversation. */
  converses(head: RequestHead): boolean {
    const route = this.#router.route(head, credentialOf(head));
    if ('error' in route || route.bound === undefined) return false;
    const operation = route.service.operations[route.bound.name];
    return typeof operation === 'object' && operation.converses === true;
  }

  /**
   * What the front door answers to a request that it turns away, in the protocol that the request
   * speaks.
   */
  refuse(head: RequestHead, error: AwsError): Answer {
    return errorAnswer(
      this.#router.formatOf(head, credentialOf(head)),
      this.#newRequestId(),
      error,
    );
  }

  /** The answer for a call whose body could not be taken: too large, or not to be decompressed. */
  turnAway(call: Call, error: AwsError | 'too large'): Answer {
    const thrown = error === 'too large' ? call.service.dialect.tooLarge(call.maxBodyBytes) : error;
    return errorAnswer(call.service.protocol, call.requestId, this.#failure(call, thrown));
  }

  /**
   * All further steps, once the body is here; `raw` is the body as it arrived, where it was
   * compressed. Never rejects.
   */
  invoke(call: Call, body: Buffer, raw = body): Promise<AnyAnswer> {
    return this.#run<AnyAnswer>(call, {
      bind: () => this.#routeByBody(call, body),
      authenticate: (operation) => this.#authenticate(call, operation, raw),
      read: (bound) => bound.read(call.head, body),
      succeed: (bound, output) => this.#succeed(call, bound, output),
      fail: (error) => errorAnswer(call.service.protocol, call.requestId, error),
    });
  }

  /**
   * Calls an operation of a service of AWS's from within, and answers its output. Rejects with
   * AwsError alone.
   */
  async call(inner: InnerCall & { readonly input: unknown }): Promise<unknown> {
    const { principal, operation } = inner;
    const [call, service] = this.#innerCall(inner);
    const body = Buffer.from(JSON.stringify(inner.input));
    return this.#run<unknown>(call, {
      bind: () => this.#inner.of(service, operation),
      authenticate: () => principal,
      read(bound) {
        if (body.length > call.maxBodyBytes) throw service.dialect.tooLarge(call.maxBodyBytes);
        return bound.read(call.head, body);
      },
      succeed: (_bound, output) => {
        this.#audit(call, 200, output, undefined);
        return output;
      },
      fail: (error) => {
        throw error;
      },
    });
  }

  /**
   * Asks leave for what a part of the server does itself and what would be that operation, if
   * somebody called it. Rejects with AwsError alone.
   */
  async permit(inner: InnerCall, access: readonly Access[]): Promise<void> {
    const [call] = this.#innerCall(inner);
    const { principal, operation } = inner;
    const scope = scopeOf(principal.account, call.region);
    call.access = access;
    try {
      await this.#authorize(call, contextOf(call, operation, principal, scope, undefined));
    } catch (thrown) {
      throw this.#toAwsError(call, thrown);
    }
  }

  /** Throws AwsError where there is no such service. */
  #innerCall({ service: name, operation, region, invokedBy, once }: InnerCall) {
    const service = this.#byName.get(name);
    if (service === undefined || !('schemas' in service)) throw noOperation(name, operation);
    const call: Call = {
      requestId: this.#newRequestId(),
      head: innerHead(invokedBy),
      credential: undefined,
      region,
      invokedBy,
      once,
      service,
      bound: undefined,
      maxBodyBytes: service.maxBodyBytes(operation),
      context: undefined,
      input: undefined,
      access: [],
    };
    return [call, service] as const;
  }

  async #run<Result>(call: Call, way: Way<Result>): Promise<Result> {
    try {
      const bound = (call.bound ??= await way.bind());
      // What is there already is not awaited: each time costs a tenth of all that is done here.
      const known = way.authenticate(bound.name);
      const principal = known instanceof Promise ? await known : known;
      const scope = scopeOf(principal.account, call.region);
      const record = this.#options.begin?.(call, scope);
      const context = (call.context = contextOf(call, bound.name, principal, scope, record));
      const operation = builtOf(call, bound.name);
      const input = (call.input = way.read(bound));
      call.access = bounded(operation.authorizes(input, context), call);
      const { wholeArn, deps } = call.service;
      if (operation.authorizesFound !== undefined)
        call.access = [...call.access, ...(await operation.authorizesFound(deps, input, context))];
      if (wholeArn !== undefined)
        call.access = await withWholeArns(call.access, (arn) => wholeArn(deps, arn, context));
      const leave = this.#authorize(call, context);
      if (leave !== undefined) await leave;
      const why = this.#options.unavailable?.(bound.name);
      if (why !== undefined) throw call.service.dialect.unavailable(why);
      const output = operation.handle(call.service.deps, input, context);
      return way.succeed(bound, output instanceof Promise ? await output : output);
    } catch (thrown) {
      return way.fail(this.#failure(call, thrown));
    }
  }

  #routeByBody(call: Call, body: Buffer): BoundOperation | Promise<BoundOperation> {
    if (call.credential === undefined)
      call.service = this.#router.serviceOfForm(call.head, body) ?? call.service;
    return this.#router.routeByBody(call.service, call.head, body);
  }

  #authenticate(call: Call, operation: string, raw: Buffer): Principal | Promise<Principal> {
    const { head, credential, region, service } = call;
    const { name, operations, dialect } = service;
    if (!isRegion(region)) throw dialect.noRegion(region);
    return this.#options.authenticator.authenticate({
      head,
      credential,
      region,
      service: name,
      signingName: signingNameOf(service),
      mayBeUnsigned: mayBeUnsigned(operations, operation),
      dialect,
      bodyDigest: () => hash('sha256', raw, 'hex'),
    });
  }

  #authorize({ access, service }: Call, context: RequestContext): void | Promise<void> {
    return this.#options.authorizer.authorize({
      access,
      context,
      dialect: service.dialect,
      tagsOf: (arn) => this.#tagsOf(arn, context),
      policyOf: (arn) => this.#policyOf(arn),
    });
  }

  /** The policy of a resource of any service; undefined where those of its kind have none. */
  #policyOf(arn: string): string | undefined {
    const service = this.#serviceOf(arn);
    return service?.policyOf?.(service.deps, arn);
  }

  /** Read by the service that the ARN names, whichever was called: a role's are IAM's. */
  #tagsOf(arn: string, context: RequestContext): Tags | undefined | Promise<Tags | undefined> {
    const service = this.#serviceOf(arn);
    return service?.tagsOf?.(service.deps, arn, context);
  }

  #serviceOf(arn: string): AnyService | undefined {
    return this.#byName.get(arn.split(':', 3)[2] ?? '');
  }

  #succeed(call: Call, bound: BoundOperation, output: unknown): AnyAnswer {
    if (output instanceof ConversedOutput) {
      this.#audit(call, 101, undefined, undefined);
      return output;
    }
    const id = ['x-amzn-requestid', call.requestId];
    if (output instanceof StreamedOutput) {
      this.#audit(call, 200, undefined, undefined);
      return { status: 200, headers: ['content-type', output.type, ...id], bytes: output.bytes };
    }
    const body = bound.write(output, call.requestId);
    this.#audit(call, 200, output, undefined);
    return {
      status: 200,
      headers: ['content-type', call.service.protocol.contentType, ...id],
      body,
    };
  }

  /** What its caller is told of it, written down. */
  #failure(call: Call, thrown: unknown): AwsError {
    const error = this.#toAwsError(call, thrown);
    this.#audit(call, error.status, undefined, error);
    return error;
  }

  #toAwsError(call: Call, thrown: unknown): AwsError {
    if (thrown instanceof AwsError) return thrown;
    const { dialect } = call.service;
    if (thrown instanceof SchemaFault)
      return thrown.kind === 'missing'
        ? dialect.missing(thrown.where)
        : dialect.malformed(thrown.detail, thrown.where);
    this.#logFault(call, thrown);
    return dialect.internal(call.requestId);
  }

  #audit(call: Call, status: number, output: unknown, error: AwsError | undefined): void {
    if (call.bound === undefined) return;
    const { requestId, context, input, access } = call;
    try {
      this.#options.audit({
        service: call.service.name,
        operation: call.bound.name,
        requestId,
        sourceAddress: call.head.sourceAddress,
        context,
        input,
        access,
        output,
        error,
        status,
        call,
      });
    } catch (failure) {
      // The operation is done and durable: its answer must not be lost because it could not be
      // written down.
      this.#logFault(call, failure);
    }
  }

  #logFault({ requestId, service, bound }: Call, error: unknown): void {
    this.#options.log({ requestId, service: service.name, operation: bound?.name ?? '', error });
  }
}

/** In what a request and a call from within differ. */
interface Way<Result> {
  bind(): BoundOperation | Promise<BoundOperation>;
  authenticate(operation: string): Principal | Promise<Principal>;
  read(bound: BoundOperation): unknown;
  succeed(bound: BoundOperation, output: unknown): Result;
  fail(error: AwsError): Result;
}

/**
 * No request of AWS's names more. Operations say what is too much for them only once leave is
 * given, and each resource is judged before that.
 */
const mostResources = 1_000;

function bounded(access: readonly Access[], { service: { dialect } }: Call): readonly Access[] {
  const count = access.reduce((sum, { resources }) => sum + resources.length, 0);
  if (count > mostResources)
    throw dialect.malformed(`The request names more than ${mostResources} resources`, '');
  return access;
}

/** Of the few services whose resources have ARNs that no request tells. */
const withWholeArns = (
  access: readonly Access[],
  wholeArn: (arn: string) => Promise<string>,
): Promise<readonly Access[]> =>
  Promise.all(
    access.map(async (each) => ({
      ...each,
      resources: await Promise.all(each.resources.map(wholeArn)),
    })),
  );

function contextOf(
  { requestId, head, region, service, invokedBy, once }: Call,
  operation: string,
  principal: Principal,
  scope: Scope,
  record: CallRecord | undefined,
): RequestContext {
  const { account } = principal;
  const userAgent = head.headers['user-agent'];
  const context = {
    requestId,
    account,
    region,
    scope,
    principal,
    service: service.name,
    operation,
    sourceAddress: head.sourceAddress,
    // What never leaves the process is read by nobody on its way.
    isEncrypted: head.tls !== undefined || invokedBy !== undefined,
    userAgent: typeof userAgent === 'string' ? userAgent : '',
    invokedBy,
    once,
  };
  return record === undefined ? context : { ...context, record };
}

function mayBeUnsigned(operations: OperationTable<unknown>, name: string): boolean {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  return typeof operation === 'object' && operation.mayBeUnsigned === true;
}

/** Throws AwsError where the operation is not built, or a GET may not call it. */
function builtOf({ service, head }: Call, name: string): Operation<unknown, unknown, unknown> {
  const operation: Operation<unknown, unknown, unknown> | typeof notBuilt =
    service.operations[name] ?? notBuilt;
  if (operation === notBuilt) throw service.dialect.notBuilt(name);
  // What a link or an image can bring about; a signature in the address is none, for anybody can
  // write one there.
  if (
    head.method === 'GET' &&
    service.protocol.operationIn === 'body' &&
    operation.mayBeLink !== true &&
    !isSigned(head.headers['authorization']) &&
    !/^(?:Describe|Get|List)/.test(name)
  )
    throw unsignedChange(name);
  return operation;
}
