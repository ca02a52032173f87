// The certificates in PEM texts, in which keys and comments of people may stand beside them. It
// looks at their frames alone: what is in them, nobody here knows.

const form = /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/g;

/** Each as PEM of one form, so that equal ones are equal texts; nothing else of the text. */
export const certificatesIn = (pem: string): readonly string[] =>
  [...pem.matchAll(form)].map(([, body = '']) => {
    const lines = body.replace(/\s/g, '').match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  });
