// How a cluster is reached and who we are there, whatever file or directory says so: what a
// connection needs, and no more. It reads nothing and connects to nothing.

import type { Hidden } from '../../base/hidden.ts';

/** What proves who we are, as it goes with a request or a handshake. */
export interface Credential {
  readonly token?: Hidden | undefined;
  /** PEM. */
  readonly certificate?: { readonly chain: string; readonly key: Hidden } | undefined;
}

export interface Credentials {
  /** As it is now. Rejects with {@link CredentialsUnavailable}. */
  current(): Promise<Credential>;
  /** The cluster would not have it: whether asking again may bring another. */
  refused(credential: Credential): boolean;
}

/** Just now nothing proves who we are: a file is gone, a program that hands out tokens failed. */
export class CredentialsUnavailable extends Error {
  override name = 'CredentialsUnavailable';
}

export interface ClusterAccess {
  /** For people: the context's name. */
  readonly title: string;
  /** Its path, if it has one, comes before that of every request. */
  readonly server: URL;
  /** In which to work where nothing else is said. */
  readonly namespace: string;
  readonly trust: {
    /** PEM; absent: what Node trusts. */
    readonly authorities?: string | undefined;
    /** What the server's certificate must be made out to; absent: to the host of its address. */
    readonly serverName?: string | undefined;
    /** Whoever answers is believed. */
    readonly anybody?: boolean | undefined;
  };
  readonly proxy?: URL | undefined;
  /** On whose behalf: header names and their values, as the API wants them. */
  readonly impersonation: Readonly<Record<string, string | readonly string[]>>;
  readonly credentials: Credentials;
}

/** What is written down about clusters can never be used so. The text says where and why. */
export class BadKubeconfig extends Error {
  override name = 'BadKubeconfig';
}

/** The credentials of whoever has the same for ever, or none. */
export const standing = (credential: Credential): Credentials => ({
  current: () => Promise.resolve(credential),
  refused: () => false,
});
