// What kind of call an operation is: whether it only reads, and which service a record says it
// belongs to. By the operation's name, and by the few exceptions that AWS makes.

/** What only reads is called so. */
const reads =
  /^(?:Describe|Get|List|Filter|Search|Lookup|Simulate|Decode|Explain|Validate|Test|BatchGet|Start(?:LiveTail|Query)$)/;

/** By `service:Operation`: CloudTrail calls them reads, though they hand something out. */
const alsoReads: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
]);

export function isReadOnly(service: string, operation: string): boolean {
  return reads.test(operation) || alsoReads.has(`${service}:${operation}`);
}

/** They tell secrets. */
const readsSecrets =
  /^(?:secretsmanager:(?:BatchGetSecretValue|GetSecretValue)|ssm:GetParameter\w*)$/;

/**
 * What is kept where only changes are: what changes something, and also who got credentials and
 * who read secrets.
 */
export const isChange = (service: string, operation: string): boolean =>
  !isReadOnly(service, operation) ||
  handsOut(service, operation) ||
  readsSecrets.test(`${service}:${operation}`);

/** A record tells what it answered though it only reads. */
export const handsOut = (service: string, operation: string): boolean =>
  alsoReads.has(`${service}:${operation}`) ||
  (service === 'sts' && /^Get(?:SessionToken|FederationToken)$/.test(operation));

/** Our own service is none of AWS's, and does not say so. */
export const eventSourceOf = (service: string): string =>
  service === 'longshore' ? service : `${service}.amazonaws.com`;
