// The sealer port: secrets at rest are sealed under the server's own key, and what must not be
// forged is derived from it. Whoever holds a sealer never sees the key.

export interface Sealer {
  /**
   * The text encrypted and authenticated, as printable ASCII. `about` says what it is, e.g.
   * `access-key AKIA…`: it is not part of what is sealed, and only who says the same opens it.
   */
  seal(text: string, about: string): string;
  /** Undefined where it was changed, is about something else, or was sealed under another key. */
  open(sealed: string, about: string): string | undefined;
  /**
   * 32 bytes that follow from the server's key and `about` alone, in base64: the same at each
   * start, and nobody without the key can tell them.
   */
  derive(about: string): string;
  /** So many random characters of the alphabet, which has at most 256. */
  random(length: number, alphabet: string): string;
}
