// The public address port: where those who get notifications reach this server, for links in what
// they get.

export interface PublicAddress {
  /** Without a slash at its end. Before the server listens its port may not be known. */
  readonly origin: string;
  /** From when on links can be followed. */
  readonly listening: Promise<void>;
}
