// What of an address anybody may see: people write names, passwords and tokens into theirs.

/** Scheme, host, port and path, the last without a slash at its end. */
export const publicAddress = ({ origin, pathname }: URL): string =>
  origin + pathname.replace(/\/+$/, '');
