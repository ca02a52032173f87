// Every error that the wire and the Batch service send: name, status and text, once. Texts that
// clients match on are copied from what AWS sends (doc/errors.md). Never write an error's name,
// status or one of these texts anywhere else.

import { never } from '../base/assert.ts';
import type { Refusal } from '../base/refusal.ts';
import { AwsError } from './aws-error.ts';
import type { SignatureFault } from './sigv4/fault.ts';

/** Batch models two errors; the others are what its front end answers and clients look for. */
export const catalogue = {
  invalid: { name: 'ClientException', status: 400 },
  // Nextflow retries SubmitJob on 404 alone, right after it registered a definition.
  notFound: { name: 'ClientException', status: 404 },
  conflict: { name: 'ClientException', status: 409 },
  tooLarge: { name: 'ClientException', status: 413 },
  denied: { name: 'AccessDeniedException', status: 403 },
  // Not modelled; Nextflow, Airflow and Metaflow match this name or status and back off.
  throttled: { name: 'TooManyRequestsException', status: 429 },
  internal: { name: 'ServerException', status: 500 },
  // Batch models ServerException alone; every SDK tries again on 503.
  unavailable: { name: 'ServerException', status: 503 },
  // What AWS's JSON front ends answer before a service sees the request (e.g. fluent-bit#8449,
  // aws-sdk-php#1510).
  serialization: { name: 'SerializationException', status: 400 },
  unknownOperation: { name: 'UnknownOperationException', status: 404 },
  methodNotAllowed: { name: 'UnknownOperationException', status: 405 },
  // What AWS's query front ends answer (EC2's and IAM's lists of common errors).
  missingAction: { name: 'MissingAction', status: 400 },
  unknownAction: { name: 'InvalidAction', status: 400 },
  malformedForm: { name: 'MalformedQueryString', status: 400 },
  unsupportedMedia: { name: 'UnsupportedMediaTypeException', status: 415 },
  // Before any service is known: what the front door turns away.
  badRequest: { name: 'BadRequestException', status: 400 },
  misdirected: { name: 'MisdirectedRequestException', status: 421 },
  expectation: { name: 'ExpectationFailedException', status: 417 },
  unsignedChange: { name: 'AccessDenied', status: 403 },
  // A service that is in AWS and not here. No client retries on 400, and none takes it for "not
  // found", as some do a 404.
  noSuchService: { name: 'UnknownOperationException', status: 400 },
  noSuchServiceXml: { name: 'NotImplemented', status: 400 },
  noSuchServiceForm: { name: 'InvalidAction', status: 400 },
} as const satisfies Record<string, { name: string; status: number }>;

/** The texts that clients match on. */
export const text = {
  alreadyExists: 'Object already exists',
  computeEnvironmentInUse: 'Cannot delete, found existing JobQueue relationship',
  doesNotExist: (what: string) => `${what} does not exist`,
  tooManyJobs: (most: number) => `Maximum number of jobs supported is ${most}`,
} as const;

function build(entry: keyof typeof catalogue, message: string): AwsError {
  const { name, status } = catalogue[entry];
  return new AwsError(name, status, message);
}

/** The request is wrong in itself. */
export const invalid = (message: string): AwsError => build('invalid', message);
/** A named resource is unknown; `what` is its name or ARN. */
export const notFound = (what: string): AwsError => build('notFound', text.doesNotExist(what));
/** A resource of this name is there already. */
export const alreadyExists = (): AwsError => build('conflict', text.alreadyExists);
/** A compute environment that a queue still names cannot be deleted. */
export const computeEnvironmentInUse = (): AwsError =>
  build('invalid', text.computeEnvironmentInUse);
/** More ids in one call than AWS takes. */
export const tooManyJobs = (most: number): AwsError => build('invalid', text.tooManyJobs(most));
/** The server has more work than it may hold; the caller should come back. */
export const throttled = (message = 'Too Many Requests'): AwsError => build('throttled', message);
/** The caller may not do this. */
export const denied = (message: string): AwsError => build('denied', message);
/** Bytes or types that are not what the operation takes. */
export const serialization = (message: string): AwsError => build('serialization', message);
/** Bytes that are no form, or one without bounds. */
export const malformedForm = (message: string): AwsError => build('malformedForm', message);
/** A form without an Action. */
export const missingAction = (): AwsError =>
  build('missingAction', 'The request must contain the parameter Action');
/** A form whose Action the service does not know. */
export const unknownAction = (action: string, version: string): AwsError =>
  build(
    'unknownAction',
    `Could not find operation ${action.length > 128 ? `${action.slice(0, 128)}…` : action} for version ${version}`,
  );
/** A Content-Encoding that the wire does not undo. */
export const unsupportedEncoding = (encoding: string): AwsError =>
  unsupportedMedia(`Content-Encoding ${encoding} is not supported`);
/** Bytes of a kind that is not taken here. */
export const unsupportedMedia = (message: string): AwsError => build('unsupportedMedia', message);
/** A head that no service can be found for. */
export const badRequest = (message: string): AwsError => build('badRequest', message);
/** Nothing of this method is taken here. */
export const methodNotAllowed = (method: string): AwsError =>
  build('methodNotAllowed', `${method} is not allowed here`);
/** The request is for another host. */
export const misdirected = (message: string): AwsError => build('misdirected', message);
/** A GET that would change something, from anybody. */
export const unsignedChange = (action: string): AwsError =>
  build(
    'unsignedChange',
    `${action} changes something: by GET only signed requests may do that (those that begin with Describe, Get or List need no signature). Send it by POST`,
  );
/** An Expect that cannot be met. */
export const expectationFailed = (): AwsError =>
  build('expectation', 'Of expectations, only 100-continue can be met');

/**
 * A core refusal as Batch answers it. A limit is 400, not 429: trying again does not help against a
 * quota.
 */
export function fromRefusal(refusal: Refusal): AwsError {
  switch (refusal.refusal) {
    case 'invalid':
    case 'limit':
      return build('invalid', refusal.message);
    case 'not-found':
      return build('notFound', refusal.message);
    case 'conflict':
      return build('conflict', refusal.message);
    case 'busy':
      return build('throttled', refusal.message);
    default:
      return never(refusal.refusal);
  }
}

/** How one service words the errors that the wire itself finds. */
export interface ErrorDialect {
  /** A required member is absent; `where` is its path. */
  missing(where: string): AwsError;
  /** A member has the wrong type; `where` is its path, empty for the whole request. */
  malformed(detail: string, where: string): AwsError;
  /** The body is over `limitBytes`. */
  tooLarge(limitBytes: number): AwsError;
  /**
   * The operation is in AWS's API and not in ours. Its status must be one that SDKs do not retry
   * on.
   */
  notBuilt(operation: string): AwsError;
  /** The scope of the request's credential names what can be no region. */
  noRegion(region: string): AwsError;
  /** It is not known who the caller is. */
  signature(fault: SignatureFault): AwsError;
  /** The caller may not do this. */
  denied(message: string): AwsError;
  /** Somebody asks for more than they may in so short a time: SDKs wait and try again. */
  throttled(): AwsError;
  /** It could be done at another time: a status on which SDKs try again. */
  unavailable(message: string): AwsError;
  /** A fault of ours; the request id leads to the log. */
  internal(requestId: string): AwsError;
}

const unknownKeyText = 'The security token included in the request is invalid.';
const tokenExpiredText = 'The security token included in the request is expired';

/** Name, status, and the text of what has none of its own. */
type SignatureErrors = Readonly<
  Record<SignatureFault['fault'], readonly [name: string, status: number, wording?: string]>
>;

function signatureIn(errors: SignatureErrors): ErrorDialect['signature'] {
  return (fault) => {
    const [name, status, wording = ''] = errors[fault.fault];
    return new AwsError(name, status, 'message' in fault ? fault.message : wording);
  };
}

/** As the JSON protocols' front ends name them: those of Batch's kind with 403, others with 400. */
function jsonSignature(status: 400 | 403): ErrorDialect['signature'] {
  return signatureIn({
    missing: ['MissingAuthenticationTokenException', status, 'Missing Authentication Token'],
    incomplete: ['IncompleteSignatureException', status],
    mismatch: ['InvalidSignatureException', status],
    untimely: ['InvalidSignatureException', status],
    'request-expired': ['InvalidSignatureException', status],
    'unknown-key': ['UnrecognizedClientException', status, unknownKeyText],
    'token-expired': ['ExpiredTokenException', status, tokenExpiredText],
  });
}

const malformedJson = (detail: string, where: string): AwsError =>
  serialization(where === '' ? detail : `${detail}: ${where}`);
const notBuiltText = (operation: string): string =>
  `${operation} is not built in Longshore yet: see the coverage page`;
const tooLargeText = (limitBytes: number): string =>
  `The request is larger than ${limitBytes} bytes`;

export const batchDialect: ErrorDialect = {
  missing: (where) =>
    build('invalid', `Error executing request, Exception : ${where} must be provided`),
  malformed: malformedJson,
  tooLarge: (limitBytes) => build('tooLarge', tooLargeText(limitBytes)),
  notBuilt: (operation) => build('invalid', notBuiltText(operation)),
  noRegion: (region) => new AwsError('InvalidSignatureException', 403, noRegionText(region)),
  signature: jsonSignature(403),
  denied,
  throttled: () => throttled(),
  unavailable: (message) => build('unavailable', message),
  internal: (requestId) => build('internal', internalText(requestId)),
};

/**
 * CloudWatch Logs, EventBridge, ECS and other services whose usual error is
 * InvalidParameterException.
 */
export const parameterDialect: ErrorDialect = {
  missing: (where) => new AwsError('InvalidParameterException', 400, nullText(where)),
  malformed: malformedJson,
  tooLarge: (limitBytes) =>
    new AwsError('InvalidParameterException', 413, tooLargeText(limitBytes)),
  notBuilt: (operation) => new AwsError('UnknownOperationException', 400, notBuiltText(operation)),
  noRegion: (region) => new AwsError('InvalidSignatureException', 400, noRegionText(region)),
  signature: jsonSignature(400),
  denied: (message) => new AwsError('AccessDeniedException', 400, message),
  throttled: () => new AwsError('ThrottlingException', 400, 'Rate exceeded'),
  unavailable: (message) => new AwsError('ServiceUnavailableException', 503, message),
  internal: (requestId) => new AwsError('InternalFailure', 500, internalText(requestId)),
};

/** Secrets Manager, Systems Manager and others of JSON whose usual error is ValidationException. */
export const constraintDialect: ErrorDialect = {
  ...parameterDialect,
  missing: (where) => new AwsError('ValidationException', 400, nullText(where)),
  tooLarge: (limitBytes) => new AwsError('ValidationException', 413, tooLargeText(limitBytes)),
  internal: (requestId) => new AwsError('InternalServiceError', 500, internalText(requestId)),
};

/** EventBridge Scheduler: ValidationException in a protocol of paths, like Batch's. */
export const schedulerDialect: ErrorDialect = {
  ...constraintDialect,
  noRegion: batchDialect.noRegion,
  signature: batchDialect.signature,
  denied,
  throttled: () => new AwsError('ThrottlingException', 429, 'Rate exceeded'),
  unavailable: (message) => new AwsError('InternalServerException', 503, message),
  internal: (requestId) => new AwsError('InternalServerException', 500, internalText(requestId)),
};

/** EKS: InvalidParameterException in a protocol of paths, like Batch's. */
export const eksDialect: ErrorDialect = {
  ...parameterDialect,
  noRegion: batchDialect.noRegion,
  signature: batchDialect.signature,
  denied,
  throttled: () => new AwsError('ThrottlingException', 429, 'Rate exceeded'),
  internal: (requestId) => new AwsError('ServerException', 500, internalText(requestId)),
};

/** EventBridge. */
export const eventsDialect: ErrorDialect = {
  ...constraintDialect,
  internal: (requestId) => new AwsError('InternalException', 500, internalText(requestId)),
};

/** IAM and STS, whose usual error is ValidationError. */
export const validationDialect: ErrorDialect = {
  missing: (where) => new AwsError('ValidationError', 400, nullText(where)),
  malformed: (detail, where) =>
    new AwsError(
      'ValidationError',
      400,
      where === '' ? detail : `1 validation error detected: ${detail} at '${where}'`,
    ),
  tooLarge: (limitBytes) => new AwsError('RequestEntityTooLarge', 413, tooLargeText(limitBytes)),
  notBuilt: (operation) => new AwsError('InvalidAction', 400, notBuiltText(operation)),
  noRegion: (region) => new AwsError('SignatureDoesNotMatch', 403, noRegionText(region)),
  signature: signatureIn({
    missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
    incomplete: ['IncompleteSignature', 400],
    mismatch: ['SignatureDoesNotMatch', 403],
    untimely: ['SignatureDoesNotMatch', 403],
    'request-expired': ['RequestExpired', 400],
    'unknown-key': ['InvalidClientTokenId', 403, unknownKeyText],
    'token-expired': ['ExpiredToken', 403, tokenExpiredText],
  }),
  denied: (message) => new AwsError('AccessDenied', 403, message),
  throttled: () => new AwsError('Throttling', 400, 'Rate exceeded'),
  unavailable: (message) => new AwsError('ServiceUnavailable', 503, message),
  internal: (requestId) => new AwsError('ServiceFailure', 500, internalText(requestId)),
};

/** SNS, by its list of errors. */
export const snsDialect: ErrorDialect = {
  ...validationDialect,
  denied: (message) => new AwsError('AuthorizationError', 403, message),
  throttled: () => new AwsError('Throttled', 429, 'Rate exceeded'),
  internal: (requestId) => new AwsError('InternalError', 500, internalText(requestId)),
};

/** EC2, by its list of error codes. */
export const ec2Dialect: ErrorDialect = {
  missing: (where) =>
    new AwsError('MissingParameter', 400, `The request must contain the parameter ${where}`),
  malformed: (detail, where) =>
    new AwsError('InvalidParameterValue', 400, where === '' ? detail : `${detail}: ${where}`),
  tooLarge: (limitBytes) => new AwsError('RequestEntityTooLarge', 413, tooLargeText(limitBytes)),
  notBuilt: (operation) => new AwsError('UnsupportedOperation', 400, notBuiltText(operation)),
  noRegion: (region) => new AwsError('AuthFailure', 401, noRegionText(region)),
  signature: signatureIn({
    missing: ['MissingParameter', 400, 'The request must contain the parameter AWSAccessKeyId'],
    incomplete: ['IncompleteSignature', 400],
    mismatch: ['AuthFailure', 401],
    untimely: ['RequestExpired', 400],
    'request-expired': ['RequestExpired', 400],
    'unknown-key': [
      'AuthFailure',
      401,
      'AWS was not able to validate the provided access credentials',
    ],
    'token-expired': ['RequestExpired', 400, 'Request has expired.'],
  }),
  denied: (message) => new AwsError('UnauthorizedOperation', 403, message),
  throttled: () => new AwsError('RequestLimitExceeded', 503, 'Request limit exceeded.'),
  unavailable: (message) => new AwsError('Unavailable', 503, message),
  internal: (requestId) => new AwsError('InternalError', 500, internalText(requestId)),
};

/** AWS names the region that it expects; here any is right that has the form of one. */
const noRegionText = (region: string): string =>
  `Credential should be scoped to a valid region, not '${region.length > 64 ? `${region.slice(0, 64)}…` : region}': 1 to 63 letters, digits and hyphens, the first no hyphen`;
const nullText = (where: string): string =>
  `1 validation error detected: Value null at '${where}' failed to satisfy constraint: Member must not be null`;
const internalText = (requestId: string): string => `internal error, request id ${requestId}`;
