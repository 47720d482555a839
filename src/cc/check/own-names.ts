// What a text defines in file scope, known before it is checked.

import type { Declaration } from '../parse/types.ts';

/** Tags and typedef names that the text defines in file scope. */
export function ownNames(declarations: readonly Declaration[]): {
  readonly tags: Set<string>;
  readonly typedefs: Set<string>;
} {
  const tags = new Set<string>();
  const typedefs = new Set<string>();
  for (const declaration of declarations) {
    if (declaration.kind !== 'variables') continue;
    const { type } = declaration;
    const defines = (type.kind === 'record' && type.members) || (type.kind === 'enum' && type.values);
    if (defines && type.tag !== undefined) tags.add(type.tag);
    if (declaration.storage === 'typedef') for (const { name } of declaration.declarators) typedefs.add(name);
  }
  return { tags, typedefs };
}
