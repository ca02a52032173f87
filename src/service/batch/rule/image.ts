// Names of images: AWS Batch's length and characters (the model's documentation of `image`), and
// within them the grammar of Docker, for what does not follow it is pulled by no engine. References
// to parameters stand in commands only, so that `Ref::image` is no name.

import { lengthIn, matches } from '../../../wire/check.ts';
import { invalid } from '../../../wire/error-catalogue.ts';

const length = 255;
const characters = /^[A-Za-z0-9][A-Za-z0-9_\-:./#@+]*$/;

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
/** A registry's, with a port or without. */
const host = new RegExp(`^${label}(?:\\.${label})*(?::\\d{1,5})?$`);
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const path = new RegExp(`^${part}(?:/${part})*$`);
const tag = /^\w[\w.-]{0,127}$/;
const digest = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]+$/;

export function checkImage(image: string | undefined, where: string): void {
  if (!image) throw invalid(`${where} must be provided`);
  lengthIn(image, 1, length, where);
  matches(image, characters, where, 'letters, digits and _ - : . / # @ +');
  if (!isReference(image))
    throw invalid(
      `${where}: invalid reference format: '${image}' is not the name of an image, such as busybox, team/tool:1.0 or registry.example:5000/team/tool@sha256:…`,
    );
}

function isReference(image: string): boolean {
  const at = image.indexOf('@');
  if (at >= 0 && !digest.test(image.slice(at + 1))) return false;
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon >= 0 && !tag.test(named.slice(colon + 1))) return false;
  const name = colon < 0 ? named : named.slice(0, colon);
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  // As Docker tells a registry from a part of a path.
  const hasHost =
    slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  return hasHost ? host.test(first) && path.test(name.slice(slash + 1)) : path.test(name);
}
