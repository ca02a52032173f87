// What is outside the house, for tests: services elsewhere that take every call, a world of HTTP
// that nobody answers in, and dead letters in memory. A test looks at what has come, and says what
// is to be answered.

import type { DeadLetterFiles } from '../../src/port/dead-letter-files.ts';
import type { Elsewhere, ElsewhereCall, ElsewhereError } from '../../src/port/elsewhere.ts';
import type {
  HttpAnswer,
  HttpFailure,
  HttpRequest,
  HttpSender,
} from '../../src/port/http-sender.ts';

export class ScriptedElsewhere implements Elsewhere {
  readonly calls: ElsewhereCall[] = [];
  place: 'aws' | URL | undefined = new URL('http://127.0.0.1:9324/');
  onCall: (call: ElsewhereCall) => ElsewhereError | undefined = () => undefined;

  placeOf(): 'aws' | URL | undefined {
    return this.place;
  }

  call(call: ElsewhereCall): Promise<ElsewhereError | undefined> {
    this.calls.push(call);
    return Promise.resolve(this.onCall(call));
  }
}

export class ScriptedHttp implements HttpSender {
  readonly requests: HttpRequest[] = [];
  onRequest: (request: HttpRequest) => HttpAnswer | HttpFailure = () => ({
    failure: 'unreachable',
    message: 'nobody is there',
  });

  send(request: HttpRequest): Promise<HttpAnswer | HttpFailure> {
    this.requests.push(request);
    return Promise.resolve(this.onRequest(request));
  }
}

export class MemoryDeadLetters implements DeadLetterFiles {
  readonly letters: { readonly queueArn: string; readonly line: string }[] = [];

  add(queueArn: string, line: string): Promise<void> {
    this.letters.push({ queueArn, line });
    return Promise.resolve();
  }
}
