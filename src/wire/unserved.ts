// Requests to services of AWS that are not served here: which service and operation they mean, in
// which protocol they want to hear so, and what to do instead. It knows services by name only, and
// answers nothing but errors.

import { AwsError } from './aws-error.ts';
import { catalogue } from './error-catalogue.ts';
import { parseForm } from './form.ts';
import { jsonRpc, targetOf } from './json-rpc.ts';
import type { BodyProtocol, ErrorFormat, RequestHead } from './protocol.ts';
import { isForm, mayBeQuery, query } from './query.ts';
import { restJson } from './rest-json.ts';
import { credentialOf, isSigned, type SigV4Credential } from './sigv4/parse.ts';
import { element, escapeXml } from './xml.ts';

/** A request that no service here takes. */
interface Unserved {
  readonly format: ErrorFormat;
  readonly error: AwsError;
}

interface KnownService {
  readonly title: string;
  /** What to do instead, where that is more than to send it elsewhere. */
  readonly instead?: string;
  /** Before the dot in X-Amz-Target. */
  readonly targets?: readonly string[];
  /** Its query API's. */
  readonly version?: string;
  /** How its paths begin. */
  readonly path?: RegExp;
}

/** By the service in a credential scope. What is not here is named as the request names it. */
const knownServices: Readonly<Record<string, KnownService>> = {
  ecr: {
    title: 'Amazon ECR',
    targets: ['AmazonEC2ContainerRegistry_V20150921'],
    instead: 'Use an image that this machine has, or a registry of your own.',
  },
  s3: {
    title: 'Amazon S3',
    instead: 'Point AWS_ENDPOINT_URL_S3 (or --endpoint-url) at S3, or at an S3 server of your own.',
  },
  sqs: { title: 'Amazon SQS', targets: ['AmazonSQS'], version: '2012-11-05' },
  autoscaling: {
    title: 'Amazon EC2 Auto Scaling',
    version: '2011-01-01',
    instead:
      'Instances follow the compute environments: ask EC2 DescribeInstances, or "longshore instances".',
  },
  'application-autoscaling': {
    title: 'Application Auto Scaling',
    targets: ['AnyScaleFrontendService'],
  },
  kms: { title: 'AWS KMS', targets: ['TrentService'] },
  dynamodb: { title: 'Amazon DynamoDB', targets: ['DynamoDB_20120810'] },
  kinesis: { title: 'Amazon Kinesis', targets: ['Kinesis_20131202'] },
  firehose: { title: 'Amazon Data Firehose', targets: ['Firehose_20150804'] },
  states: { title: 'AWS Step Functions', targets: ['AWSStepFunctions'] },
  monitoring: {
    title: 'Amazon CloudWatch',
    targets: ['GraniteServiceVersion20100801'],
    version: '2010-08-01',
    instead: 'The numbers of this server are at /_longshore/metrics, for Prometheus.',
  },
  cloudformation: { title: 'AWS CloudFormation', version: '2010-05-15' },
  elasticloadbalancing: { title: 'Elastic Load Balancing', version: '2015-12-01' },
  rds: { title: 'Amazon RDS', version: '2014-10-31' },
  lambda: {
    title: 'AWS Lambda',
    path: /^\/20\d\d-\d\d-\d\d\/(?:functions|layers|event-source-mappings)\b/,
  },
  elasticfilesystem: { title: 'Amazon EFS', path: /^\/2015-02-01\// },
  route53: { title: 'Amazon Route 53', path: /^\/2013-04-01\// },
  cloudfront: {
    title: 'Amazon CloudFront',
    path: /^\/20\d\d-\d\d-\d\d\/(?:distribution|origin-access)/,
  },
  glue: { title: 'AWS Glue', targets: ['AWSGlue'] },
  sagemaker: { title: 'Amazon SageMaker', targets: ['SageMaker'] },
  athena: { title: 'Amazon Athena', targets: ['AmazonAthena'] },
  codebuild: { title: 'AWS CodeBuild', targets: ['CodeBuild_20161006'] },
  acm: { title: 'AWS Certificate Manager', targets: ['CertificateManager'] },
  organizations: { title: 'AWS Organizations', targets: ['AWSOrganizationsV20161128'] },
  servicediscovery: { title: 'AWS Cloud Map', targets: ['Route53AutoNaming_v20170314'] },
  tagging: {
    title: 'the Resource Groups Tagging API',
    targets: ['ResourceGroupsTaggingAPI_20170126'],
  },
  elasticmapreduce: { title: 'Amazon EMR', targets: ['ElasticMapReduce'] },
  ses: { title: 'Amazon SES' },
  xray: { title: 'AWS X-Ray' },
};

const byTarget = new Map(
  Object.entries(knownServices).flatMap(([name, { targets = [] }]) =>
    targets.map((target) => [target, name] as const),
  ),
);
const byVersion = new Map(
  Object.entries(knownServices).flatMap(([name, { version }]) =>
    version === undefined ? [] : [[version, name] as const],
  ),
);

const elsewhere =
  'Send it elsewhere: set AWS_ENDPOINT_URL_BATCH and the like for the services that are here ("longshore env" prints them) rather than AWS_ENDPOINT_URL, which moves them all.';

const jsonRpc10: ErrorFormat = { ...jsonRpc, contentType: 'application/x-amz-json-1.0' };
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
/** S3's errors have no frame around them. */
const restXml: ErrorFormat = {
  contentType: 'application/xml',
  writeError: ({ name, message }, requestId) =>
    declaration +
    element(
      'Error',
      element('Code', escapeXml(name)) +
        element('Message', escapeXml(message)) +
        element('RequestId', requestId),
    ),
};
/**
 * The query protocol of no service in particular; Route 53's and CloudFront's errors look the same.
 */
export const anyForm: BodyProtocol = {
  ...query({ version: '', xmlNamespace: 'https://docs.aws.amazon.com/' }),
  bind: () => ({
    route(head, body) {
      const form = parseForm(head.query, head.method === 'POST' ? body.toString('utf8') : '');
      const value = (name: string): string => form.children?.get(name)?.value ?? '';
      throw formError(head, value('Version'), value('Action'));
    },
  }),
};

function formError(head: RequestHead, version: string, action: string): AwsError {
  const service = credentialOf(head)?.service ?? byVersion.get(version);
  return errorOf(
    'noSuchServiceForm',
    service,
    version === ''
      ? 'the service that this form is for'
      : `the service whose API has the version ${short(version)}`,
    short(action),
  );
}

/**
 * The service of AWS that a request is for which is no form; undefined where nothing in its head
 * tells of one.
 */
export function unservedOf(
  head: RequestHead,
  credential: SigV4Credential | undefined,
): Unserved | undefined {
  const format = formatOf(head, credential);
  const { prefix, operation } = targetOf(head.headers['x-amz-target']);
  if (isWord(prefix) && isWord(operation))
    return {
      format,
      error: errorOf(
        'noSuchService',
        credential?.service ?? byTarget.get(prefix),
        prefix,
        operation,
      ),
    };
  const service = credential?.service ?? serviceOfClient(head) ?? serviceOfPath(head);
  if (service === undefined) return undefined;
  const asked =
    (service === 's3' ? s3Operation(head) : undefined) ?? `${head.method} ${short(head.path)}`;
  if (!isXmlService(service))
    return { format, error: errorOf('noSuchService', service, service, asked) };
  return {
    format: xmlFormat(service),
    error: errorOf('noSuchServiceXml', service, service, asked),
  };
}

/** In which protocol a request wants to hear of an error, as far as its head tells. */
export function formatOf(head: RequestHead, credential: SigV4Credential | undefined): ErrorFormat {
  if (head.headers['x-amz-target'] !== undefined)
    return String(head.headers['content-type'] ?? '').startsWith(jsonRpc10.contentType)
      ? jsonRpc10
      : jsonRpc;
  if (credential !== undefined && isXmlService(credential.service))
    return xmlFormat(credential.service);
  return isForm(head) || mayBeQuery(head) ? anyForm : restJson;
}

/** Whether only the body of this signed request can tell its operation. */
export const isUnservedForm = (head: RequestHead, { service }: SigV4Credential): boolean =>
  !isXmlService(service) && (isForm(head) || mayBeQuery(head));

const isXmlService = (service: string): boolean => /^(?:s3|route53$|cloudfront$)/.test(service);
const xmlFormat = (service: string): ErrorFormat => (service.startsWith('s3') ? restXml : anyForm);

/** Whether an SDK of AWS or the AWS CLI asks: they sign, or send headers of AWS's, or say so. */
export const isAwsClient = (head: RequestHead): boolean =>
  isSigned(head.headers['authorization']) || saysAws(head);

const saysAws = ({ headers }: RequestHead): boolean =>
  /\b(?:aws-(?:cli|sdk)|boto3|botocore)\b/i.test(String(headers['user-agent'] ?? '')) ||
  Object.entries(headers).some(
    ([name, value]) => value !== undefined && /^(?:x-amz|amz-sdk)-/.test(name),
  );

/** Some SDKs and the AWS CLI say in their User-Agent which of their clients asks. */
const serviceOfClient = ({ headers }: RequestHead): string | undefined => {
  const client = /\b(?:api\/|command[#/])([a-z0-9_-]{2,40})/i
    .exec(String(headers['user-agent'] ?? ''))?.[1]
    ?.toLowerCase()
    .replaceAll('_', '-');
  return client !== undefined && Object.hasOwn(knownServices, client) ? client : undefined;
};

const s3Operations: Readonly<
  Record<string, readonly [service: string, bucket: string, object: string]>
> = {
  GET: ['ListBuckets', 'ListObjects', 'GetObject'],
  HEAD: ['', 'HeadBucket', 'HeadObject'],
  PUT: ['', 'CreateBucket', 'PutObject'],
  DELETE: ['', 'DeleteBucket', 'DeleteObject'],
};
/** Undefined where the query says that something else is meant. */
function s3Operation({ method, path, query: parameters }: RequestHead): string | undefined {
  const names = [...new URLSearchParams(parameters).keys()].filter(
    (name) =>
      !/^(?:x-id|list-type|prefix|delimiter|max-keys|max-buckets|encoding-type|continuation-token|start-after|x-amz-.*)$/i.test(
        name,
      ),
  );
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return names.length > 0
    ? undefined
    : s3Operations[method]?.[bucket === '' ? 0 : key === '' ? 1 : 2] || undefined;
}

/** What has `GET /`, and is asked for by an SDK that says no more, is S3. */
const serviceOfPath = (head: RequestHead): string | undefined =>
  Object.entries(knownServices).find(([, known]) => known.path?.test(head.path))?.[0] ??
  (head.path === '/' &&
  head.method === 'GET' &&
  head.headers['x-amz-target'] === undefined &&
  saysAws(head)
    ? 's3'
    : undefined);

function errorOf(
  entry: 'noSuchService' | 'noSuchServiceXml' | 'noSuchServiceForm',
  service: string | undefined,
  otherwise: string,
  operation: string,
): AwsError {
  const { title, instead = elsewhere } = (service !== undefined &&
  Object.hasOwn(knownServices, service)
    ? knownServices[service]
    : undefined) ?? { title: service ?? otherwise };
  const { name, status } = catalogue[entry];
  return new AwsError(
    name,
    status,
    `Longshore does not speak ${title}${operation === '' ? '' : ` (${operation})`}. ${instead}`,
  );
}

const isWord = (text: string): boolean => /^[\w.-]{1,128}$/.test(text);
const short = (text: string): string => (text.length > 128 ? `${text.slice(0, 128)}…` : text);
