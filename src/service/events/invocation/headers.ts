// Headers that nobody may set for requests to API destinations: those of the connection between two
// machines, which are no part of a request.

const hopByHop = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export const isSettable = (header: string): boolean => !hopByHop.has(header.toLowerCase());
