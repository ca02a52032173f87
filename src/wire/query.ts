// The two query protocols: a form with an Action in, XML out. `query` is IAM's, STS's and SNS's;
// `ec2-query` is EC2's, whose names and frames differ. The operation stands in the form, so that it
// is known only when the body is here.

import type { AwsError } from './aws-error.ts';
import { missingAction, unknownAction } from './error-catalogue.ts';
import { parseForm, type FormNode } from './form.ts';
import { compileFormReader, FormReading, type QueryFlavour } from './form-reader.ts';
import { unread } from './json.ts';
import type { BodyProtocol, BoundOperation, RequestHead } from './protocol.ts';
import type { OperationSchema } from './schema.ts';
import { compileXmlWriter, element, escapeXml } from './xml.ts';

/** What one service's requests and answers say of themselves. */
interface QueryService {
  /** Its API's, e.g. `2010-05-08`: how unsigned requests tell their service. */
  readonly version: string;
  readonly xmlNamespace: string;
}

/** IAM, STS and SNS. */
export const query = (service: QueryService): BodyProtocol =>
  queryProtocol('query', service, {
    answer: (name, isUnit, members, requestId) =>
      (isUnit ? '' : element(`${name}Result`, members)) +
      element('ResponseMetadata', element('RequestId', requestId)),
    error: ({ name, status, message }, requestId) => {
      const error =
        element('Type', status < 500 ? 'Sender' : 'Receiver') +
        element('Code', escapeXml(name)) +
        element('Message', escapeXml(message));
      return `<ErrorResponse xmlns="${service.xmlNamespace}">${element('Error', error)}${element('RequestId', requestId)}</ErrorResponse>`;
    },
  });

/** EC2. */
export const ec2Query = (service: QueryService): BodyProtocol =>
  queryProtocol('ec2', service, {
    // An operation without an output says that it did what was asked.
    answer: (_name, isUnit, members, requestId) =>
      element('requestId', requestId) + (isUnit ? '<return>true</return>' : members),
    error: ({ name, message }, requestId) => {
      const error = element('Code', escapeXml(name)) + element('Message', escapeXml(message));
      return `<Response>${element('Errors', element('Error', error))}${element('RequestID', requestId)}</Response>`;
    },
  });

interface Frame {
  answer(name: string, isUnit: boolean, members: string, requestId: string): string;
  error(error: AwsError, requestId: string): string;
}

function queryProtocol(
  flavour: QueryFlavour,
  { version, xmlNamespace }: QueryService,
  frame: Frame,
): BodyProtocol {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const bindOperation = (
    schema: OperationSchema,
    reading: FormReading,
  ): ((form: FormNode) => BoundOperation) => {
    const { name, input, output } = schema;
    const read = compileFormReader(input, reading);
    const members = compileXmlWriter(output);
    const write = (value: unknown, requestId: string): string =>
      `${declaration}<${name}Response xmlns="${xmlNamespace}">${frame.answer(name, output === 'unit', members(value), requestId)}</${name}Response>`;
    return (form) => ({ name, schema, read: () => read(form), write });
  };
  return {
    operationIn: 'body',
    version,
    contentType: 'text/xml;charset=UTF-8',
    writeError: (error, requestId) => declaration + frame.error(error, requestId),
    bind(operations, namesOnly, emptySays) {
      const reading = new FormReading(flavour, emptySays);
      const byName = new Map<string, (form: FormNode) => BoundOperation>();
      for (const operation of operations) {
        const { name } = operation;
        byName.set(
          name,
          namesOnly.has(name) ? () => ({ name, ...unread }) : bindOperation(operation, reading),
        );
      }
      return {
        route(head, body) {
          const form = formOf(head, body);
          const action = form.children?.get('Action')?.value;
          if (action === undefined || action === '') throw missingAction();
          const bound = byName.get(action);
          if (bound === undefined) throw unknownAction(action, version);
          return bound(form);
        },
      };
    },
  };
}

/** The version that a request asks for; undefined where it is no form or names none. */
export function versionOf(head: RequestHead, body: Buffer): string | undefined {
  const text = `${head.query}&${isForm(head) ? body.toString('latin1') : ''}`;
  return /(?:^|&)Version=(\d{4}-\d{2}-\d{2})(?:&|$)/.exec(text)?.[1];
}

/** Whether a request without a target may be one of the query protocols. */
export const mayBeQuery = (head: RequestHead): boolean =>
  head.path === '/' && (isForm(head) || /(?:^|&)Action=/.test(head.query));

/** Whether its body is a form. */
export const isForm = ({ method, headers }: RequestHead): boolean =>
  method === 'POST' &&
  String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

/** Parameters may stand in the address as well as in the body. */
const formOf = (head: RequestHead, body: Buffer): FormNode =>
  parseForm(head.query, head.method === 'POST' ? body.toString('utf8') : '');
