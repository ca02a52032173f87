// What must not stand in a record, whoever calls: by member, by what a member is called, and by the
// keys of maps. The SDK's schemas mark much as sensitive, and shape.ts hides that by itself; this
// is what they do not mark. Where in doubt, a value is hidden: nobody ever reads a record for it.

/** What stands in a record in its place, as AWS writes it. */
export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** By service: `Structure.member`, as the SDK's schemas name them. */
const members: Readonly<Record<string, ReadonlySet<string>>> = {
  // The variables of containers are where most people keep what should be a secret.
  batch: new Set(['KeyValuePair.value', 'EksContainerEnvironmentVariable.value']),
  ecs: new Set(['KeyValuePair.value']),
  // Events are their senders', and may be a mebibyte a call; what a target gets may hold a token.
  events: new Set([
    'PutEventsRequestEntry.Detail',
    'Target.Input',
    'InputTransformer.InputTemplate',
    'HttpParameters.HeaderParameters',
    'HttpParameters.QueryStringParameters',
  ]),
  scheduler: new Set(['Target.Input']),
  // What jobs and programs print is theirs, and may be a mebibyte a call.
  logs: new Set(['PutLogEventsRequest.logEvents']),
  // Messages are their publishers', and who has a token confirms; an endpoint may have a password.
  sns: new Set([
    'PublishInput.Message',
    'PublishInput.Subject',
    'PublishBatchRequestEntry.Message',
    'PublishBatchRequestEntry.Subject',
    'MessageAttributeValue.StringValue',
    'MessageAttributeValue.BinaryValue',
    'ConfirmSubscriptionInput.Token',
    'SubscribeInput.Endpoint',
  ]),
  // With it and the two members beside it anybody is who it was made for.
  sts: new Set(['Credentials.SessionToken']),
};

/** A member that is called so holds a secret in every service. */
const secretName =
  /(password|passphrase|secret(string|binary|accesskey|key|value)|sessiontoken|securitytoken|keymaterial|privatekey|userdata|identitytoken|samlassertion|plaintext|authorization)$/i;

/** The keys of maps are people's own words. */
const secretKey = /passw|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key/i;

export const isSecretMember = (service: string, structure: string, member: string): boolean =>
  members[service]?.has(`${structure}.${member}`) === true || secretName.test(member);

export const isSecretKey = (key: string): boolean => secretKey.test(key);
