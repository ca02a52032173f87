// What can go wrong on the command line, and the one line that says so. An error is told by its
// type, name or code, never by its text.

import type { Io } from './io.ts';
import { programName } from './program-name.ts';

/**
 * The command line was used wrongly: exit code 2. `hint` is a second line that says what to do
 * instead.
 */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What was asked for cannot be had: exit code 1. The message is for people. */
export class Failure extends Error {
  override name = 'Failure';
}

/** The user pressed Ctrl-C: exit code 130. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

interface ServiceError {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $fault?: string;
}

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && '$fault' in error && '$metadata' in error;

/**
 * The name of an error that the service answered, such as `ResourceNotFoundException`; undefined
 * for any other error.
 */
export const serviceErrorName = (error: unknown): string | undefined =>
  isServiceError(error) ? error.name : undefined;

/** The server understood the call and will not do it: asking again would not help. */
export const isRefusal = (error: unknown): boolean =>
  isServiceError(error) && (error.$metadata.httpStatusCode ?? 500) < 500;

/** Codes of Node's sockets and of the SDK's own time limits: there was no answer at all. */
const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'TimeoutError',
]);

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return code ?? (error.name === 'TimeoutError' ? error.name : undefined);
}

/**
 * No server answered. It may be starting again, so whoever only waits may go on waiting for a
 * while.
 */
export const isUnreachable = (error: unknown): boolean => unreachableCodes.has(codeOf(error) ?? '');

/** The error in one line, for a caller of the server at `endpoint`. */
export function explainError(error: unknown, endpoint: string, env: Io['env']): string {
  if (error instanceof Failure) return oneLine(error.message);
  if (isUnreachable(error)) return unreachable(codeOf(error), endpoint, env);
  if (isServiceError(error)) {
    const status = error.$metadata.httpStatusCode;
    return oneLine(`${error.message} (${error.name}${status === undefined ? '' : `, ${status}`})`);
  }
  if (error instanceof SyntaxError)
    return `what answers at ${endpoint} does not speak the AWS Batch API; is it the right --endpoint?`;
  return oneLine(error instanceof Error ? error.message || error.name : String(error));
}

function unreachable(code: string | undefined, endpoint: string, env: Io['env']): string {
  const remedy = `start one with \`${programName(env)} up\`, or name a running one with --endpoint or AWS_ENDPOINT_URL_BATCH`;
  if (code === 'ECONNREFUSED') return `no server is running at ${endpoint}: ${remedy}`;
  return `the server at ${endpoint} cannot be reached (${code}): ${remedy}`;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();
