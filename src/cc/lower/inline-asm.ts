// Inline assembly: operands to registers, results back to variables.

import type { Typed, TypedAsmOperand, TypedStatement } from '../check/types.ts';
import { makeInstruction, symbolAddress } from '../ir/build.ts';
import type { Block, Value } from '../ir/types.ts';
import { BuiltinLowering } from './builtins.ts';
import { type Address, irType, isRegister } from './places.ts';

type AsmNode = TypedStatement & { readonly kind: 'asm' };

/** What an asm statement becomes, while its operands are gone through. */
interface Assembly {
  readonly node: AsmNode;
  /** How each operand is written in the template. */
  readonly texts: string[];
  readonly args: Value[];
  /** Argument that shares the result's register, -1 for none. */
  tied: number;
  /** The output that is the instruction's result. */
  result: TypedAsmOperand | undefined;
  /** Further outputs: in registers of their own, which the text leaves in memory. */
  readonly others: { readonly operand: TypedAsmOperand; readonly register: number; readonly home: Value }[];
  readonly before: string[];
  readonly after: string[];
}

/** Functions and variables that the text itself names: `call sub`, `r1 = map ll`. */
const symbolName = /(\bcall\s+|=\s*)([A-Za-z_]\w*)(\s*(?:;|\n|$)|\s+ll\b)/g;

/** How bpf_experimental.h spells `may_goto` for assemblers that do not know it. */
const mayGotoBytes = /(\d+):\s*\.byte 0xe5;\s*\.byte 0;\s*\.long \(\((%l\S+) - \1b - 8\) \/ 8\) & 0xffff;\s*\.short 0/g;

/** Adds inline assembly. */
export abstract class AsmLowering extends BuiltinLowering {
  abstract label(name: string): Block;

  asm(node: AsmNode): void {
    if (node.template.trim() === '' && node.labels.length === 0) {
      this.barrier(node);
      return;
    }
    const assembly: Assembly = {
      node,
      texts: [],
      args: [],
      tied: -1,
      result: undefined,
      others: [],
      before: [],
      after: [],
    };
    for (const operand of node.outputs) this.asmOutput(operand, assembly);
    for (const operand of node.inputs) assembly.texts.push(this.asmInputText(operand, assembly));
    this.emitAsm(assembly);
  }

  asmOutput(operand: TypedAsmOperand, assembly: Assembly): void {
    const { texts, args, before, after, others } = assembly;
    if (isMemory(operand.constraint)) {
      texts.push(this.memoryOperand(operand, args));
      return;
    }
    const current = operand.constraint.startsWith('+')
      ? this.load(operand.place as never, operand.place?.type as never)
      : undefined;
    if (!assembly.result && assembly.node.labels.length === 0) {
      assembly.result = operand;
      if (current) assembly.tied = args.push(current) - 1;
      texts.push('$out');
      return;
    }
    const register = freeRegister(assembly);
    if (register === undefined) {
      this.context.diagnostics.error('asm', 'inline assembly with too many outputs', assembly.node.span);
      return;
    }
    const home = this.builder.alloca(8, 8, 'asm');
    if (current) before.push(`r${register} = $i${args.push(current) - 1}`);
    after.push(`*(u64 *)($${args.push(home) - 1} + 0) = r${register}`);
    others.push({ operand, register, home });
    texts.push(`r${register}`);
  }

  /** How an input is written: as the output it is tied to, as memory, or as an argument. */
  asmInputText(operand: TypedAsmOperand, assembly: Assembly): string {
    const { args, texts, before } = assembly;
    if (!operand.value) return this.memoryOperand(operand, args);
    if (!/^\d+$/.test(operand.constraint)) {
      const arg = this.asmInput(operand);
      return `${referenceTo(arg, operand)}${args.push(arg) - 1}`;
    }
    const text = texts[Number(operand.constraint)] ?? '$out';
    const index = args.push(this.value(operand.value)) - 1;
    if (text === '$out') assembly.tied = index;
    else before.push(`${text} = $i${index}`);
    return text;
  }

  /** The template with the operands' places in it. */
  asmTemplate({ node, texts, args, before, after }: Assembly): string {
    const operands = [...node.outputs, ...node.inputs];
    const body = node.template
      .replace(mayGotoBytes, 'may_goto $2')
      .replace(/%l(?:(\d+)|\[(\w+)\])/g, (_, number: string, name: string) => {
        const index = name ? node.labels.findIndex((label) => label.name === name) : Number(number) - operands.length;
        return `$l${index + 1}`;
      })
      .replace(
        /%(?:(%)|(w?)(?:(\d+)|\[(\w+)\])|=)/g,
        // biome-ignore lint/complexity/useMaxParams: the groups of the pattern
        (whole, percent: string, width: string, number: string, name: string) => {
          if (percent) return '%';
          // A number of the text's own: labels are seen nowhere else.
          if (whole === '%=') return '0';
          const text = texts[name === undefined ? Number(number) : operands.findIndex((row) => row.name === name)];
          return text === undefined ? whole : width ? text.replace('$', '$w').replace(/^r/, 'w') : text;
        },
      );
    const linked = body.replace(symbolName, (whole, before: string, name: string, after: string) =>
      this.context.isSymbol(name) ? `${before}$s${args.push(symbolAddress(name)) - 1}${after}` : whole,
    );
    return [...before, linked, ...after].join('\n');
  }

  emitAsm(assembly: Assembly): void {
    const { builder } = this;
    const { node, args, tied, result, others } = assembly;
    const template = this.asmTemplate(assembly);
    const clobbers = [...clobberedRegisters(node), ...others.map(({ register }) => register)];
    if (node.labels.length > 0) {
      builder.asmGoto(
        { template, clobbers },
        args,
        node.labels.map(({ label }) => this.label(label)),
      );
      this.asmOutputs(others);
      return;
    }
    const type = result?.place ? irType(result.place.type) : 'void';
    const memory = node.clobbers.includes('memory') || template.includes('*(');
    const fields = { type, template, volatile: node.volatile, tied, memory, clobbers, span: node.span } as const;
    const value = builder.append(makeInstruction(builder.fn, 'asm', args, fields));
    if (result?.place) this.assign(result.place, value, result.place.type);
    this.asmOutputs(others);
  }

  /** What the text has left in memory goes to its variables. */
  asmOutputs(others: Assembly['others']): void {
    const { builder } = this;
    for (const { operand, home } of others) {
      if (!operand.place) continue;
      const from = { base: home, offset: 0, relocation: undefined, volatile: false };
      const wanted = irType(operand.place.type);
      const word = builder.load(from, wanted === 'ptr' ? 'ptr' : 'i64', { width: 8, signed: false });
      this.assign(operand.place, wanted === 'i32' ? builder.convert('trunc', word) : word, operand.place.type);
    }
  }

  asmInput(operand: TypedAsmOperand): Value {
    const value = operand.value as Typed;
    const mustBeConstant = isImmediate(operand);
    const result = this.value(value);
    if (mustBeConstant && result.kind !== 'constant' && result.kind !== 'symbol') {
      this.context.diagnostics.error(
        'asm',
        `constraint '${operand.constraint}' expects an integer constant expression`,
        value.span,
      );
    }
    return result;
  }

  memoryOperand(operand: TypedAsmOperand, args: Value[]): string {
    const address = this.address(operand.place as never);
    return `($${args.push(this.pointer(address)) - 1} + 0)`;
  }

  /** Empty text: each operand goes through a register that nobody looks into. */
  barrier(node: TypedStatement & { readonly kind: 'asm' }): void {
    const { builder } = this;
    const isFence = node.clobbers.includes('memory') || node.outputs.length === 0;
    const escaped: Value[] = [];
    for (const operand of node.outputs) {
      const { place, constraint } = operand;
      if (!place) continue;
      const address = (): Address => this.address(place);
      if (isMemory(constraint) || !isRegister(place.type)) escaped.push(this.pointer(address()));
      else {
        const index = node.outputs.indexOf(operand);
        const tied = node.inputs.find((input) => input.constraint === String(index))?.value;
        const before = tied ? this.convert(this.value(tied), tied.type, place.type) : this.load(place, place.type);
        this.assign(place, builder.opaque(before), place.type);
      }
    }
    for (const input of node.inputs) {
      if (/^\d+$/.test(input.constraint)) continue;
      if (input.value) escaped.push(this.value(input.value));
      else if (input.place) escaped.push(this.pointer(this.address(input.place)));
    }
    if (!isFence && escaped.length === 0) return;
    const fields = {
      type: 'void',
      template: '',
      volatile: true,
      tied: -1,
      memory: isFence,
      clobbers: [],
      span: node.span,
    } as const;
    builder.append(makeInstruction(builder.fn, 'asm', escaped, fields));
  }
}

function clobberedRegisters({ clobbers }: AsmNode): number[] {
  return clobbers.flatMap((name) => (/^[rw]\d$/.test(name) ? Number(name.slice(1)) : []));
}

/** A scratch register that neither the text nor another output names. */
function freeRegister({ node, others }: Assembly): number | undefined {
  const taken = [...clobberedRegisters(node), ...others.map(({ register }) => register)];
  return [5, 4, 3, 2, 1, 0].find(
    (register) => !taken.includes(register) && !new RegExp(`[rw]${register}\\b`).test(node.template),
  );
}

function isImmediate({ constraint }: TypedAsmOperand): boolean {
  return /[in]/.test(constraint) && !/[rg]/.test(constraint);
}

/** How the template refers to an argument: linked, as a number if it turns out to be one, in a register. */
function referenceTo(arg: Value, operand: TypedAsmOperand): string {
  if (isImmediate(operand)) return arg.kind === 'symbol' ? '$s' : '$i';
  return /[ing]/.test(operand.constraint) ? '$i' : '$';
}

function isMemory(constraint: string): boolean {
  return /[mo]/.test(constraint) && !/[r]/.test(constraint);
}
