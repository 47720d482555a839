// Bytes to JavaScript values by type.

import { type Endian, FormatError } from '../base/index.ts';
import { closureDecoder } from './closure-decoder.ts';
import { generatedDecoder } from './generate-decoder.ts';
import type { Btf, TypeId } from './types.ts';
import { planValue } from './value-plan.ts';

/** Reads the value at an offset. @throws FormatError when its bytes are not all there. */
export type Decoder = (view: DataView, offset: number) => unknown;

/** How to decode. */
export interface DecoderOptions {
  /** Default: little. */
  readonly endian?: Endian | undefined;
  /** False: never generate code. Default: where it is allowed. */
  readonly generate?: boolean;
}

/**
 * Makes the decoder of a type. Structs and unions become objects (members of anonymous members stand in the outer one;
 * every member of a union is read), arrays arrays, `char[]` strings up to the NUL, enums names (the number where no name
 * has it), integers of 64 and 128 bits and pointers bigint, other integers number, `bool` boolean. A data section becomes
 * an object of its variables.
 * @throws FormatError when the type has no value or is malformed.
 */
export function decoder(btf: Btf, id: TypeId, options: DecoderOptions = {}): Decoder {
  const plan = planValue(btf, id);
  const { endian = 'little', generate = true } = options;
  const decode = (generate ? generatedDecoder(plan, endian) : undefined) ?? closureDecoder(plan, endian);
  const { size } = plan;
  return (view, offset) => {
    if (!(offset >= 0 && offset + size <= view.byteLength))
      throw new FormatError('value', `${size} bytes needed, ${Math.max(0, view.byteLength - offset)} there`, {
        offset,
      });
    return decode(view, offset);
  };
}
