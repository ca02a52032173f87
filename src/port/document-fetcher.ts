// The document fetcher port: small documents that others publish, such as the keys of an identity
// provider. Whoever asks says which address; what comes is bounded, in bytes and in time, and comes
// from that address alone.

export interface DocumentFetcher {
  /** The text at an address of http or https. Rejects with {@link NoDocument}. */
  fetch(url: string): Promise<string>;
}

/** There is none to be had; `message` says why, in a few words. */
export class NoDocument extends Error {
  override name = 'NoDocument';
}
