// What a handler answers: an operation's output without the SDK's own metadata.

export type Reply<Output> = Omit<Output, '$metadata'>;
