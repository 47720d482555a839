// Plain objects to the bytes of a context.

import { suggest, ValueError } from '../../base/index.ts';
import type { ContextField, ContextLayout } from './layouts.ts';

/** A value of a context's field. */
export type FieldValue = number | bigint | readonly (number | bigint)[];

function put(view: DataView, offset: number, size: number, value: number | bigint): void {
  const bits = BigInt.asUintN(size * 8, BigInt(value));
  if (size === 8) view.setBigUint64(offset, bits, true);
  else if (size === 4) view.setUint32(offset, Number(bits), true);
  else if (size === 2) view.setUint16(offset, Number(bits), true);
  else view.setUint8(offset, Number(bits));
}

function putField(view: DataView, field: ContextField, value: FieldValue, path: string): void {
  const items = typeof value === 'object' ? value : [value];
  const count = field.count ?? 1;
  if (items.length > count) throw new ValueError(path, `has ${items.length} elements, at most ${count} fit`);
  for (const [index, item] of items.entries()) {
    if (typeof item !== 'bigint' && !Number.isSafeInteger(item)) throw new ValueError(path, 'must be an integer');
    put(view, field.offset + index * field.size, field.size, item);
  }
}

/** Finds a field by name; `regs[3]` is an element of an array. */
function fieldOf(layout: ContextLayout, name: string): ContextField | undefined {
  const element = /^(\w+)\[(\d+)\]$/.exec(name);
  if (!element) return layout.fields[name];
  const field = layout.fields[element[1] as string];
  const index = Number(element[2]);
  if (!field || index >= (field.count ?? 1)) return undefined;
  return { offset: field.offset + index * field.size, size: field.size };
}

/** Writes fields into a view of the context. @throws ValueError naming a field there is not, or a value that does not fit. */
export function encodeFields(
  layout: ContextLayout,
  values: Readonly<Record<string, FieldValue>>,
  view: DataView,
): void {
  for (const [name, value] of Object.entries(values)) {
    const field = fieldOf(layout, name);
    if (!field) {
      const near = suggest(name, Object.keys(layout.fields));
      throw new ValueError(`context.${name}`, 'no such field', near ? { hint: `did you mean "${near}"?` } : {});
    }
    putField(view, field, value, `context.${name}`);
  }
}
