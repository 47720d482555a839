// What lowering hands on: the IR, and what its symbols and CO-RE relocations mean in C.

import type { CoreKind } from '../../btf/index.ts';
import type { CType, FunctionSymbol, Program, Variable } from '../check/types.ts';
import type { IrModule } from '../ir/types.ts';

/** A CO-RE relocation, its type still C's. */
export interface CoreRequest {
  readonly type: CType;
  readonly access: string;
  readonly kind: CoreKind;
}

/** A lowered program. */
export interface LoweredModule {
  readonly ir: IrModule;
  readonly program: Program;
  readonly relocations: readonly CoreRequest[];
  /** Variables and functions by symbol. */
  readonly symbols: ReadonlyMap<string, Variable | FunctionSymbol>;
}

/** Collects relocations, each once. */
export class RelocationTable {
  readonly list: CoreRequest[] = [];
  readonly #byType = new Map<CType, Map<string, number>>();

  add(request: CoreRequest): number {
    const known = this.#byType.get(request.type) ?? new Map<string, number>();
    this.#byType.set(request.type, known);
    const key = `${request.kind} ${request.access}`;
    let index = known.get(key);
    if (index === undefined) {
      index = this.list.push(request) - 1;
      known.set(key, index);
    }
    return index;
  }
}
