// User data: archives that are read, what is refused and why, and what an instance gets in the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRefusal } from '../../base/refusal.ts';
import { agentSettingsOf } from './agent-settings.ts';
import { readArchive, readUserData, type UserDataPart } from './user-data.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function partsOf(text: string): readonly UserDataPart[] {
  const parts = readUserData(base64(text));
  assert.ok(!isRefusal(parts), isRefusal(parts) ? parts.message : '');
  return parts;
}

/** The user guide's second example, as it must be written; printed, it has lost its empty lines. */
const cleanup = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==MYBOUNDARY=="

--==MYBOUNDARY==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo ECS_IMAGE_CLEANUP_INTERVAL=60m >> /etc/ecs/ecs.config
echo ECS_IMAGE_MINIMUM_CLEANUP_AGE=60m >> /etc/ecs/ecs.config

--==MYBOUNDARY==--
`;
const efs = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==MYBOUNDARY=="
--==MYBOUNDARY==
Content-Type: text/cloud-config; charset="us-ascii"
packages:
- amazon-efs-utils
runcmd:
- file_system_id_01=fs-abcdef123
- mount -a -t efs defaults
--==MYBOUNDARY==--`;

test('the user guide’s examples are read, with their empty lines and without', () => {
  for (const text of [
    cleanup,
    cleanup.replaceAll('\n\n', '\n'),
    cleanup.replaceAll('\n', '\r\n'),
  ]) {
    const [part] = partsOf(text);
    assert.equal(part?.contentType, 'text/x-shellscript');
    assert.deepEqual(
      agentSettingsOf(partsOf(text)).all,
      new Map([
        ['ECS_IMAGE_CLEANUP_INTERVAL', '60m'],
        ['ECS_IMAGE_MINIMUM_CLEANUP_AGE', '60m'],
      ]),
    );
  }
  const [part] = partsOf(efs);
  assert.equal(part?.contentType, 'text/cloud-config');
  assert.match(part?.content ?? '', /^packages:\n- amazon-efs-utils\nruncmd:/);
});

test('no user data is none', () => {
  assert.deepEqual(readUserData(undefined), []);
  assert.deepEqual(readUserData(''), []);
});

const archive = (body: string, type = 'multipart/mixed; boundary=B'): string =>
  `MIME-Version: 1.0\nContent-Type: ${type}\n\n${body}`;
const refused: [string, base64: string, RegExp][] = [
  ['what is not base64', '#!/bin/bash', /is not base64-encoded/],
  [
    'what is not text',
    Buffer.from([0xc3, 0x28, 0xa0, 0xff]).toString('base64'),
    /is not text in UTF-8/,
  ],
  ['what is compressed', Buffer.from([0x1f, 0x8b, 8, 0]).toString('base64'), /is compressed/],
  ['more than EC2 takes', base64('x'.repeat(16_385)), /has 16385 bytes; EC2 allows 16384/],
  [
    'a plain script',
    base64('#!/bin/bash\necho hello\n'),
    /must be in the MIME multi-part archive format/,
  ],
  [
    'a plain cloud-config',
    base64('#cloud-config\npackages: [nfs]\n'),
    /must be in the MIME multi-part archive format/,
  ],
  [
    'a single part',
    base64(archive('x', 'text/plain')),
    /must be in the MIME multi-part archive format/,
  ],
  ['no boundary', base64(archive('--B\n--B--', 'multipart/mixed')), /without a boundary/],
  [
    'no part',
    base64(archive('--C\nContent-Type: text/plain\n\nx\n--C--\n')),
    /no line reads --B\./,
  ],
  ['no end', base64(archive('--B\nContent-Type: text/plain\n\nx\n')), /no line reads --B--/],
  [
    'parts within parts',
    base64(archive('--B\nContent-Type: multipart/mixed; boundary=C\n\n--B--')),
    /part 1 is itself multi-part/,
  ],
  [
    'what is no text',
    base64(
      archive(
        '--B\nContent-Type: text/plain\n\nx\n--B\nContent-Type: application/octet-stream\n\nx\n--B--',
      ),
    ),
    /part 2 has the content type application\/octet-stream/,
  ],
  [
    'an encoding that nobody reads',
    base64(archive('--B\nContent-Transfer-Encoding: quoted-printable\n\nx\n--B--')),
    /part 1 has the transfer encoding quoted-printable/,
  ],
  [
    'a part that is not what it says',
    base64(archive('--B\nContent-Transfer-Encoding: base64\n\n***\n--B--')),
    /part 1 is not base64-encoded text/,
  ],
];

for (const [title, data, message] of refused) {
  test(`user data: refused is ${title}`, () => {
    const found = readUserData(data);
    assert.ok(isRefusal(found));
    assert.match(found.message, message);
  });
}

test('a part may be encoded, and headers may be folded', () => {
  const text = `MIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary="B"\n\n--B\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n${base64('#!/bin/sh\necho hé')}\n--B--\n`;
  assert.deepEqual(partsOf(text), [
    { contentType: 'text/x-shellscript', content: '#!/bin/sh\necho hé' },
  ]);
});

/** A boundary that no part has. */
function archiveOf(parts: readonly UserDataPart[]): string {
  let mark = '==B==';
  while (parts.some((part) => part.content.includes(`--${mark}`))) mark = `=${mark}=`;
  // The line end before a boundary is the boundary's, so that every part ends as it was written.
  const blocks = parts.map(
    ({ contentType, content }) =>
      `--${mark}\nContent-Type: ${contentType}; charset="utf-8"\n\n${content}\n`,
  );
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${mark}"\n\n${blocks.join('')}--${mark}--\n`;
}

test('what stands in an archive is read as it was written', () => {
  const part = fc.record({
    contentType: fc.constantFrom('text/x-shellscript', 'text/cloud-config'),
    content: fc
      .string({ unit: fc.constantFrom('a', ' ', '\n', '-', '=', '--==B==', '\n--==B==--\n', 'Z') })
      .map((text) => `#${text}\n`),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      assert.deepEqual(
        readArchive(archiveOf(parts)),
        parts.map((one) => ({ ...one })),
      );
    }),
  );
});
