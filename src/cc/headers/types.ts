// What the compiler supplies instead of kernel headers, libbpf's and BCC's: names, found one by one.

import type { BuiltinHeaders } from '../preprocess/types.ts';

/** Declarations by name, asked for when the text uses a name it did not declare. */
export interface BuiltinDeclarations {
  /** C text that declares `name` in file scope (a typedef, `struct name`'s definition by `tag`, a function). */
  declaration(name: string): string | undefined;
  /** C text that defines `struct`, `union` or `enum` `tag`, where neither the text nor BTF has it. */
  tag(tag: string): string | undefined;
  /** Is `name` a typedef that {@link declaration} would declare? Asked by the parser for every unknown name. */
  isTypeName(name: string): boolean;
  /** Is `name` known to be no type, but a function or constant? Saves a search through all of BTF. */
  isValueName(name: string): boolean;
  /** Tag of the kernel's enum that has the enumerator `name`, where the tables know it: saves a search through all of BTF. */
  enumTag(name: string): string | undefined;
  /** Every visible name, for spelling suggestions. */
  names(): Iterable<string>;
}

/** Both sides of `headers/`. */
export interface Headers extends BuiltinHeaders, BuiltinDeclarations {}
