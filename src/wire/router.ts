// The first step of every request: which service and which operation it means. Of a head, or where
// the operation stands in the body, of both. It knows no operation by name and calls none.

import { must } from '../base/assert.ts';
import { AwsError } from './aws-error.ts';
import { catalogue, methodNotAllowed, validationDialect } from './error-catalogue.ts';
import { targetOf } from './json-rpc.ts';
import { mount, type Mounted } from './mount.ts';
import type { BodyBinding, BoundOperation, ErrorFormat, RequestHead } from './protocol.ts';
import { mayBeQuery, versionOf } from './query.ts';
import { restJson } from './rest-json.ts';
import type { AnyAwsService, AnyPathService, AnyService } from './service.ts';
import type { SigV4Credential } from './sigv4/parse.ts';
import { anyForm, formatOf, isUnservedForm, unservedOf } from './unserved.ts';

/** Where a head leads. */
interface Route {
  /** Where the request is an unsigned form, its body has the last word. */
  readonly service: AnyService;
  /** Undefined where only the body names the operation. */
  readonly bound: BoundOperation | undefined;
}

/** A head that leads nowhere, and how its client hears so. */
interface NoRoute {
  readonly format: ErrorFormat;
  readonly error: AwsError;
  /** Headers of the answer: names and values in turn. */
  readonly headers?: readonly string[];
}

/** Forms for services that are not served: their bodies tell which those are. */
const strangers: AnyAwsService = {
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
  readonly #mounted = new Map<AnyService, Mounted>();
  readonly #own: AnyPathService[] = [];
  readonly #bySigningName = new Map<string, AnyAwsService>();
  readonly #byTargetPrefix = new Map<string, AnyAwsService>();
  readonly #byVersion = new Map<string, AnyAwsService>();

  /**
   * Throws when an operation of a schema has no entry in its service's table, or an entry no
   * operation.
   */
  constructor(services: readonly AnyService[]) {
    this.#mounted.set(strangers, mount(strangers));
    for (const service of services) {
      this.#mounted.set(service, mount(service));
      if (!('schemas' in service)) {
        this.#own.push(service);
        continue;
      }
      this.#bySigningName.set(service.signingName, service);
      if (service.targetPrefix !== undefined)
        this.#byTargetPrefix.set(service.targetPrefix, service);
      if (service.protocol.operationIn === 'body')
        this.#byVersion.set(service.protocol.version, service);
    }
  }

  route(head: RequestHead, credential: SigV4Credential | undefined): Route | NoRoute {
    const service = this.#pathServiceOf(head) ?? this.#serviceOf(head, credential);
    if (service === undefined)
      return (
        unservedOf(head, credential) ?? {
          format: restJson,
          error: nothingAt(404, 'No service is served', head),
        }
      );
    const { binding } = this.#mountedOf(service);
    const bound =
      binding?.route(head) ??
      (head.method === 'POST' || head.method === 'GET' || service.protocol === restJson
        ? undefined
        : { unrouted: 'method', allow: 'GET, POST' });
    if (bound === undefined || !('unrouted' in bound)) return { service, bound };
    return bound.unrouted === 'method'
      ? {
          format: service.protocol,
          error: methodNotAllowed(head.method),
          headers: ['allow', bound.allow],
        }
      : { format: service.protocol, error: unknownOperation(service, head) };
  }

  /** Throws or rejects with AwsError where the body names no operation that is known. */
  routeByBody(
    service: AnyService,
    head: RequestHead,
    body: Buffer,
  ): BoundOperation | Promise<BoundOperation> {
    const boundBy = (binding: BodyBinding): BoundOperation => {
      const bound = binding.route(head, body);
      if (!('unrouted' in bound)) return bound;
      throw bound.unrouted === 'method'
        ? methodNotAllowed(head.method)
        : unknownOperation(service, head);
    };
    const binding = this.#mountedOf(service).bodyBinding();
    return binding instanceof Promise ? binding.then(boundBy) : boundBy(binding);
  }

  /** The service of an unsigned form, by what its body says; undefined where that says nothing. */
  serviceOfForm(head: RequestHead, body: Buffer): AnyService | undefined {
    const version = versionOf(head, body);
    return version === undefined ? undefined : (this.#byVersion.get(version) ?? strangers);
  }

  /** In which protocol a request wants to hear that it is turned away at the front door. */
  formatOf(head: RequestHead, credential: SigV4Credential | undefined): ErrorFormat {
    const service = this.#serviceOf(head, credential);
    return service === undefined ||
      (credential === undefined && service.protocol.operationIn === 'body')
      ? formatOf(head, credential)
      : service.protocol;
  }

  #mountedOf = (service: AnyService): Mounted =>
    must(this.#mounted.get(service), 'every service of a router is mounted');

  #pathServiceOf = ({ path }: RequestHead): AnyPathService | undefined =>
    this.#own.find(({ protocol }) => path.startsWith(protocol.below));

  #serviceOf(
    head: RequestHead,
    credential: SigV4Credential | undefined,
  ): AnyAwsService | undefined {
    const bySignature = credential && this.#bySigningName.get(credential.service);
    if (bySignature !== undefined) return bySignature;
    const target = head.headers['x-amz-target'];
    if (target !== undefined)
      return this.#byTargetPrefix.get(withoutPackage(targetOf(target).prefix));
    if (credential === undefined && mayBeQuery(head)) return this.#byVersion.values().next().value;
    for (const service of this.#bySigningName.values()) {
      if (service.paths?.test(head.path)) return service;
      const { binding } = this.#mountedOf(service);
      if (service.protocol !== restJson || binding === undefined) continue;
      const found = binding.route(head);
      if (!('unrouted' in found) || found.unrouted === 'method') return service;
    }
    if (credential !== undefined && isUnservedForm(head, credential)) return strangers;
    return undefined;
  }
}

/** CloudTrail is asked for by the AWS CLI as `com.amazonaws.….CloudTrail_20131101`. */
const withoutPackage = (prefix: string): string => prefix.slice(prefix.lastIndexOf('.') + 1);

function unknownOperation({ name, protocol }: AnyService, head: RequestHead): AwsError {
  if (protocol.operationIn === 'path') return protocol.nothingHere;
  const status =
    protocol.operationIn === 'head'
      ? protocol.unknownOperationStatus
      : catalogue.unknownOperation.status;
  return nothingAt(status, `${name} has no operation`, head);
}

const nothingAt = (status: number, what: string, { method, path }: RequestHead): AwsError =>
  new AwsError(
    catalogue.unknownOperation.name,
    status,
    `${what} at ${method} ${path.length > 128 ? `${path.slice(0, 128)}…` : path}`,
  );
