// What IAM demands of a policy that says what its holder may do: inline, managed (a permissions
// boundary is one) or of a session. The sentences and the order in which they come are IAM's, as
// the tests of moto have them from AWS. It judges no kind of document that names principals.

import { partitionPattern } from '../../base/partition.ts';
import { BadPolicy, readDocument, type Document, type StatementText } from './document.ts';
import { instantOf } from './instant.ts';
import { operatorNamed } from './operator.ts';

const syntax = 'Syntax errors in policy.';
const legacy = 'The policy failed legacy parsing';

const words = {
  notJson: syntax,
  syntax,
  version: syntax,
  noStatement: syntax,
  emptyStatement: syntax,
  noEffect: syntax,
  unknownField: () => syntax,
  effect: () => syntax,
};
/** STS has a sentence of its own. */
const sessionWords = { ...words, notJson: 'The policy is not in the valid JSON format.' };

/** Throws {@link BadPolicy}. */
export function checkIdentityPolicy(text: string, kind: 'inline' | 'managed' | 'session'): void {
  const document = readDocument(text, kind === 'session' ? sessionWords : words);
  if (kind === 'managed' && document.version !== '2012-10-17')
    throw new BadPolicy('Policy document must be version 2012-10-17 or greater.');
  const { statements } = document;
  for (const { principals } of statements)
    if (principals !== undefined)
      throw new BadPolicy('Policy document should not specify a principal.');
  for (const statement of statements) checkLegacy(statement);
  const fault = resourceFault(document);
  checkSids(document);
  for (const { actions } of statements)
    if ((actions?.named.length ?? 0) === 0)
      throw new BadPolicy('Policy statement must contain actions.');
  if (fault !== undefined) throw new BadPolicy(fault);
  for (const action of statements.flatMap(({ actions }) => actions?.named ?? []))
    checkAction(action);
  for (const { resources } of statements)
    if ((resources?.named.length ?? 0) === 0)
      throw new BadPolicy('Policy statement must contain resources.');
}

function checkLegacy({ effect, conditions }: StatementText): void {
  if (effect !== 'Allow' && effect !== 'Deny') throw new BadPolicy(legacy);
  for (const { operator, values } of conditions)
    if (
      operatorNamed(operator)?.takes === 'dates' &&
      values.some((one) => instantOf(one) === undefined)
    )
      throw new BadPolicy(legacy);
}

function checkSids({ statements }: Document): void {
  const seen = new Set<string>();
  for (const { sid = '' } of statements) {
    if (/[^0-9A-Za-z]/.test(sid))
      throw new BadPolicy(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      );
    if (sid !== '' && seen.has(sid))
      throw new BadPolicy('Statement IDs (SID) in a single policy must be unique.');
    seen.add(sid);
  }
}

function checkAction(action: string): void {
  if (action === '*') return;
  const [vendor = '', ...names] = action.split(':');
  if (names.length === 0)
    throw new BadPolicy(
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    );
  if (names.length > 1) throw new BadPolicy('Actions/Condition can contain only one colon.');
  if (!/^(?:\*|[0-9A-Za-z.-]+)$/.test(vendor)) throw new BadPolicy(`Vendor ${vendor} is not valid`);
}

/** What is wrong with the first resource that is no resource; later checks come before it. */
function resourceFault({ statements }: Document): string | undefined {
  let first: string | undefined;
  for (const resource of statements.flatMap(({ resources }) => resources?.named ?? [])) {
    first ??= faultOf(resource);
    if (first === legacy) throw new BadPolicy(legacy);
  }
  return first;
}

const partitionForm = new RegExp(`^(?:${partitionPattern}|.*[*?].*)$`, 's');
/** What stands first in the path of a resource of IAM. */
const iamPaths = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

function faultOf(resource: string): string | undefined {
  if (resource === '*') return undefined;
  const parts = resource.split(':');
  const [, partition, service, region, account] = parts;
  if (partition === undefined) return `Resource ${resource} must be in ARN format or "*".`;
  if (!partitionForm.test(partition)) {
    const rest = [2, 3, 4].map((at) => parts[at] ?? '*');
    const path = parts.length > 5 ? parts.slice(5).join(':') : '*';
    return `Partition "${partition}" is not valid for resource "arn:${partition}:${rest.join(':')}:${path}".`;
  }
  if (parts[0] !== 'arn') return `Resource ${resource} must be in ARN format or "*".`;
  if (service === undefined)
    return 'Resource vendor must be fully qualified and cannot contain regexes.';
  if (service === '' || (parts.length < 6 && resource.includes('::'))) return legacy;
  if (service === 'iam' && region !== '')
    return `IAM resource ${resource} cannot contain region information.`;
  // Buckets have neither region nor account; access points have both.
  if (service === 's3' && region !== '' && (account === undefined || account === ''))
    return `Resource ${resource} can not contain region information.`;
  const path = parts.slice(5).join(':');
  if (service === 'iam' && path !== '*' && !iamPaths.some((start) => path.startsWith(start)))
    return `IAM resource path must either be "*" or start with ${iamPaths.join(', ')}.`;
  return undefined;
}
