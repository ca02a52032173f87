// The catalogue, entry by entry: what clients retry on and match on must not drift.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BrokenInvariant } from '../base/assert.ts';
import type { RefusalKind } from '../base/refusal.ts';
import { AwsError } from './aws-error.ts';
import * as errors from './error-catalogue.ts';
import { notTheSame, type SignatureFault } from './sigv4/fault.ts';

it('has exactly these names and statuses', () => {
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(errors.catalogue).map(([entry, { name, status }]) => [
        entry,
        `${name} ${status}`,
      ]),
    ),
    {
      invalid: 'ClientException 400',
      notFound: 'ClientException 404',
      conflict: 'ClientException 409',
      tooLarge: 'ClientException 413',
      denied: 'AccessDeniedException 403',
      throttled: 'TooManyRequestsException 429',
      internal: 'ServerException 500',
      unavailable: 'ServerException 503',
      serialization: 'SerializationException 400',
      unknownOperation: 'UnknownOperationException 404',
      methodNotAllowed: 'UnknownOperationException 405',
      missingAction: 'MissingAction 400',
      unknownAction: 'InvalidAction 400',
      malformedForm: 'MalformedQueryString 400',
      unsupportedMedia: 'UnsupportedMediaTypeException 415',
      badRequest: 'BadRequestException 400',
      misdirected: 'MisdirectedRequestException 421',
      expectation: 'ExpectationFailedException 417',
      unsignedChange: 'AccessDenied 403',
      noSuchService: 'UnknownOperationException 400',
      noSuchServiceXml: 'NotImplemented 400',
      noSuchServiceForm: 'InvalidAction 400',
    },
  );
});

it('writes the texts that clients match on', () => {
  for (const [error, wanted] of [
    [errors.alreadyExists(), 'ClientException 409 Object already exists'],
    [errors.notFound('q'), 'ClientException 404 q does not exist'],
    [
      errors.computeEnvironmentInUse(),
      'ClientException 400 Cannot delete, found existing JobQueue relationship',
    ],
    [errors.tooManyJobs(100), 'ClientException 400 Maximum number of jobs supported is 100'],
    [errors.throttled(), 'TooManyRequestsException 429 Too Many Requests'],
    [errors.denied('no'), 'AccessDeniedException 403 no'],
    [
      errors.unsupportedEncoding('br'),
      'UnsupportedMediaTypeException 415 Content-Encoding br is not supported',
    ],
    [
      errors.batchDialect.missing('jobName'),
      'ClientException 400 Error executing request, Exception : jobName must be provided',
    ],
    [
      errors.batchDialect.tooLarge(30_720),
      'ClientException 413 The request is larger than 30720 bytes',
    ],
    [
      errors.batchDialect.notBuilt('CreateQuotaShare'),
      'ClientException 400 CreateQuotaShare is not built in Longshore yet: see the coverage page',
    ],
    [errors.batchDialect.internal('r'), 'ServerException 500 internal error, request id r'],
    [
      errors.batchDialect.malformed('wrong', 'jobs[0]'),
      'SerializationException 400 wrong: jobs[0]',
    ],
    [errors.missingAction(), 'MissingAction 400 The request must contain the parameter Action'],
    [
      errors.unknownAction('Fly', '2010-05-08'),
      'InvalidAction 400 Could not find operation Fly for version 2010-05-08',
    ],
    [
      errors.validationDialect.missing('RoleName'),
      "ValidationError 400 1 validation error detected: Value null at 'RoleName' failed to satisfy constraint: Member must not be null",
    ],
    [
      errors.validationDialect.malformed('wrong', 'Tags.1'),
      "ValidationError 400 1 validation error detected: wrong at 'Tags.1'",
    ],
    [
      errors.validationDialect.tooLarge(9),
      'RequestEntityTooLarge 413 The request is larger than 9 bytes',
    ],
    [
      errors.validationDialect.notBuilt('ListUsers'),
      'InvalidAction 400 ListUsers is not built in Longshore yet: see the coverage page',
    ],
    [errors.validationDialect.internal('r'), 'ServiceFailure 500 internal error, request id r'],
    [
      errors.ec2Dialect.missing('CidrBlock'),
      'MissingParameter 400 The request must contain the parameter CidrBlock',
    ],
    [errors.ec2Dialect.malformed('wrong', 'Filter.1'), 'InvalidParameterValue 400 wrong: Filter.1'],
    [errors.ec2Dialect.tooLarge(9), 'RequestEntityTooLarge 413 The request is larger than 9 bytes'],
    [
      errors.ec2Dialect.notBuilt('CopyImage'),
      'UnsupportedOperation 400 CopyImage is not built in Longshore yet: see the coverage page',
    ],
    [errors.ec2Dialect.internal('r'), 'InternalError 500 internal error, request id r'],
    [
      errors.parameterDialect.missing('logGroupName'),
      "InvalidParameterException 400 1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null",
    ],
    [
      errors.parameterDialect.tooLarge(9),
      'InvalidParameterException 413 The request is larger than 9 bytes',
    ],
    [
      errors.parameterDialect.notBuilt('StartQuery'),
      'UnknownOperationException 400 StartQuery is not built in Longshore yet: see the coverage page',
    ],
    [errors.parameterDialect.internal('r'), 'InternalFailure 500 internal error, request id r'],
  ] as const) {
    assert.ok(error instanceof AwsError);
    assert.equal(`${error.name} ${error.status} ${error.message}`, wanted);
  }
});

it('turns every refusal of the core into Batch’s error', () => {
  const statuses: Record<RefusalKind, string> = {
    invalid: 'ClientException 400',
    'not-found': 'ClientException 404',
    conflict: 'ClientException 409',
    limit: 'ClientException 400',
    busy: 'TooManyRequestsException 429',
  };
  for (const [refusal, wanted] of Object.entries(statuses)) {
    const error = errors.fromRefusal({ refusal: refusal as RefusalKind, message: 'why' });
    assert.equal(`${error.name} ${error.status}`, wanted);
    assert.equal(error.message, 'why');
  }
  assert.throws(
    () => errors.fromRefusal({ refusal: 'other' as RefusalKind, message: '' }),
    BrokenInvariant,
  );
});

it('says in each protocol’s words why a signature is not taken', () => {
  const faults: readonly SignatureFault[] = [
    { fault: 'missing' },
    { fault: 'incomplete', message: 'no Credential' },
    notTheSame,
    { fault: 'untimely', message: 'too old' },
    { fault: 'request-expired', message: 'over' },
    { fault: 'unknown-key' },
    { fault: 'token-expired' },
  ];
  const json = (status: number): string[] => [
    `MissingAuthenticationTokenException ${status} Missing Authentication Token`,
    `IncompleteSignatureException ${status} no Credential`,
    `InvalidSignatureException ${status} ${differs}`,
    `InvalidSignatureException ${status} too old`,
    `InvalidSignatureException ${status} over`,
    `UnrecognizedClientException ${status} The security token included in the request is invalid.`,
    `ExpiredTokenException ${status} The security token included in the request is expired`,
  ];
  const differs =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  for (const [dialect, wanted] of [
    [errors.batchDialect, json(403)],
    [errors.parameterDialect, json(400)],
    [
      errors.validationDialect,
      [
        'MissingAuthenticationToken 403 Request is missing Authentication Token',
        'IncompleteSignature 400 no Credential',
        `SignatureDoesNotMatch 403 ${differs}`,
        'SignatureDoesNotMatch 403 too old',
        'RequestExpired 400 over',
        'InvalidClientTokenId 403 The security token included in the request is invalid.',
        'ExpiredToken 403 The security token included in the request is expired',
      ],
    ],
    [
      errors.ec2Dialect,
      [
        'MissingParameter 400 The request must contain the parameter AWSAccessKeyId',
        'IncompleteSignature 400 no Credential',
        `AuthFailure 401 ${differs}`,
        'RequestExpired 400 too old',
        'RequestExpired 400 over',
        'AuthFailure 401 AWS was not able to validate the provided access credentials',
        'RequestExpired 400 Request has expired.',
      ],
    ],
  ] as const)
    assert.deepEqual(
      faults.map((fault) => {
        const { name, status, message } = dialect.signature(fault);
        return `${name} ${status} ${message}`;
      }),
      wanted,
    );
});
