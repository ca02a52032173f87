// What a web page of somebody else's can make a browser send to a server on this machine, one way
// after the other, as scripts of that page. In them TARGET is the server's address, REGISTER and
// SUBMIT are bodies that would run a command as a job, and FORM_REGISTER is a form field's name and
// value which together are such a body.

const definition = {
  jobDefinitionName: 'pwned',
  type: 'container',
  containerProperties: { image: 'busybox', command: ['touch', '/tmp/pwned'], vcpus: 1, memory: 16 },
};
const register = JSON.stringify(definition);
const submit = JSON.stringify({
  jobName: 'pwned',
  jobQueue: 'first-run-job-queue',
  jobDefinition: 'pwned',
});
const createRole =
  'Action=CreateRole&Version=2010-05-08&RoleName=pwned&AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D';
const presigned =
  '&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260101%2Fus-east-1%2Fiam%2Faws4_request&X-Amz-Signature=0';

export interface Attack {
  readonly name: string;
  /**
   * The body of an async function; what it returns is what the page could read: nothing may be
   * among it.
   */
  readonly script: string;
  /** What must have reached the server, or the browser has not tried. */
  readonly arrives: readonly RegExp[];
  /** Run by a click on the page, as pop-ups must be. */
  readonly byClick?: true;
  /** The page's own place is left by it. */
  readonly navigates?: true;
}

const jobs = [/^POST \/v1\/registerjobdefinition/, /^POST \/v1\/submitjob/];
const role = [/^(GET|POST) \/(\?Action=CreateRole\S*)?$/];
const element = (html: string): string =>
  `document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(html)});`;
const form = (
  action: string,
  fields: readonly (readonly [string, string])[],
  attributes: string,
): string =>
  `const form = document.createElement('form'); form.method = 'post'; form.action = ${action}; Object.assign(form, ${attributes});
   for (const [name, value] of ${JSON.stringify(fields)}) { const input = document.createElement('input'); input.type = 'hidden'; input.name = name; input.value = value; form.append(input); }
   document.body.append(form);`;
/** A form of text/plain is sent as `name=value`. */
const plainFields = (body: string): [string, string][] => [[`${body.slice(0, -1)},"x":"`, '"}']];
const roleFields = Object.entries({
  Action: 'CreateRole',
  Version: '2010-05-08',
  RoleName: 'pwned',
  AssumeRolePolicyDocument: '{}',
});
const bothCalls = (options: string): string =>
  `await Promise.allSettled([['/v1/registerjobdefinition', REGISTER], ['/v1/submitjob', SUBMIT]].map(async ([path, body]) => { const answer = await fetch(TARGET + path, { method: 'POST', ${options} }); return answer.text(); }))
     .then((all) => all.map(({ value }) => value).filter(Boolean))`;

export const attacks: readonly Attack[] = [
  {
    name: 'fetch without CORS, as text',
    script: `return ${bothCalls("mode: 'no-cors', body")}`,
    arrives: jobs,
  },
  {
    name: 'fetch without CORS, with credentials, kept alive',
    script: `return ${bothCalls("mode: 'no-cors', credentials: 'include', keepalive: true, body")}`,
    arrives: jobs,
  },
  {
    name: 'fetch without CORS, as a form',
    script: `return ${bothCalls("mode: 'no-cors', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body")}`,
    arrives: jobs,
  },
  {
    name: 'fetch without CORS, without a type',
    script: `return ${bothCalls("mode: 'no-cors', body: new Blob([body])")}`,
    arrives: jobs,
  },
  {
    name: 'fetch without CORS, without a referrer',
    script: `return ${bothCalls("mode: 'no-cors', referrerPolicy: 'no-referrer', body")}`,
    arrives: jobs,
  },
  {
    name: 'fetch with CORS, as text',
    script: `return ${bothCalls("mode: 'cors', body")}`,
    arrives: jobs,
  },
  {
    name: 'fetch with CORS, as JSON',
    script: `return ${bothCalls("mode: 'cors', headers: { 'content-type': 'application/json', authorization: 'AWS4-HMAC-SHA256 x' }, body")}`,
    arrives: [/^OPTIONS \/v1\/registerjobdefinition/],
  },
  {
    name: 'fetch that another server redirects here',
    script:
      "return fetch('/redirect', { method: 'POST', mode: 'no-cors', body: REGISTER }).then((answer) => answer.text())",
    arrives: [/^POST \/v1\/registerjobdefinition/],
  },
  {
    name: 'fetch of what can be read',
    script:
      "return Promise.allSettled(['/', '/_longshore/health', '/_longshore/metrics', '/metrics', '/?Action=DescribeVpcs&Version=2016-11-15', '/v1/tags/x'].flatMap((path) => ['cors', 'no-cors'].map(async (mode) => (await fetch(TARGET + path, { mode })).text()))).then((all) => all.map(({ value }) => value).filter(Boolean))",
    arrives: [/^GET \/_longshore\/health/, /^GET \/_longshore\/metrics/, /^GET \/v1\/tags/],
  },
  {
    name: 'fetch of an interruption',
    script:
      "return fetch(TARGET + '/_longshore/instances/i-0/interruption', { method: 'POST', mode: 'no-cors' }).then((answer) => answer.text())",
    arrives: [/^POST \/_longshore\/instances/],
  },
  {
    name: 'fetch in a worker',
    script:
      "const worker = new Worker(URL.createObjectURL(new Blob([`fetch('${TARGET}/v1/registerjobdefinition', { method: 'POST', mode: 'no-cors', body: '${REGISTER}' }).then(() => postMessage(1), () => postMessage(1))`]))); await new Promise((done) => (worker.onmessage = done)); worker.terminate();",
    arrives: [/^POST \/v1\/registerjobdefinition/],
  },
  {
    name: 'XMLHttpRequest',
    script:
      "return new Promise((done) => { const request = new XMLHttpRequest(); request.open('POST', TARGET + '/v1/registerjobdefinition'); request.onloadend = () => done(request.responseText); request.send(REGISTER); })",
    arrives: [/^POST \/v1\/registerjobdefinition/],
  },
  {
    name: 'sendBeacon, of every kind',
    script:
      "navigator.sendBeacon(TARGET + '/v1/registerjobdefinition', REGISTER); navigator.sendBeacon(TARGET + '/v1/submitjob', new Blob([SUBMIT])); navigator.sendBeacon(TARGET + '/v1/submitjob', new Blob([SUBMIT], { type: 'text/plain' })); const data = new FormData(); data.append('x', SUBMIT); navigator.sendBeacon(TARGET + '/v1/submitjob', data); navigator.sendBeacon(TARGET + '/', new URLSearchParams(ROLE));",
    arrives: [...jobs, /^POST \/$/],
  },
  {
    name: 'a form as text, into a frame',
    script: `${element('<iframe name="hidden"></iframe>')} ${form("TARGET + '/v1/registerjobdefinition'", plainFields(register), "{ enctype: 'text/plain', target: 'hidden' }")} form.submit();`,
    arrives: [/^POST \/v1\/registerjobdefinition/],
  },
  {
    name: 'a form of IAM, into a frame',
    script: `${element('<iframe name="hidden"></iframe>')} ${form("TARGET + '/'", roleFields, "{ target: 'hidden' }")} form.submit();`,
    arrives: [/^POST \/$/],
  },
  {
    name: 'a form in parts, into a frame',
    script: `${element('<iframe name="hidden"></iframe>')} ${form("TARGET + '/v1/submitjob'", plainFields(submit), "{ enctype: 'multipart/form-data', target: 'hidden' }")} form.submit();`,
    arrives: [/^POST \/v1\/submitjob/],
  },
  {
    name: 'a form whose address looks signed',
    script: `${element('<iframe name="hidden"></iframe>')} ${form(`TARGET + '/v1/registerjobdefinition?x=1${presigned}'`, plainFields(register), "{ enctype: 'text/plain', target: 'hidden' }")} form.submit();`,
    arrives: [/^POST \/v1\/registerjobdefinition/],
  },
  {
    name: 'a form in place of the page',
    script: `${form("TARGET + '/v1/registerjobdefinition'", plainFields(register), "{ enctype: 'text/plain' }")} form.submit();`,
    arrives: [/^POST \/v1\/registerjobdefinition/],
    navigates: true,
  },
  {
    name: 'a form of IAM in a pop-up',
    script: `${form("TARGET + '/'", roleFields, "{ target: '_blank' }")} form.submit();`,
    arrives: [/^POST \/$/],
    byClick: true,
  },
  {
    name: 'a form as text in a pop-up',
    script: `window.open('about:blank', 'popup'); ${form("TARGET + '/v1/registerjobdefinition'", plainFields(register), "{ enctype: 'text/plain', target: 'popup' }")} form.submit();`,
    arrives: [/^POST \/v1\/registerjobdefinition/],
    byClick: true,
  },
  {
    name: 'a pop-up',
    script: "window.open(TARGET + '/?' + ROLE); window.open(TARGET + '/');",
    arrives: role,
    byClick: true,
  },
  {
    name: 'a pop-up that is read',
    script:
      "const popup = window.open(TARGET + '/_longshore/health'); await new Promise((done) => setTimeout(done, 500)); try { return popup.document.body.innerText; } catch { return; }",
    arrives: [/^GET \/_longshore\/health/],
    byClick: true,
  },
  {
    name: 'an image',
    script:
      "await new Promise((done) => { const image = new Image(); image.onload = image.onerror = done; image.src = TARGET + '/?' + ROLE; });",
    arrives: role,
  },
  {
    name: 'an image that looks signed',
    script: `await new Promise((done) => { const image = new Image(); image.onload = image.onerror = done; image.src = TARGET + '/?' + ROLE + '${presigned}'; });`,
    arrives: role,
  },
  {
    name: 'a frame',
    script:
      "const frame = document.createElement('iframe'); frame.src = TARGET + '/?' + ROLE; document.body.append(frame); await new Promise((done) => (frame.onload = done)); return frame.contentDocument?.body.innerText;",
    arrives: role,
  },
  {
    name: 'a frame of the page',
    script:
      "const frame = document.createElement('iframe'); frame.src = TARGET + '/'; document.body.append(frame); await new Promise((done) => (frame.onload = done)); return frame.contentDocument?.body.innerText;",
    arrives: [/^GET \/$/],
  },
  {
    name: 'a frame without an origin',
    script:
      "const frame = document.createElement('iframe'); frame.sandbox = 'allow-scripts'; frame.srcdoc = `<script>fetch('${TARGET}/v1/registerjobdefinition', { method: 'POST', mode: 'no-cors', body: '${REGISTER}' })</script>`; document.body.append(frame);",
    arrives: [/^POST \/v1\/registerjobdefinition/],
  },
  {
    name: 'an object and an embed',
    script:
      "document.body.insertAdjacentHTML('beforeend', `<object data='${TARGET}/_longshore/health'></object><embed src='${TARGET}/?${ROLE}'>`);",
    arrives: role,
  },
  {
    name: 'a script',
    script:
      "for (const path of ['/_longshore/health', '/?' + ROLE]) await new Promise((done) => { const script = document.createElement('script'); script.onload = script.onerror = done; script.src = TARGET + path; document.head.append(script); });",
    arrives: [/^GET \/_longshore\/health/, ...role],
  },
  {
    name: 'links of every kind',
    script:
      "for (const [rel, as] of [['stylesheet'], ['prefetch'], ['preload', 'image'], ['modulepreload'], ['icon']]) { const link = document.createElement('link'); link.rel = rel; if (as) link.as = as; link.href = `${TARGET}/?${ROLE}&rel=${rel}`; document.head.append(link); }",
    arrives: [/rel=stylesheet$/, /rel=prefetch$/, /rel=preload$/],
  },
  {
    name: 'an event source',
    script:
      "await new Promise((done) => { const source = new EventSource(TARGET + '/?' + ROLE); source.onopen = source.onerror = () => (source.close(), done()); });",
    arrives: role,
  },
  {
    name: 'a web socket',
    script:
      "return new Promise((done) => { const socket = new WebSocket(TARGET.replace('http', 'ws') + '/?' + ROLE); socket.onopen = () => done('open'); socket.onmessage = () => done('message'); socket.onerror = () => done(); });",
    arrives: role,
  },
  {
    name: 'a link that is clicked',
    script:
      "const link = document.createElement('a'); link.href = TARGET + '/?' + ROLE; document.body.append(link); link.click();",
    arrives: role,
    navigates: true,
  },
  {
    name: 'a link to the page that is clicked',
    script:
      "const link = document.createElement('a'); link.href = TARGET + '/'; document.body.append(link); link.click();",
    arrives: [/^GET \/$/],
    navigates: true,
  },
  {
    name: 'a page that goes on by itself',
    script:
      "document.head.insertAdjacentHTML('beforeend', `<meta http-equiv='refresh' content='0;url=${TARGET}/?${ROLE}'>`);",
    arrives: role,
    navigates: true,
  },
  {
    name: 'a style and a font',
    script:
      "document.head.insertAdjacentHTML('beforeend', `<style>@import '${TARGET}/?${ROLE}'; body { background: url('${TARGET}/_longshore/health') }</style>`);",
    arrives: [...role, /^GET \/_longshore\/health/],
  },
  {
    name: 'sound and pictures that move',
    script:
      "document.body.insertAdjacentHTML('beforeend', `<audio preload=auto src='${TARGET}/?${ROLE}'></audio><video preload=auto poster='${TARGET}/_longshore/health' src='${TARGET}/?${ROLE}'></video>`);",
    arrives: role,
  },
];

/** The script as the page runs it against a server. */
export const scriptOf = (attack: Pick<Attack, 'script'>, target: string): string =>
  `(async () => { const TARGET = ${JSON.stringify(target)}, REGISTER = ${JSON.stringify(register)}, SUBMIT = ${JSON.stringify(submit)}, ROLE = ${JSON.stringify(createRole)}; ${attack.script} })()`;
