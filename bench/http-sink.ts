// A server that takes whatever it is sent and answers 200, as cheaply as it can be done, in a
// process of its own: what is measured is who sends. It prints its port, the given one or any;
// `GET /count` answers how many others have come, and `GET /numbers` how many of them have numbers
// (`"n":17`) that are not the same.

import { createServer, type AddressInfo } from 'node:net';

const taken = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
let count = 0;
const numbers = new Set<number>();
const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let waiting = '';
  socket.on('data', (part) => {
    waiting += part.toString('latin1');
    const answers: Buffer[] = [];
    for (;;) {
      const head = waiting.indexOf('\r\n\r\n');
      if (head < 0) break;
      const [, length = '0'] = /content-length: (\d+)/i.exec(waiting.slice(0, head)) ?? [];
      const end = head + 4 + Number(length);
      if (waiting.length < end) break;
      answers.push(answerTo(waiting.slice(0, end)));
      waiting = waiting.slice(end);
    }
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
});

function answerTo(request: string): Buffer {
  if (request.startsWith('GET /count ')) return answerOf(count);
  if (request.startsWith('GET /numbers ')) return answerOf(numbers.size);
  count++;
  const [, number] = /"n":(\d+)/.exec(request) ?? [];
  if (number !== undefined) numbers.add(Number(number));
  return taken;
}

const answerOf = (number: number): Buffer =>
  Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${String(number).length}\r\n\r\n${number}`);

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () =>
  console.log((server.address() as AddressInfo).port),
);
