// Image references as Docker reads them: what one is made of, and what is wrong with one that is
// malformed. Pure: whether there is such an image only a registry knows. (The grammar is
// distribution's: reference/regexp.go.)

/**
 * Splits an image reference as Docker does. Without tag or digest it means `latest`: an empty tag
 * would pull them all.
 */
export function imageParts(image: string): { repository: string; tag: string; registry: string } {
  const [name = '', digest] = image.split('@', 2);
  const first = name.split('/', 1)[0] ?? '';
  const hasRegistry = name.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first : 'docker.io';
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  const repository = tagged ? name.slice(0, colon) : name;
  return { repository, tag: digest ?? (tagged ? name.slice(colon + 1) : 'latest'), registry };
}

/** The id of an image that is here, by its content. */
const imageId = /^(sha256:)?[0-9a-f]{64}$/;
const longestName = 255;
/** Longer ones are refused by their length alone, before anything is matched. */
const longestReference = 4096;

const domainLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domain = new RegExp(
  `^(?:${domainLabel}(?:\\.${domainLabel})*|\\[[0-9a-fA-F:]+\\])(?::\\d+)?$`,
);
const pathPart = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:([0-9a-fA-F]{32,})$/;

/** What Docker says of a malformed reference; undefined: it can be asked for. */
export function referenceProblem(image: string): string | undefined {
  if (image.length > longestReference) return 'invalid reference format';
  if (imageId.test(image)) return undefined;
  const at = image.indexOf('@');
  const [named, digest] = at < 0 ? [image, undefined] : [image.slice(0, at), image.slice(at + 1)];
  const { registry, repository } = imageParts(named);
  const tag = repository.length < named.length ? named.slice(repository.length + 1) : undefined;
  const isPlain = registry === 'docker.io' && !repository.startsWith('docker.io/');
  const path = isPlain ? repository : repository.slice(registry.length + 1);
  if (/[A-Z]/.test(path))
    return `invalid reference format: repository name (${isPlain && !path.includes('/') ? 'library/' : ''}${path}) must be lowercase`;
  if ((!isPlain && !domain.test(registry)) || !path.split('/').every((part) => pathPart.test(part)))
    return 'invalid reference format';
  if (tag !== undefined && !tagForm.test(tag)) return 'invalid reference format';
  if (repository.length > longestName)
    return `repository name must not be more than ${longestName} characters`;
  if (digest === undefined) return undefined;
  const hex = digestForm.exec(digest)?.[1];
  if (hex === undefined) return 'invalid reference format';
  const length = { sha256: 64, sha384: 96, sha512: 128 }[digest.slice(0, digest.indexOf(':'))];
  if (length === undefined) return 'unsupported digest algorithm';
  if (hex.length !== length) return 'invalid checksum digest length';
  return /[A-F]/.test(hex) ? 'invalid checksum digest format' : undefined;
}
