// Statically defined tracepoints of programs and libraries (USDT), from their `.note.stapsdt` notes.
// Source: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation

import { decodeUtf8, suggest, UsageError } from '../base/index.ts';
import type { ElfFile, ElfNote } from '../elf/index.ts';
import type { Executable } from './executable.ts';

/** One place of a probe: inlined code has several of the same name. */
export interface UsdtProbe {
  readonly provider: string;
  readonly name: string;
  /** Where it stands in the file, in bytes. */
  readonly offset: number;
  /** Its address as linked. */
  readonly address: number;
  /** Where in the file the counter stands that says whether someone listens; 0: there is none. */
  readonly semaphoreOffset: number;
  /** How to find its arguments, as in `-4@%eax 8@-8(%rbp)`. */
  readonly argumentText: string;
}

const noteType = 3;
const executableFlag = 1;

/** Every probe of a file, in the order of its notes. Malformed notes are left out. */
export function usdtProbes({ elf }: Executable): UsdtProbe[] {
  const base = elf.sections.find(({ name }) => name === '.stapsdt.base')?.address;
  return elf.notes().flatMap((note) => {
    if (note.type !== noteType || note.owner !== 'stapsdt') return [];
    return readProbe(elf, note, base) ?? [];
  });
}

/** The places of one probe; any provider's where `provider` is empty. @throws UsageError with the nearest name that is there */
export function findUsdtProbe(executable: Executable, provider: string, name: string): UsdtProbe[] {
  const all = usdtProbes(executable);
  const found = all.filter((probe) => probe.name === name && (provider === '' || probe.provider === provider));
  if (found.length > 0) return found;
  const full = provider === '' ? name : `${provider}:${name}`;
  const names = all.map((probe) => (provider === '' ? probe.name : `${probe.provider}:${probe.name}`));
  const near = suggest(full, names);
  throw new UsageError(`there is no USDT probe ${full} in ${executable.path}`, {
    hint: near ? `did you mean ${near}?` : all.length === 0 ? 'the file has no USDT probes at all' : undefined,
  });
}

/** Description of a note: three addresses, then provider, name and arguments, each ended by a zero. */
function readProbe(elf: ElfFile, { description }: ElfNote, base: number | undefined): UsdtProbe | undefined {
  const width = elf.header.class / 8;
  if (description.length < 3 * width) return undefined;
  const view = new DataView(description.buffer, description.byteOffset, description.byteLength);
  const isLittle = elf.header.endian === 'little';
  const word = (index: number): number =>
    width === 8 ? Number(view.getBigUint64(index * 8, isLittle)) : view.getUint32(index * 4, isLittle);
  const [provider, name, argumentText] = decodeUtf8(description.subarray(3 * width)).split('\0');
  if (!provider || !name || argumentText === undefined) return undefined;
  // Prelinking moves code but not the notes: the section that stands still tells by how much.
  const moved = base === undefined ? 0 : base - word(1);
  const address = word(0) + moved;
  const offset = offsetOf(elf, address, true);
  const semaphore = word(2);
  const semaphoreOffset = semaphore === 0 ? 0 : offsetOf(elf, semaphore + moved, false);
  if (offset === undefined || semaphoreOffset === undefined) return undefined;
  return { provider, name, offset, address, semaphoreOffset, argumentText };
}

/** File offset of an address in code, or in data. */
function offsetOf(elf: ElfFile, address: number, isCode: boolean): number | undefined {
  const segment = elf.segments.find(
    ({ type, flags, address: start, memorySize }) =>
      type === 1 && ((flags & executableFlag) !== 0) === isCode && address >= start && address < start + memorySize,
  );
  return segment && address - segment.address + segment.offset;
}
