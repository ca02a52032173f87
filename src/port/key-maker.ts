// The key maker port: new key pairs, which are randomness and heavy arithmetic. What it makes it
// forgets.

interface MadeKeyPair {
  /** As OpenSSH and PEM readers take it. */
  readonly privatePem: string;
  /** PKCS #8. */
  readonly privateDer: Uint8Array;
  /**
   * The public half as SSH encodes it (RFC 4253, RFC 8709): what stands in base64 in
   * `authorized_keys`.
   */
  readonly publicBlob: Uint8Array;
}

export interface KeyMaker {
  make(type: 'rsa' | 'ed25519'): Promise<MadeKeyPair>;
}
