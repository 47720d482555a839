// A table of a BCC text: what `b["name"]` is in BCC's Python.

import { linearLines, log2Lines, type SlotCounts, UsageError } from '../../base/index.ts';
import type { HostMap } from '../../host/index.ts';
import { BpfMap, type MapContext } from '../bpf-map.ts';

/** How histograms are printed. */
export interface HistogramOptions {
  /** What the histograms of a table over a struct are headed by. Default: the names of the members. */
  readonly sectionHeader?: string;
  /** Spells what a histogram is of. */
  readonly sectionPrint?: (bucket: unknown) => string;
  /** Puts histograms in order, or leaves some out. */
  readonly bucketSort?: (buckets: readonly unknown[]) => readonly unknown[];
  /** Leaves out empty slots at the start. */
  readonly stripLeadingZero?: boolean;
}

/** One histogram of a table. */
interface Section {
  /** The members of the key but for the slot: alone as such, several as an object; undefined for plain keys. */
  readonly bucket: unknown;
  readonly names: readonly string[];
  readonly counts: Map<number, bigint>;
}

/** A table; keys and values are plain values by the types of the text. */
export class BccTable extends BpfMap<unknown, unknown> {
  readonly #context: MapContext;

  /** @internal */
  constructor(raw: HostMap, context: MapContext) {
    super(raw, context);
    this.#context = context;
  }

  /** Every entry. */
  items(): [unknown, unknown][] {
    return [...this.entries()];
  }

  /** Every entry, removed with the reading. */
  itemsDeleteBatch(): [unknown, unknown][] {
    const entries = this.items();
    for (const [key] of entries) this.delete(key);
    return entries;
  }

  /** Sets every value to zero. */
  zero(): void {
    const empty = new Uint8Array(this.raw.valueStride);
    for (const [key] of this.raw.entries()) this.raw.update(key, empty);
  }

  /** Adds to a number of user space's; not atomic against programs that count as well. */
  increment(key: unknown, by: number | bigint = 1): void {
    const before = this.get(key) ?? 0;
    this.set(key, typeof before === 'bigint' ? before + BigInt(by) : Number(before) + Number(by));
  }

  /** Values of a per-CPU table added up. @throws UsageError for values that are no numbers */
  sum(key: unknown): bigint {
    return total(this.get(key) ?? []);
  }

  /** The largest value of any CPU. */
  max(key: unknown): bigint {
    return perCpu(this.get(key)).reduce((most, one) => (one > most ? one : most), 0n);
  }

  /** Values of a per-CPU table divided by the number of CPUs. */
  average(key: unknown): bigint {
    return this.sum(key) / BigInt(this.#context.cpuCount);
  }

  /** Addresses of a stack by its id, the innermost first; none for ids that are errors or gone. */
  walk(stackId: number | bigint): bigint[] {
    if (stackId < 0) return [];
    const stack = this.get(Number(stackId));
    return Array.isArray(stack) ? (stack as bigint[]) : [];
  }

  /** Prints a table filled by `increment(bpf_log2l(value))`; a struct as key gives a histogram for each other part of it. */
  printLog2Hist(label = 'value', options: HistogramOptions = {}): void {
    this.#print(options, (counts) => log2Lines(counts, label, options));
  }

  /** Prints a table filled by `increment(value)`. */
  printLinearHist(label = 'value', options: HistogramOptions = {}): void {
    this.#print(options, (counts) => linearLines(counts, label, options));
  }

  #print(options: HistogramOptions, lines: (counts: SlotCounts) => string): void {
    const { bucketSort } = options;
    const sections = this.#sections();
    const buckets = bucketSort ? bucketSort([...sections.values()].map(({ bucket }) => bucket)) : undefined;
    const ordered = buckets
      ? buckets.flatMap((bucket) => [...sections.values()].find((section) => section.bucket === bucket) ?? [])
      : [...sections.values()];
    for (const section of ordered) {
      const text = lines(section.counts);
      if (text !== '') console.log(section.bucket === undefined ? text : `\n${heading(section, options)}\n${text}`);
    }
  }

  /** Counts by slot, split by the parts of the key that are not the slot (BCC: the last member is). */
  #sections(): Map<string, Section> {
    const sections = new Map<string, Section>();
    for (const [key, value] of this) {
      const { slot, members } = splitKey(key);
      const id = JSON.stringify(members, (_, one) => (typeof one === 'bigint' ? `${one}n` : one));
      const bucket = members.length > 1 ? Object.fromEntries(members) : members[0]?.[1];
      const section = sections.get(id) ?? { bucket, names: members.map(([name]) => name), counts: new Map() };
      section.counts.set(slot, (section.counts.get(slot) ?? 0n) + total(value));
      sections.set(id, section);
    }
    return sections;
  }
}

function perCpu(value: unknown): bigint[] {
  const values = Array.isArray(value) ? value : [value ?? 0];
  return values.map((one: unknown) => {
    if (typeof one === 'bigint' || typeof one === 'number') return BigInt(one);
    throw new UsageError('the values of this table are no numbers');
  });
}

function total(value: unknown): bigint {
  return perCpu(value).reduce((sum, one) => sum + one, 0n);
}

function splitKey(key: unknown): { readonly slot: number; readonly members: readonly [string, unknown][] } {
  if (typeof key !== 'object' || key === null) return { slot: Number(key), members: [] };
  const members = Object.entries(key);
  const slot = members.pop()?.[1] ?? 0;
  return { slot: Number(slot), members };
}

function heading({ bucket, names }: Section, { sectionHeader, sectionPrint = String }: HistogramOptions): string {
  if (sectionHeader !== undefined || names.length === 1)
    return `${sectionHeader ?? names[0]} = ${sectionPrint(bucket)}`;
  return Object.entries(bucket as object)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(', ');
}
