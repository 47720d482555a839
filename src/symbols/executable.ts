// Symbols of an executable or library on disk, its own and those of its separate debug file.

import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FormatError, SyscallError, suggest, UsageError } from '../base/index.ts';
import { type ElfFile, type ElfSymbol, parseElf } from '../elf/index.ts';
import { globMatcher } from './glob.ts';
import { symbolVersions } from './symbol-versions.ts';

/** A function and where its code stands in the file: what uprobes are attached by. */
export interface FunctionPlace {
  readonly name: string;
  /** Offset in the file, in bytes. */
  readonly offset: number;
  readonly size: number;
}

/** An address resolved to a symbol. */
export interface SymbolPlace {
  readonly name: string;
  /** Behind the symbol's start, in bytes. */
  readonly offset: number;
}

const debugDirectory = '/usr/lib/debug';

/** An ELF file with all the symbols that can be found for it. */
export class Executable {
  readonly path: string;
  readonly elf: ElfFile;
  #debug: ElfFile | undefined;
  #lookedForDebug = false;
  #listed: WeakRef<readonly Candidate[]> | undefined;

  constructor(path: string, elf: ElfFile) {
    this.path = path;
    this.elf = elf;
  }

  /** The symbol that covers what stands at that offset of the file. */
  resolveOffset(fileOffset: number): SymbolPlace | undefined {
    const address = this.elf.address(fileOffset);
    return address === undefined ? undefined : this.resolveAddress(address);
  }

  /** The symbol that covers a virtual address of the file (as linked, not as loaded). */
  resolveAddress(address: number): SymbolPlace | undefined {
    for (const table of this.#tables()) {
      const symbol = table.resolve(address);
      if (symbol) return { name: symbol.name, offset: address - symbol.value };
    }
    return undefined;
  }

  /**
   * The function of that name, in its default version; `name@VERSION` for another one.
   * @throws UsageError with a suggestion when there is none.
   */
  findFunction(wanted: string): FunctionPlace {
    const [name = '', version] = wanted.split(/@+/);
    let best: Candidate | undefined;
    for (const candidate of this.#functions()) {
      if (candidate.name !== name || (version !== undefined && candidate.version !== version)) continue;
      if (rank(candidate) > (best ? rank(best) : -1)) best = candidate;
    }
    if (best?.symbol.type === 'ifunc') throw indirectFunction(wanted, this.path);
    const place = best && this.#place(best);
    if (place) return place;
    throw this.#unknownFunction(name);
  }

  /** Functions whose names match the pattern, each place once, in order of their places. @throws UsageError for none */
  matchFunctions(pattern: string): FunctionPlace[] {
    const found = this.functionsNamed(globMatcher(pattern));
    if (found.length === 0) throw this.#unknownFunction(pattern);
    return found;
  }

  /** Functions that have a name that will do, each place once, in order of their places. */
  functionsNamed(matches: (name: string) => boolean): FunctionPlace[] {
    const byOffset = new Map<number, FunctionPlace>();
    for (const candidate of this.#functions()) {
      if (candidate.symbol.type === 'ifunc' || !matches(candidate.name)) continue;
      const place = this.#place(candidate);
      if (place && !byOffset.has(place.offset)) byOffset.set(place.offset, place);
    }
    return [...byOffset.values()].sort((a, b) => a.offset - b.offset);
  }

  /** Every function; the list of a large program takes much memory and is kept only as long as there is enough. */
  #functions(): readonly Candidate[] {
    const known = this.#listed?.deref();
    if (known) return known;
    const list = [...this.#readFunctions()];
    this.#listed = new WeakRef(list);
    return list;
  }

  *#readFunctions(): Iterable<Candidate> {
    for (const table of this.#tables()) {
      const versionAt = table === this.elf.dynamicSymbols ? symbolVersions(this.elf) : undefined;
      for (const symbol of table) {
        const isCode = symbol.type === 'function' || symbol.type === 'ifunc';
        if (!isCode || symbol.definition === 'undefined' || symbol.value === 0) continue;
        // Full symbol tables have the version in the name: `realpath@GLIBC_2.2.5`, or with @@ the default one.
        const [name = '', inName] = symbol.name.split(/@+/);
        const given = versionAt?.(symbol.index);
        const hidden = given?.hidden ?? (inName !== undefined && !symbol.name.includes('@@'));
        yield { symbol, name, version: given?.name ?? inName, hidden };
      }
    }
  }

  *#tables(): Iterable<ElfFile['symbols']> {
    yield this.elf.symbols;
    yield this.elf.dynamicSymbols;
    // A file with a full symbol table needs no other.
    if (this.elf.symbols.length > 1) return;
    const debug = this.#debugFile();
    if (debug) yield debug.symbols;
  }

  // The debug file has the same addresses but none of the code: offsets are this file's.
  #place({ symbol, name }: Candidate): FunctionPlace | undefined {
    const offset = this.elf.fileOffset(symbol.value);
    return offset === undefined ? undefined : { name, offset, size: symbol.size };
  }

  #debugFile(): ElfFile | undefined {
    if (this.#lookedForDebug) return this.#debug;
    this.#lookedForDebug = true;
    for (const candidate of debugCandidates(this.path, this.elf)) {
      const debug = tryOpen(candidate);
      if (debug && debug.buildId() === this.elf.buildId()) {
        this.#debug = debug;
        break;
      }
    }
    return this.#debug;
  }

  #unknownFunction(name: string): UsageError {
    const names = new Set<string>();
    for (const { name: known } of this.#functions()) names.add(known);
    const near = suggest(name, names);
    const stripped =
      this.elf.symbols.length <= 1
        ? `${this.path} is stripped: install its debug symbols, or give an offset`
        : undefined;
    return new UsageError(`there is no function "${name}" in ${this.path}`, {
      hint: near ? `did you mean "${near}"?` : stripped,
    });
  }
}

/** A function of a symbol table, with its version taken apart. */
interface Candidate {
  readonly symbol: ElfSymbol;
  readonly name: string;
  readonly version: string | undefined;
  readonly hidden: boolean;
}

/** The default version before hidden ones, global before weak. */
function rank({ symbol, hidden }: Candidate): number {
  return (hidden ? 0 : 2) + (symbol.binding === 'weak' ? 0 : 1);
}

function indirectFunction(name: string, path: string): UsageError {
  return new UsageError(`"${name}" in ${path} is an indirect function: its code is chosen when a program starts`, {
    hint: `attach to the code that is chosen, by its own name (such as __${name}_avx_unaligned) or by offset`,
  });
}

// https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html
function debugCandidates(path: string, elf: ElfFile): string[] {
  const candidates: string[] = [];
  const buildId = elf.buildId();
  if (buildId && buildId.length > 2) {
    candidates.push(join(debugDirectory, '.build-id', buildId.slice(0, 2), `${buildId.slice(2)}.debug`));
  }
  const link = elf.debugLink();
  if (link && !link.file.includes('/')) {
    const directory = dirname(path);
    candidates.push(join(directory, link.file), join(directory, '.debug', link.file));
    candidates.push(join(debugDirectory, directory, link.file));
  }
  return candidates.filter((candidate) => candidate !== path);
}

function tryOpen(path: string): ElfFile | undefined {
  try {
    return parseElf(readFileSync(path), path);
  } catch {
    return undefined;
  }
}

const opened = new Map<string, Executable>();
const mostOpened = 64;

/** The executable or library at `path`; the same file is read once. @throws SyscallError, FormatError */
export function openExecutable(path: string): Executable {
  const key = fileKey(path);
  const known = opened.get(key);
  if (known) return known;
  const executable = new Executable(path, readElf(path));
  if (opened.size >= mostOpened) opened.delete(opened.keys().next().value ?? '');
  opened.set(key, executable);
  return executable;
}

function readElf(path: string): ElfFile {
  try {
    return parseElf(readFileSync(path), path);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw openFailure(path, error);
  }
}

function fileKey(path: string): string {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    return `${dev}:${ino}:${size}:${mtimeMs}`;
  } catch (error) {
    throw openFailure(path, error);
  }
}

function openFailure(path: string, cause: unknown): SyscallError {
  return new SyscallError(`open ${path}`, (cause as NodeJS.ErrnoException).code ?? 'EIO', { cause });
}
