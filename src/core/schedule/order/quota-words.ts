// What people are told of a job that its share's quota holds up (doc/reasons.md).

import type { JobQueue } from '../../job-queue/job-queue.ts';
import { partsOf } from '../../quota-share/amounts.ts';
import type { Words } from '../words.ts';
import type { HeldBack } from './line.ts';
import type { QuotaShort } from './quota-books.ts';

const named: Readonly<Record<string, string>> = { VCPU: 'vCPUs', MEMORY: 'MiB', GPU: 'GPUs' };

export class QuotaHeldBack implements HeldBack {
  readonly type = 'held-back';
  readonly share: string;
  readonly short: QuotaShort;
  /** Jobs are being stopped, of which some comes back. */
  readonly #isComing: boolean;

  constructor(share: string, short: QuotaShort, isComing: boolean) {
    this.share = share;
    this.short = short;
    this.#isComing = isComing;
  }

  words({ name }: JobQueue): Words {
    const { share } = this;
    const { type, unit, asked, used, limit, most } = this.short;
    const plain = (amount: number): string => String(amount / partsOf(unit));
    const of = (amount: number): string => `${plain(amount)} ${named[unit] ?? unit}`;
    const raise = `raise the ${unit} limit of quota share ${share}`;
    const ended = `wait until jobs of quota share ${share} have ended`;
    const uses = `it uses ${plain(used)} of its ${of(limit)}, and the job asks for ${plain(asked)}`;
    if (most !== undefined && asked > most)
      return {
        text: `waiting for quota share ${share}: the job asks for ${of(asked)}, and the share may never use more than ${of(most)}`,
        remedies: [raise, 'submit it again asking for less', 'submit it again to another share'],
      };
    switch (type) {
      case 'limit':
        return {
          text: `waiting for quota share ${share}, whose limit is reached: ${uses}`,
          remedies: [
            ended,
            raise,
            `let the share borrow: LEND_AND_BORROW in place of its strategy`,
          ],
        };
      case 'borrow-limit':
        return {
          text: `waiting for quota share ${share}, whose borrow limit is reached: ${uses}; with what it may borrow, ${of(most ?? 0)} are the most that it may use`,
          remedies: [ended, `raise the borrowLimit of quota share ${share}`, raise],
        };
      case 'nothing-lent':
        return {
          text: `waiting to borrow for quota share ${share}: ${uses}; no other share of queue ${name} has so much idle to lend`,
          remedies: [ended, 'wait until jobs of the other shares have ended', raise],
        };
      case 'lent-out':
        return {
          text: `waiting for what quota share ${share} has lent: ${uses}; ${this.#isComing ? 'jobs that borrowed it are being stopped' : 'jobs of other shares use it'}`,
          remedies: this.#isComing ? [] : ['wait until they have ended'],
        };
    }
  }
}
