import type { Typed, TypedAsmOperand, TypedStatement } from '../check/types.ts';
import { makeInstruction } from '../ir/build.ts';
import type { Value } from '../ir/types.ts';
import { BuiltinLowering } from './builtins.ts';
import { type Address, irType, isRegister } from './places.ts';

/** Adds inline assembly. */
export abstract class AsmLowering extends BuiltinLowering {
  /** Inline assembly: operands to registers, at most one result (any number where the text is empty). */
  asm(node: TypedStatement & { readonly kind: 'asm' }): void {
    if (node.labels.length > 0) {
      this.context.diagnostics.error('asm', "'asm goto' is not supported", node.span);
      return;
    }
    if (node.template.trim() === '') {
      this.barrier(node);
      return;
    }
    const registers = node.outputs.filter(({ constraint }) => !isMemory(constraint));
    if (registers.length > 1) {
      this.context.diagnostics.error('asm', 'inline assembly with more than one output is not supported', node.span);
      return;
    }
    const operands: { readonly operand: TypedAsmOperand; readonly text: string }[] = [];
    const args: Value[] = [];
    let tied = -1;
    for (const operand of node.outputs) {
      if (isMemory(operand.constraint)) operands.push({ operand, text: this.memoryOperand(operand, args) });
      else {
        if (operand.constraint.startsWith('+'))
          tied = args.push(this.load(operand.place as never, operand.place?.type as never)) - 1;
        operands.push({ operand, text: '$out' });
      }
    }
    for (const operand of node.inputs) {
      const digit = /^\d+$/.exec(operand.constraint);
      if (digit && operand.value) {
        tied = args.push(this.value(operand.value)) - 1;
        operands.push({ operand, text: '$out' });
      } else if (!operand.value) operands.push({ operand, text: this.memoryOperand(operand, args) });
      else operands.push({ operand, text: `$${args.push(this.asmInput(operand)) - 1}` });
    }
    this.emitAsm(node, registers[0], { operands, args, tied });
  }

  emitAsm(
    node: TypedStatement & { readonly kind: 'asm' },
    output: TypedAsmOperand | undefined,
    {
      operands,
      args,
      tied,
    }: {
      readonly operands: readonly { readonly operand: TypedAsmOperand; readonly text: string }[];
      readonly args: Value[];
      readonly tied: number;
    },
  ): void {
    const { builder } = this;
    const template = node.template.replace(
      /%(?:(%)|(w?)(?:(\d+)|\[(\w+)\])|=)/g,
      // biome-ignore lint/complexity/useMaxParams: the groups of the pattern
      (whole, percent: string, width: string, number: string, name: string) => {
        if (percent) return '%';
        const index = name === undefined ? Number(number) : operands.findIndex(({ operand }) => operand.name === name);
        const found = operands[index];
        return found ? (width ? found.text.replace('$', '$w') : found.text) : whole;
      },
    );
    const type = output?.place ? irType(output.place.type) : 'void';
    const clobbers = node.clobbers.flatMap((name) => (/^[rw]\d$/.test(name) ? Number(name.slice(1)) : []));
    const memory = node.clobbers.includes('memory') || template.includes('*(');
    const fields = { type, template, volatile: node.volatile, tied, memory, clobbers, span: node.span } as const;
    const result = builder.append(makeInstruction(builder.fn, 'asm', args, fields));
    if (output?.place) this.assign(output.place, result, output.place.type);
  }

  asmInput(operand: TypedAsmOperand): Value {
    const value = operand.value as Typed;
    const mustBeConstant = /[in]/.test(operand.constraint) && !/[rg]/.test(operand.constraint);
    if (mustBeConstant && value.kind !== 'constant') {
      this.context.diagnostics.error(
        'asm',
        `constraint '${operand.constraint}' expects an integer constant expression`,
        value.span,
      );
    }
    const result = this.value(value);
    const isAggregate = !isRegister(value.type);
    if (isAggregate) return result;
    if (result.kind === 'constant' && !mustBeConstant && !operand.constraint.includes('i'))
      return this.builder.opaque(result);
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

function isMemory(constraint: string): boolean {
  return /[mo]/.test(constraint) && !/[r]/.test(constraint);
}
