// A service's operations, bound to its protocol: once, when the server starts, or at its first
// request where its schemas are large. Throws where table and schemas differ.

import { notBuilt } from './operation.ts';
import type { Binding, BodyBinding, HeadProtocol } from './protocol.ts';
import { operationsOf, type EmptySays, type OperationSchema, type SchemaModule } from './schema.ts';
import type { AnyAwsService, AnyService } from './service.ts';

export interface Mounted {
  /** Where the head names operations, and they are known from the start. */
  readonly binding?: Binding;
  /** Else: a promise while the SDK's module is loading. */
  bodyBinding(): BodyBinding | Promise<BodyBinding>;
}

export function mount(service: AnyService): Mounted {
  if (!('schemas' in service)) return headOnly(service, service.protocol.binding);
  const { protocol, schemas } = service;
  const bind = (module: SchemaModule): BodyBinding =>
    protocol.operationIn === 'head'
      ? bindOnce(service, protocol, module)
      : protocol.bind(...bindable(service, module));
  if (typeof schemas !== 'function') {
    if (protocol.operationIn === 'head')
      return headOnly(service, bindOnce(service, protocol, schemas));
    const bound = bind(schemas);
    return { bodyBinding: () => bound };
  }
  let loading: Promise<BodyBinding> | undefined;
  let loaded: BodyBinding | undefined;
  return {
    bodyBinding: () => loaded ?? (loading ??= schemas().then((module) => (loaded = bind(module)))),
  };
}

interface Bound extends Pick<AnyAwsService, 'protocol' | 'schemas' | 'emptySays'> {
  readonly binding: Binding;
}

/** By table of operations. */
const boundBefore = new WeakMap<object, Bound>();

/**
 * A service is made anew with every server of the process, as tests and the simulation start them
 * by the hundred; what it is bound by is not.
 */
function bindOnce(service: AnyAwsService, protocol: HeadProtocol, schemas: SchemaModule): Binding {
  const { operations, emptySays } = service;
  const before = boundBefore.get(operations);
  if (before?.protocol === protocol && before.schemas === schemas && before.emptySays === emptySays)
    return before.binding;
  const binding = protocol.bind(...bindable(service, schemas));
  boundBefore.set(operations, { protocol, schemas, emptySays, binding });
  return binding;
}

const headOnly = ({ name }: AnyService, binding: Binding): Mounted => ({
  binding,
  bodyBinding: () => {
    throw new Error(`${name}: its head names operations`);
  },
});

/**
 * Every operation of the SDK's, and the names of those that are not built; throws where the table
 * and the SDK differ.
 */
function bindable(
  { name, operations, restNotBuilt, emptySays }: AnyAwsService,
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
