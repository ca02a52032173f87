// Why a job of a quota share was preempted: the words that its attempt shows, from which others
// tell the two causes apart. Pure.

const start = 'Preempted: ';

/** A job of the same share goes before it. */
export const displacedReason = (share: string): string =>
  `${start}quota share ${share} has a job of higher scheduling priority`;

/** It held what was lent to its share. */
export const takenBackReason = (share: string): string =>
  `${start}borrowed capacity was taken back by quota share ${share}`;
