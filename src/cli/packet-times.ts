// The time before a packet's line, in the forms that tcpdump's -t, -tt, -ttt, -tttt and -ttttt have.

const billion = 1_000_000_000n;
const digits = (value: number | bigint, width: number): string => String(value).padStart(width, '0');
const microseconds = (ns: bigint): string => digits((ns % billion) / 1000n, 6);

/** In the order of tcpdump's options: the time of day, none, seconds since 1970, since the packet before, date, since the first. */
export const timeStyles = ['clock', 'none', 'epoch', 'delta', 'date', 'elapsed'] as const;

/** One of {@link timeStyles}. */
export type TimeStyle = (typeof timeStyles)[number];

/** `HH:MM:SS.microseconds`, local time. */
function clock(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${parts.map((part) => digits(part, 2)).join(':')}.${microseconds(ns)} `;
}

function day(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  return `${digits(date.getFullYear(), 4)}-${digits(date.getMonth() + 1, 2)}-${digits(date.getDate(), 2)} `;
}

/** ` HH:MM:SS.microseconds`; a minus instead of the space where time went back. */
function span(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const seconds = Number(size / billion);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${ns < 0n ? '-' : ' '}${parts.map((part) => digits(part, 2)).join(':')}.${microseconds(size)} `;
}

/** Text of a time, given that of the packet it is told from. */
const texts: Readonly<Record<TimeStyle, (ns: bigint, reference: bigint) => string>> = {
  clock,
  none: () => '',
  epoch: (ns) => `${ns / billion}.${microseconds(ns)} `,
  delta: (ns, before) => span(ns - before),
  date: (ns) => day(ns) + clock(ns),
  elapsed: (ns, first) => span(ns - first),
};

/** Makes the times of packets, one after the other. */
export class PacketTimes {
  readonly #style: TimeStyle;
  #reference: bigint | undefined;

  constructor(style: TimeStyle) {
    this.#style = style;
  }

  /** The time and a space; empty where none is shown. */
  text(ns: bigint): string {
    const reference = this.#reference ?? ns;
    this.#reference = this.#style === 'delta' ? ns : reference;
    return texts[this.#style](ns, reference);
  }
}
