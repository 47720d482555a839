// Helpers that the kernel will refuse: not for this type of program, not without a GPL-compatible licence, not where it cannot sleep.

import { type HelperRow, helperGroups, helperRestrictions, programFlags, programHelpers } from '../../spec/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { IrFunction } from '../ir/types.ts';
import type { LoweredModule } from '../lower/module.ts';
import { callsOf, functionsOf, helperOf, type LintedProgram, programsOf } from './programs.ts';

const sleepable = programFlags.find(({ name }) => name === 'sleepable')?.value ?? 0;

/** `license_is_gpl_compatible()` of the kernel (include/linux/license.h, v6.18). */
const compatibleLicenses: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

/** Says which calls of helpers the kernel will not accept. */
export function checkHelpers(module: LoweredModule, diagnostics: Diagnostics): void {
  for (const program of programsOf(module)) {
    const called = functionsOf(program, module, false);
    for (const fn of functionsOf(program, module, true))
      checkCalls(fn, { program, isCallback: !called.has(fn), license: module.program.license }, diagnostics);
  }
}

interface Surroundings {
  readonly program: LintedProgram;
  readonly isCallback: boolean;
  readonly license: string | undefined;
}

function checkCalls(fn: IrFunction, { program, isCallback, license }: Surroundings, diagnostics: Diagnostics): void {
  for (const call of callsOf(fn)) {
    const row = helperOf(call);
    if (!row) continue;
    const problem =
      availability(row, program) ?? licensing(row, license) ?? (isCallback ? undefined : sleeping(row, program));
    if (!problem) continue;
    const { code, message, hint } = problem;
    diagnostics.warning(code, message, call.span as never, { hint, inMacros: true });
  }
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

function titleOf({ symbol }: LintedProgram): string {
  return `program '${symbol.name}' (SEC("${symbol.section}"))`;
}

function availability(row: HelperRow, program: LintedProgram): Problem | undefined {
  if (isAvailable(row, program.kind)) return undefined;
  const message = `helper 'bpf_${row.name}' cannot be called from ${titleOf(program)}`;
  return { code: 'helper-unavailable', message };
}

function licensing(row: HelperRow, license: string | undefined): Problem | undefined {
  if (!row.gpl || compatibleLicenses.has(license ?? '')) return undefined;
  const found = license ? `the licence is '${license}'` : 'there is no licence';
  return {
    code: 'gpl-only-helper',
    message: `helper 'bpf_${row.name}' is for programs with a GPL-compatible licence only; ${found}`,
    hint: 'declare one: char LICENSE[] SEC("license") = "GPL";',
  };
}

function sleeping(row: HelperRow, program: LintedProgram): Problem | undefined {
  const { kind } = program;
  const maySleep = (kind.flags & sleepable) !== 0 || kind.type === 'syscall' || kind.type === undefined;
  if (!row.sleeps || maySleep) return undefined;
  return {
    code: 'sleeping-helper',
    message: `helper 'bpf_${row.name}' may sleep, ${titleOf(program)} may not`,
    hint: 'only sections with .s, such as fentry.s and lsm.s, may sleep',
  };
}

/** Programs of struct_ops and extensions may call what their place in the kernel allows: not known here. */
function isAvailable(row: HelperRow, { type, attachType }: LintedProgram['kind']): boolean {
  if (type === undefined || type === 'struct_ops' || type === 'ext') return true;
  const { groups, helpers: more } = programHelpers[type];
  const lists: readonly (readonly string[])[] = [...groups.map((group) => helperGroups[group]), more];
  if (!lists.some((list) => list.includes(row.name))) return false;
  const rule = helperRestrictions.find(
    ({ programType, helpers: names }) => programType === type && (names as readonly string[]).includes(row.name),
  );
  return rule === undefined || attachType === undefined || rule.attachTypes.includes(attachType);
}
