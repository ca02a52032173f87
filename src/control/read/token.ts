// The tokens of pages: opaque texts that hold where the next one begins. A malformed one is
// nobody's fault of ours.

export const encodeToken = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

function decodeToken(token: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

export function decodeNumberToken(token: string): number | undefined {
  const [value] = decodeToken(token);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function decodeDefinitionToken(
  token: string,
): { name: string; revision: number } | undefined {
  const [name, revision] = decodeToken(token);
  return typeof name === 'string' && typeof revision === 'number' && Number.isSafeInteger(revision)
    ? { name, revision }
    : undefined;
}
