// What an engine says of a start that failed may repeat what it was given. Here values that nobody
// may read are taken out of it.

import type { ContainerSpec } from '../port/engine.ts';

/** Shorter ones stand in any text by chance. */
const shortest = 4;

/** Undefined where the container has no secrets. */
export function discretion({
  secretEnvironment = [],
  secretLogOptions = [],
  registryLogin,
}: ContainerSpec): ((message: string) => string) | undefined {
  const hidden = [
    ...[...secretEnvironment, ...secretLogOptions].map(({ value }) => value),
    ...(registryLogin === undefined ? [] : [registryLogin.password]),
  ];
  if (hidden.length === 0) return undefined;
  return (message) => {
    let shown = message;
    for (const one of hidden) {
      const text = one.reveal();
      // The words of the message itself are no secret, even where a secret is one of them.
      if (text.length >= shortest) shown = shown.replaceAll(text, '***');
    }
    return shown;
  };
}
