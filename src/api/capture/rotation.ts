// Names of the files of a rotation, as tcpdump makes them with -C, -G and -W.

import { UsageError } from '../../base/index.ts';

/** When to begin the next file. */
export interface Rotation {
  /** When the file has this many bytes. */
  readonly sizeBytes?: number | undefined;
  /** When the packets' time has gone on by this. */
  readonly seconds?: number | undefined;
  /** With a size: keep so many files, the oldest is overwritten. With seconds alone: end after so many. */
  readonly files?: number | undefined;
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const digits = (value: number, width = 2): string => String(value).padStart(width, '0');

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000) + 1;
}

/** Conversions of strftime(3), local time. */
const conversions: Readonly<Record<string, (date: Date) => string>> = {
  '%': () => '%',
  Y: (date) => String(date.getFullYear()),
  y: (date) => digits(date.getFullYear() % 100),
  m: (date) => digits(date.getMonth() + 1),
  d: (date) => digits(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2, ' '),
  H: (date) => digits(date.getHours()),
  I: (date) => digits(date.getHours() % 12 || 12),
  M: (date) => digits(date.getMinutes()),
  S: (date) => digits(date.getSeconds()),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  j: (date) => digits(dayOfYear(date), 3),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  a: (date) => (days[date.getDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getDay()] ?? '',
  b: (date) => (months[date.getMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getMonth()] ?? '',
  F: (date) => strftime('%Y-%m-%d', date),
  T: (date) => strftime('%H:%M:%S', date),
  D: (date) => strftime('%m/%d/%y', date),
  R: (date) => strftime('%H:%M', date),
};

/** A time in the words of strftime(3). Conversions it does not know stay as they are. */
export function strftime(format: string, date: Date): string {
  return format.replace(/%(.)/g, (all, letter: string) =>
    Object.hasOwn(conversions, letter) ? (conversions[letter]?.(date) ?? all) : all,
  );
}

/** Makes the names, one after the other. */
export class FileNames {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #width: number;
  #count = 0;
  #files = 1;
  #startNs: bigint | undefined;
  #stem: string;

  /** @throws UsageError for standard output, which cannot be rotated. */
  constructor(path: string, rotation: Rotation = {}) {
    const { sizeBytes, seconds, files } = rotation;
    if (path === '-' && (sizeBytes || seconds)) throw new UsageError('standard output cannot be rotated');
    this.#path = path;
    this.#rotation = rotation;
    this.#width = files !== undefined && sizeBytes !== undefined ? String(files - 1).length : 0;
    this.#stem = seconds === undefined ? path : strftime(path, new Date());
  }

  /** The name of the first file. */
  first(): string {
    const isRing = this.#rotation.files !== undefined && this.#rotation.sizeBytes !== undefined;
    return isRing && this.#rotation.files !== 1 ? this.#numbered() : this.#stem;
  }

  /** The name of the file that a packet begins; undefined: it goes into the running one; `done`: there shall be no more. */
  next(timestampNs: bigint, sizeBytes: number): string | 'done' | undefined {
    const { seconds, sizeBytes: limit, files } = this.#rotation;
    this.#startNs ??= timestampNs;
    if (seconds !== undefined && timestampNs - this.#startNs >= BigInt(Math.round(seconds * 1e9))) {
      if (files !== undefined && limit === undefined && this.#files >= files) return 'done';
      this.#startNs = timestampNs;
      this.#stem = strftime(this.#path, new Date(Number(timestampNs / 1_000_000n)));
      this.#files++;
      this.#count = 0;
      return limit === undefined ? this.#stem : this.first();
    }
    if (limit === undefined || sizeBytes <= limit) return undefined;
    this.#count++;
    if (files !== undefined && this.#count >= files) this.#count = 0;
    return this.#numbered();
  }

  #numbered(): string {
    const isSingle = this.#rotation.files === 1;
    return isSingle ? this.#stem : `${this.#stem}${digits(this.#count, this.#width)}`;
  }
}
