// Labels, annotations and namespaces of pods (the model's documentation of EksMetadata, and
// Kubernetes' rules for labels, which a cluster would refuse them by).

import type { EksMetadata } from '@aws-sdk/client-batch';
import { invalid } from '../../../wire/error-catalogue.ts';
import { checkNamespace } from './eks-configuration.ts';
import { subdomainForm } from './eks-volumes.ts';

const nameForm = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Kubernetes' own bound of all annotations of an object, in bytes. */
const annotationBytes = 262_144;
const annotationCharacters = 255;

/** Prefixes whose labels and annotations are AWS Batch's to set, and this server's. */
const reserved = ['batch.amazonaws.com', 'longshore.dev'];

export function checkPodMetadata(metadata: EksMetadata | undefined, where: string): void {
  const { labels = {}, annotations = {}, namespace } = metadata ?? {};
  for (const [key, value] of Object.entries(labels)) {
    checkKey(key, `${where}.labels`);
    if (value !== '' && !nameForm.test(value))
      throw invalid(
        `${where}.labels: the value of ${key} must have up to 63 letters, digits, hyphens, underscores and periods, at both ends a letter or digit; it is '${value.slice(0, 64)}'`,
      );
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    checkKey(key, `${where}.annotations`);
    if (value.length > annotationCharacters)
      throw invalid(
        `${where}.annotations: the value of ${key} must be ${annotationCharacters} characters or less; it has ${value.length}`,
      );
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > annotationBytes)
    throw invalid(`${where}.annotations must have at most ${annotationBytes} bytes together`);
  if (namespace) checkNamespace(namespace, `${where}.namespace`);
}

/** An optional prefix, which is a DNS subdomain, a slash and a name. */
function checkKey(key: string, where: string): void {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  if (
    !nameForm.test(key.slice(slash + 1)) ||
    (prefix !== undefined && (prefix.length > 253 || !subdomainForm.test(prefix)))
  )
    throw invalid(
      `${where}: '${key.slice(0, 64)}' is not a key such as team or example.com/team, with a prefix of up to 253 characters and a name of up to 63`,
    );
  if (prefix !== undefined && reserved.includes(prefix))
    throw invalid(
      `${where}: '${key.slice(0, 64)}' has the prefix ${prefix}, which is reserved for what AWS Batch sets`,
    );
}
