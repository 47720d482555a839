// Makes an error a person can use out of the kernel verifier's log: why, where in the source, and the lines that matter.
// The choice of lines follows cilium/ebpf's rule: the last line, and the one before where the last alone says too little.

import { type SourceLine, VerifierError } from '../base/index.ts';
import type { LineInfo } from '../btf/index.ts';
import type { ProgramSpec } from '../object/index.ts';
import { explainReason } from './verifier-reasons.ts';

/** What the log is about. */
export interface RejectedProgram {
  readonly spec: Pick<ProgramSpec, 'name' | 'type' | 'lines' | 'references' | 'poisoned'>;
  readonly license: string;
  /** Name of a BTF id of the kernel, for messages that give the number only. */
  readonly typeName?: (id: number) => string | undefined;
  readonly cause?: unknown;
  readonly hint?: string | undefined;
}

const excerptLines = 8;
const excerptColumns = 160;

/** Statistics and notes that follow the reason. */
const trailer =
  /^(processed \d+ insns|verification time|stack depth|peak_states|max_states_per_insn|\s*$|insns processed)/;
const instructionLine = /^(\d+): \([0-9a-f]{2}\) /;
const sourceComment = /^; ?(.*?)(?: @ (\S+):(\d+))?$/;
/** What CO-RE relocation and weak functions put into instructions that must not be reached. */
const poisonedCall = /^(?:invalid|unknown) func (?:unknown#)?(\d{9,})/;

/** The parts of a log. */
export interface LogFacts {
  /** The verifier's own words. */
  readonly reason: string;
  /** Slot of the instruction concerned; undefined where the log names none. */
  readonly instruction: number | undefined;
  readonly excerpt: readonly string[];
  /** Source line by the log's own comments. */
  readonly comment: SourceLine | undefined;
}

function needsPreviousLine(line: string): boolean {
  return line.startsWith('\t') || /^R\d/.test(line) || line.startsWith('invalid bpf_context access');
}

/** The part of the log that ends with the reason. */
function relevantLines(log: string): string[] {
  const lines = log.split('\n').map((line) => line.trimEnd());
  while (lines.length > 0 && trailer.test(lines.at(-1) ?? '')) lines.pop();
  return lines;
}

function instructionOf(lines: readonly string[], reason: string): number | undefined {
  const named = /\binsn (\d+)/.exec(reason) ?? /alloc_insn=(\d+)/.exec(reason);
  if (named?.[1]) return Number(named[1]);
  for (let index = lines.length - 1; index >= 0; index--) {
    const match = instructionLine.exec(lines[index] ?? '');
    if (match?.[1]) return Number(match[1]);
  }
  return undefined;
}

function lastComment(lines: readonly string[]): { index: number; source: SourceLine } | undefined {
  for (let index = lines.length - 1; index >= 0; index--) {
    const match = sourceComment.exec(lines[index] ?? '');
    if (!match) continue;
    const [, text = '', file = '', line = '0'] = match;
    return { index, source: { file, line: Number(line), column: 0, text } };
  }
  return undefined;
}

function shorten(line: string): string {
  return line.length > excerptColumns ? `${line.slice(0, excerptColumns - 3)}...` : line;
}

const largestFixedOffset = 1 << 28;

/**
 * `invalid access to map value, value_size=8 off=8 size=4` says more than the line on register bounds after it - but not where
 * the offset is only the largest that an unchecked index could give.
 */
function isSaidBetterBefore(before: string): boolean {
  const offset = /^invalid access to (?:packet|map value|memory|map key),.*\boff=(-?\d+)/.exec(before)?.[1];
  return offset !== undefined && Math.abs(Number(offset)) < largestFixedOffset;
}

/** The reason, which may stand before the last line: a leak's second line only repeats the first. */
function findReason(lines: readonly string[]): string {
  const last = lines.at(-1) ?? '';
  const before = lines.at(-2) ?? '';
  if (/would lead to reference leak/.test(last) && /^Unreleased reference/.test(before)) return before;
  if (isSaidBetterBefore(before)) return before.trim();
  if (last.startsWith('\t')) return `${before.trim()}: ${last.trim()}`;
  return last.trim();
}

/** Takes a verifier log apart. Empty logs give an empty reason. */
export function readVerifierLog(log: string): LogFacts {
  const lines = relevantLines(log);
  const reason = findReason(lines);
  const comment = lastComment(lines);
  const start = Math.max(comment?.index ?? 0, lines.length - excerptLines, 0);
  const needed = needsPreviousLine(lines.at(-1) ?? '') ? 2 : 1;
  const first = Math.min(start, lines.length - needed);
  return {
    reason,
    instruction: instructionOf(lines, reason),
    excerpt: lines.slice(Math.max(0, first)).map(shorten),
    comment: comment?.source,
  };
}

/** The line information that covers a slot. */
function lineOf(lines: readonly LineInfo[], instruction: number): SourceLine | undefined {
  let best: LineInfo | undefined;
  for (const line of lines) {
    if (line.instruction <= instruction && (!best || line.instruction >= best.instruction)) best = line;
  }
  return best && { file: best.file, line: best.line, column: best.column, text: best.text };
}

/** Poisoned instructions have reasons of their own, which the verifier cannot know. */
function explainPoison(facts: LogFacts, { poisoned, references }: RejectedProgram['spec']): string | undefined {
  if (!poisonedCall.test(facts.reason)) return undefined;
  const { instruction } = facts;
  const field = poisoned?.find((entry) => entry.instruction === instruction);
  if (field) {
    return `${field.description} does not exist on this kernel (CO-RE ${field.kind}): test for it with bpf_core_field_exists() or bpf_core_type_exists()`;
  }
  const call = references.find((entry) => entry.kind === 'kfunc' && entry.instruction === instruction);
  if (call && 'extern' in call) {
    return `kernel function ${call.extern} does not exist on this kernel: test for it with bpf_ksym_exists()`;
  }
  return undefined;
}

/** Ids become names where the message has only a number. */
function nameIds(reason: string, typeName: RejectedProgram['typeName']): string {
  if (!typeName) return reason;
  return reason.replace(/\b(btf_id|func_id|kernel btf_id) (\d+)/g, (text, what: string, id: string) => {
    const name = typeName(Number(id));
    return name ? `${what} ${id} (${name})` : text;
  });
}

function summaryOf(facts: LogFacts, rejected: RejectedProgram): string {
  const poison = explainPoison(facts, rejected.spec);
  if (poison) return poison;
  const context = { programType: rejected.spec.type ?? 'unknown', license: rejected.license };
  const reason = nameIds(facts.reason, rejected.typeName);
  const plain = explainReason(facts.reason, context);
  return plain ? `${plain} [${reason}]` : reason || 'the verifier gave no reason';
}

/** The error for a refused program. */
export function verifierError(log: string, rejected: RejectedProgram): VerifierError {
  const facts = readVerifierLog(log);
  const fromLines = facts.instruction === undefined ? undefined : lineOf(rejected.spec.lines, facts.instruction);
  const comment = facts.comment?.file ? facts.comment : undefined;
  return new VerifierError({
    program: rejected.spec.name,
    summary: summaryOf(facts, rejected),
    excerpt: facts.excerpt,
    log,
    source: fromLines ?? comment,
    cause: rejected.cause,
    hint: rejected.hint,
  });
}
