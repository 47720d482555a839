// What a program is, from the name of its section: libbpf's rules over the table of `spec/sections.ts`.

import { UsageError } from '../base/index.ts';
import type { AttachTypeName, ProgramTypeName, SectionAttach, SectionRow } from '../spec/index.ts';
import { sections } from '../spec/index.ts';
import type { AttachTarget, ProgramSpec } from './types.ts';

/** What the section's name says. */
export interface ProgramKind {
  readonly type: ProgramTypeName | undefined;
  readonly attachType: AttachTypeName | undefined;
  readonly attachTypeOptional: boolean;
  readonly attach: AttachTarget | undefined;
  /** The kernel function, hook or type that the load names by BTF id. */
  readonly attachBtf: string | undefined;
  readonly flags: number;
  readonly autoload: boolean;
  /** The section's name without `?`. */
  readonly section: string;
}

const sleepableFlag = 1 << 4;
const xdpFragsFlag = 1 << 5;

/** The row that a section's name (without `?`) falls under; undefined for names that say nothing. */
export function findSectionRow(section: string, rows: readonly SectionRow[] = sections): SectionRow | undefined {
  return rows.find(
    ({ name, match }) =>
      section.startsWith(name) && (section === name || (match === 'target' && section[name.length] === '/')),
  );
}

/** Reads a section's name, as in `?fentry.s/do_unlinkat`. */
export function programKind(sectionName: string): ProgramKind {
  const autoload = !sectionName.startsWith('?');
  const section = autoload ? sectionName : sectionName.slice(1);
  const row = findSectionRow(section);
  if (!row) {
    const unknown = { type: undefined, attachType: undefined, attach: undefined, attachBtf: undefined };
    return { ...unknown, attachTypeOptional: false, flags: 0, autoload, section };
  }
  const target = section.length > row.name.length ? section.slice(row.name.length + 1) : '';
  return {
    type: row.type,
    attachType: row.attachType,
    attachTypeOptional: row.attachTypeOptional ?? false,
    attach: target !== '' && row.attach ? targetParsers[row.attach](target, row) : undefined,
    attachBtf: row.attachBtf && target !== '' ? target : undefined,
    flags: (row.sleepable ? sleepableFlag : 0) | (row.xdpFrags ? xdpFragsFlag : 0),
    autoload,
    section,
  };
}

type TargetParser = (target: string, row: SectionRow) => AttachTarget | undefined;

// A malformed target only means that the program cannot be attached without being told where: it can still be loaded.
const targetParsers: Readonly<Record<SectionAttach, TargetParser>> = {
  kprobe: parseKprobe,
  'kprobe-multi': (target, row) => ({ kind: 'kprobe-multi', pattern: target, ...entryOrReturn(row) }),
  ksyscall: (target, row) => ({ kind: 'ksyscall', function: target, ...entryOrReturn(row) }),
  uprobe: parseUprobe,
  'uprobe-multi': parseUprobeMulti,
  usdt: parseUsdt,
  tracepoint: parseTracepoint,
  'raw-tracepoint': (target) => ({ kind: 'raw-tracepoint', name: target }),
  tracing: (target) => ({ kind: 'tracing', function: target }),
  lsm: (target) => ({ kind: 'tracing', function: target }),
  iterator: (target) => ({ kind: 'iterator', target }),
};

function entryOrReturn(row: SectionRow): { return?: true; session?: true } {
  return { ...(row.return ? { return: true } : {}), ...(row.session ? { session: true } : {}) };
}

function parseNumber(text: string): number {
  return /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
}

interface Place {
  readonly name: string;
  readonly offset: number;
}

/** `NAME` or `NAME+OFFSET`; at the return of a function an offset makes no sense. */
function parsePlace(text: string, row: SectionRow): Place | undefined {
  const plus = text.lastIndexOf('+');
  const name = plus < 0 ? text : text.slice(0, plus);
  const offset = plus < 0 ? 0 : parseNumber(text.slice(plus + 1));
  const isSound = /^[\w$.@]+$/.test(name) && Number.isSafeInteger(offset) && !(row.return && offset !== 0);
  return isSound ? { name, offset } : undefined;
}

function parseKprobe(target: string, row: SectionRow): AttachTarget | undefined {
  const place = parsePlace(target, row);
  if (!place) return undefined;
  const { name, offset } = place;
  return { kind: 'kprobe', function: name, ...(offset ? { offset } : {}), ...entryOrReturn(row) };
}

function parseUprobe(target: string, row: SectionRow): AttachTarget | undefined {
  const [, path, at] = /^([^:]+):(.+)$/.exec(target) ?? [];
  const place = at === undefined ? undefined : parsePlace(at, row);
  if (path === undefined || !place) return undefined;
  const { name, offset } = place;
  const absolute = parseNumber(name);
  const where = Number.isNaN(absolute) ? { symbol: name, offset } : { offset: absolute + offset };
  return { kind: 'uprobe', path, ...where, ...entryOrReturn(row) };
}

function parseUprobeMulti(target: string, row: SectionRow): AttachTarget | undefined {
  const [, path, pattern] = /^([^:]+):(.+)$/.exec(target) ?? [];
  if (path === undefined || pattern === undefined) return undefined;
  return { kind: 'uprobe-multi', path, pattern, ...entryOrReturn(row) };
}

function parseUsdt(target: string): AttachTarget | undefined {
  const [, path, provider, name] = /^([^:]+):([^:]+):([^:]+)$/.exec(target) ?? [];
  if (path === undefined || provider === undefined || name === undefined) return undefined;
  return { kind: 'usdt', path, provider, name };
}

function parseTracepoint(target: string): AttachTarget | undefined {
  const [, category, name] = /^([^/]+)\/(.+)$/.exec(target) ?? [];
  return category === undefined || name === undefined ? undefined : { kind: 'tracepoint', category, name };
}

/**
 * The program's type.
 * @throws UsageError naming the section when its name does not say one.
 */
export function requireProgramType(program: ProgramSpec): ProgramTypeName {
  if (program.type) return program.type;
  throw new UsageError(`program "${program.name}": the section "${program.section}" does not say what type it is of`, {
    hint: 'name the section as libbpf does, as in SEC("xdp") or SEC("tracepoint/syscalls/sys_enter_openat")',
  });
}
