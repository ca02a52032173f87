// Takes a request under /_longshore/ to its operation and back, in the order in which the router
// does for AWS's: authenticate, validate, authorize, invoke, audit. The caller, its account and its
// region are read off the request in the same way. What is refused answers JSON with a code and a
// message.

import type { OwnError } from '../../api/explanation.ts';
import { AwsError } from '../../wire/aws-error.ts';
import { contextOf, type ContextSource } from '../../wire/context.ts';
import { batchDialect } from '../../wire/error-catalogue.ts';
import type { Authorizer } from '../../wire/operation.ts';
import type { RequestHead } from '../../wire/protocol.ts';
import type { Answer, AuditRecord, FaultRecord } from '../../wire/router.ts';
import { credentialOf } from '../../wire/sigv4.ts';
import { StreamedOutput } from './back-up.ts';
import type { LongshoreDeps } from './deps.ts';
import { longshoreOperations, type OwnOperation } from './operations.ts';

export interface OwnOperationsOptions extends ContextSource {
  readonly deps: LongshoreDeps;
  readonly authorizer: Authorizer;
  readonly newRequestId: () => string;
  readonly audit: (record: AuditRecord) => void;
  readonly log: (record: FaultRecord) => void;
}

/** An answer that is sent as it is made. */
export interface StreamedAnswer extends Omit<Answer, 'body'> {
  readonly bytes: AsyncIterable<Uint8Array>;
}

const service = 'longshore';

export class OwnOperations {
  readonly #options: OwnOperationsOptions;

  constructor(options: OwnOperationsOptions) {
    this.#options = options;
  }

  /** Undefined: no operation has this path. Never throws or rejects. */
  answer(head: RequestHead): Promise<Answer | StreamedAnswer> | undefined {
    const own = longshoreOperations.find(({ path }) => path.test(head.path));
    if (own === undefined) return undefined;
    const requestId = this.#options.newRequestId();
    if (head.method !== own.method)
      return Promise.resolve(
        answerOf(requestId, 405, {
          code: 'UnknownOperationException',
          message: `${head.method} is not allowed here`,
        }),
      );
    return this.#invoke(own, head, requestId);
  }

  async #invoke(
    { name, path, operation }: OwnOperation,
    head: RequestHead,
    requestId: string,
  ): Promise<Answer | StreamedAnswer> {
    const { deps, authorizer, audit, log } = this.#options;
    const record = { service, operation: name, requestId, sourceAddress: head.sourceAddress };
    try {
      const context = contextOf(
        this.#options,
        { requestId, head, credential: credentialOf(head), service, operation: name },
        batchDialect,
      );
      const input = inputOf(path, head);
      const access = operation.authorizes(input, context);
      authorizer.authorize(access, context);
      const output = await operation.handle(deps, input, context);
      audit({
        ...record,
        context,
        input,
        access,
        output: output instanceof StreamedOutput ? undefined : output,
        error: undefined,
        status: 200,
      });
      return output instanceof StreamedOutput
        ? {
            status: 200,
            headers: ['content-type', output.type, 'x-amzn-requestid', requestId],
            bytes: output.bytes,
          }
        : answerOf(requestId, 200, output);
    } catch (thrown) {
      const error =
        thrown instanceof AwsError
          ? thrown
          : new AwsError(
              'ServerException',
              500,
              `Internal error; the server's log tells more of request ${requestId}`,
            );
      if (error !== thrown) log({ requestId, service, operation: name, error: thrown });
      audit({
        ...record,
        context: undefined,
        input: undefined,
        access: [],
        output: undefined,
        error,
        status: error.status,
      });
      return answerOf(requestId, error.status, {
        code: error.name,
        message: error.message,
      } satisfies OwnError);
    }
  }
}

function inputOf(path: RegExp, head: RequestHead): never {
  const groups = Object.entries(path.exec(head.path)?.groups ?? {});
  try {
    return Object.fromEntries([
      ...new URLSearchParams(head.query),
      ...groups.map(([name, value]) => [name, decodeURIComponent(value)]),
    ]) as never;
  } catch {
    throw new AwsError('ClientException', 400, 'The path is not well encoded');
  }
}

function answerOf(requestId: string, status: number, body: unknown): Answer {
  return {
    status,
    headers: ['content-type', 'application/json', 'x-amzn-requestid', requestId],
    body: JSON.stringify(body),
  };
}
