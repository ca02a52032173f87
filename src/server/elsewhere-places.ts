// Where services elsewhere are: what stands in `--send-to SERVICE=WHERE`. It connects to nothing.

import type { ElsewhereService } from '../port/elsewhere.ts';

/** What is not of the form; `message` says what is. */
export class BadPlace extends Error {
  override name = 'BadPlace';
}

/** The services that the operator named a place for. */
export type ElsewherePlaces = ReadonlyMap<ElsewhereService, 'aws' | URL>;

/** As people call them. */
const names: Readonly<Record<string, ElsewhereService>> = {
  sqs: 'sqs',
  lambda: 'lambda',
  stepfunctions: 'states',
  kinesis: 'kinesis',
  sns: 'sns',
};

/** Throws {@link BadPlace}. */
export function elsewherePlaces(given: readonly string[]): ElsewherePlaces {
  const places = new Map<ElsewhereService, 'aws' | URL>();
  for (const text of given) {
    const cut = text.indexOf('=');
    const name = text.slice(0, Math.max(cut, 0));
    const service = Object.hasOwn(names, name) ? names[name] : undefined;
    if (service === undefined)
      throw new BadPlace(
        `'${text}' is not SERVICE=WHERE with one of ${Object.keys(names).join(', ')}`,
      );
    if (places.has(service)) throw new BadPlace(`${name} is given twice`);
    places.set(service, placeOf(text.slice(cut + 1)));
  }
  return places;
}

function placeOf(text: string): 'aws' | URL {
  if (text === 'aws') return text;
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== ''
  )
    throw new BadPlace(
      `'${text}' is neither aws nor the URL of an endpoint, such as http://127.0.0.1:9324 (without credentials: those are the server's own)`,
    );
  return url;
}
