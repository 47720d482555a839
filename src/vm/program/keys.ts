// The name under which an instruction's behaviour is registered in each engine.

import type { EbpfRow } from '../../isa/index.ts';

/** Operation and width, as in `add64`, `load8`, `movsx8to64`; `lddw` for every 64-bit immediate. */
function handlerKey(row: EbpfRow): string {
  if (row.form === 'load-imm64') return 'lddw';
  if (row.operation === 'movsx') return `movsx${row.width}to${row.class === 'alu64' ? 64 : 32}`;
  return row.width === 0 ? row.operation : `${row.operation}${row.width}`;
}

/** The keys of rows, computed once per row. */
export function keyTable<T>(handlers: Readonly<Record<string, T>>): (row: EbpfRow) => T | undefined {
  const cache = new Map<EbpfRow, T | undefined>();
  return (row) => {
    if (!cache.has(row)) cache.set(row, handlers[handlerKey(row)]);
    return cache.get(row);
  };
}
