// Why a signature is not taken: one closed union, and the sentences of AWS's that tell of it. Each
// protocol names and numbers them in its own way (error-catalogue.ts). No sentence repeats what was
// signed, a session token or a credential: answers go into logs.

export type SignatureFault =
  /** There is none. */
  | { readonly fault: 'missing' }
  /** It is not written as AWS writes it. */
  | { readonly fault: 'incomplete'; readonly message: string }
  /** It is another's, or of something else than what came. */
  | { readonly fault: 'mismatch'; readonly message: string }
  /** Made too long ago, or for a time that is still to come. */
  | { readonly fault: 'untimely'; readonly message: string }
  /** A presigned request that has outlived what it says of itself. */
  | { readonly fault: 'request-expired'; readonly message: string }
  /** Nobody has this access key, or not with this session token. */
  | { readonly fault: 'unknown-key' }
  /** Temporary credentials that have ended. */
  | { readonly fault: 'token-expired' };

export const incomplete = (message: string): SignatureFault => ({ fault: 'incomplete', message });
export const mismatch = (message: string): SignatureFault => ({ fault: 'mismatch', message });

/** The signature is not the one that this request has under this key. */
export const notTheSame: SignatureFault = mismatch(
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
);

/** `name` is a header's, as it was sent. */
export const unsignedHeader = (name: string): SignatureFault =>
  mismatch(`'${name.slice(0, 64)}' must be a 'SignedHeader' in the AWS Authorization.`);

/** Only S3 takes bodies that are not signed, or signed piece by piece. */
export const unsignedPayload: SignatureFault = mismatch(
  'The body must be signed: x-amz-content-sha256 is neither UNSIGNED-PAYLOAD nor a STREAMING one here',
);
