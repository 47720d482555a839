// TCP sequence numbers relative to the first ones seen of a conversation, as tcpdump shows them.

import type { TcpLayer } from './layers.ts';

interface Origin {
  sequence: number;
  acknowledgement: number;
}

/** Conversations remembered at most; the oldest are forgotten. */
const maxConversations = 65536;

/** Numbers as shown. */
export interface RelativeNumbers {
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly relativeSack: (edge: number) => number;
}

/** Remembers where each conversation started. */
export class TcpConversations {
  readonly #origins = new Map<string, Origin>();
  readonly #isRelative: boolean;

  /** With `isRelative` false numbers stay as they are. */
  constructor(isRelative: boolean) {
    this.#isRelative = isRelative;
  }

  /** The numbers of one segment; those without ACK, and the first of a conversation, are shown as they are. */
  relative(tcp: TcpLayer, source: string, destination: string): RelativeNumbers {
    const { sequence, acknowledgement, sourcePort, destinationPort } = tcp;
    if (!this.#isRelative || !tcp.flags.includes('.'))
      return { sequence, acknowledgement, relativeSack: (edge): number => edge };
    const isReverse = sourcePort > destinationPort || (sourcePort === destinationPort && source > destination);
    const key = isReverse
      ? `${destination} ${source} ${destinationPort} ${sourcePort}`
      : `${source} ${destination} ${sourcePort} ${destinationPort}`;
    const known = this.#origins.get(key);
    if (!known || tcp.flags.includes('S')) {
      const before = (acknowledgement - 1) >>> 0;
      const origin = isReverse
        ? { sequence: before, acknowledgement: sequence }
        : { sequence, acknowledgement: before };
      this.#remember(key, origin);
      return {
        sequence,
        acknowledgement,
        relativeSack: relativeTo(isReverse ? origin.sequence : origin.acknowledgement),
      };
    }
    const [own, peer] = isReverse ? [known.acknowledgement, known.sequence] : [known.sequence, known.acknowledgement];
    return {
      sequence: (sequence - own) >>> 0,
      acknowledgement: (acknowledgement - peer) >>> 0,
      relativeSack: relativeTo(peer),
    };
  }

  #remember(key: string, origin: Origin): void {
    if (this.#origins.size >= maxConversations) {
      const [oldest] = this.#origins.keys();
      if (oldest !== undefined) this.#origins.delete(oldest);
    }
    this.#origins.set(key, origin);
  }
}

const relativeTo =
  (origin: number) =>
  (edge: number): number =>
    (edge - origin) >>> 0;
