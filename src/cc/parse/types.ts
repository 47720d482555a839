// The syntax tree: C as written, before any meaning is given to names. Made by parse/, read by check/.

import type { Span } from '../preprocess/types.ts';

/** `__attribute__((name(arguments)))`; underscores around the name are removed. */
export interface Attribute {
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly span: Span;
}

/** Qualifiers of a type as bits: 1 const, 2 volatile, 4 restrict. */
export type Qualifiers = number;

interface TypeBase {
  readonly span: Span;
  readonly qualifiers: Qualifiers;
  readonly attributes: readonly Attribute[];
}

/** A member declaration of a struct: one declarator. */
export interface MemberNode {
  /** Undefined: anonymous struct or union, or unnamed bit-field. */
  readonly name: string | undefined;
  readonly type: TypeNode;
  readonly bits: Expression | undefined;
  readonly attributes: readonly Attribute[];
  readonly span: Span;
}

/** `name = value` in an enum. */
export interface EnumeratorNode {
  readonly name: string;
  readonly value: Expression | undefined;
  readonly span: Span;
}

/** A parameter of a function type. */
export interface ParameterNode {
  readonly name: string | undefined;
  readonly type: TypeNode;
  readonly attributes: readonly Attribute[];
  readonly span: Span;
}

/** A type as written. */
export type TypeNode = TypeBase &
  (
    | { readonly kind: 'basic'; readonly name: BasicTypeName }
    | { readonly kind: 'name'; readonly name: string }
    | {
        readonly kind: 'record';
        readonly union: boolean;
        readonly tag: string | undefined;
        readonly members: readonly (MemberNode | StaticAssertNode)[] | undefined;
      }
    | {
        readonly kind: 'enum';
        readonly tag: string | undefined;
        readonly underlying: TypeNode | undefined;
        readonly values: readonly EnumeratorNode[] | undefined;
      }
    | { readonly kind: 'typeof-expression'; readonly expression: Expression }
    | { readonly kind: 'typeof-type'; readonly type: TypeNode }
    | { readonly kind: 'auto' }
    | { readonly kind: 'pointer'; readonly to: TypeNode }
    | { readonly kind: 'array'; readonly of: TypeNode; readonly length: Expression | undefined }
    | {
        readonly kind: 'function';
        readonly returns: TypeNode;
        readonly parameters: readonly ParameterNode[];
        readonly variadic: boolean;
        /** `()` with nothing between. */
        readonly unspecified: boolean;
      }
  );

/** Name of a basic type, in one canonical spelling. */
export type BasicTypeName =
  | 'void'
  | '_Bool'
  | 'char'
  | 'signed char'
  | 'unsigned char'
  | 'short'
  | 'unsigned short'
  | 'int'
  | 'unsigned int'
  | 'long'
  | 'unsigned long'
  | 'long long'
  | 'unsigned long long'
  | '__int128'
  | 'unsigned __int128'
  | 'float'
  | 'double'
  | 'long double'
  | '__builtin_va_list';

/** Binary operators but assignment, `&&`, `||` and the comma. */
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>=';

interface NodeBase {
  readonly span: Span;
}

/** One association of `_Generic`; `type` is undefined for `default`. */
export interface GenericAssociation {
  readonly type: TypeNode | undefined;
  readonly value: Expression;
}

/** A step of a designator or of `offsetof`. */
export type Designator =
  | { readonly kind: 'member'; readonly name: string; readonly span: Span }
  | {
      readonly kind: 'index';
      readonly index: Expression;
      /** GNU range `[first ... last]`. */
      readonly last: Expression | undefined;
      readonly span: Span;
    };

/** An expression as written. */
export type Expression = NodeBase &
  (
    | { readonly kind: 'identifier'; readonly name: string }
    | {
        readonly kind: 'integer';
        readonly value: bigint;
        readonly unsigned: boolean;
        /** Number of `l` in the suffix. */
        readonly long: 0 | 1 | 2;
        readonly decimal: boolean;
      }
    | { readonly kind: 'float'; readonly value: number; readonly single: boolean }
    /** `unit` is the size of a character, `signed` tells `wchar_t` from `char32_t`. */
    | { readonly kind: 'character'; readonly value: number; readonly unit: 1 | 2 | 4; readonly signed: boolean }
    /** `bytes` without the terminating NUL. */
    | { readonly kind: 'string'; readonly bytes: Uint8Array; readonly unit: 1 | 2 | 4; readonly signed: boolean }
    | { readonly kind: 'unary'; readonly op: '+' | '-' | '~' | '!' | '*' | '&'; readonly operand: Expression }
    | {
        readonly kind: 'increment';
        readonly delta: 1 | -1;
        readonly postfix: boolean;
        readonly operand: Expression;
      }
    | {
        readonly kind: 'binary';
        readonly op: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
        readonly opSpan: Span;
      }
    | { readonly kind: 'logical'; readonly op: '&&' | '||'; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'comma'; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: 'assign';
        /** Undefined for plain `=`. */
        readonly op: BinaryOperator | undefined;
        readonly target: Expression;
        readonly value: Expression;
        readonly opSpan: Span;
      }
    | {
        readonly kind: 'conditional';
        readonly condition: Expression;
        /** Undefined for GNU's `a ?: b`. */
        readonly then: Expression | undefined;
        readonly else: Expression;
      }
    | { readonly kind: 'call'; readonly callee: Expression; readonly arguments: readonly Expression[] }
    | {
        readonly kind: 'member';
        readonly object: Expression;
        readonly name: string;
        readonly arrow: boolean;
        readonly nameSpan: Span;
      }
    | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
    | { readonly kind: 'cast'; readonly type: TypeNode; readonly operand: Expression }
    | { readonly kind: 'compound-literal'; readonly type: TypeNode; readonly initializer: Initializer }
    | { readonly kind: 'sizeof-expression'; readonly operand: Expression; readonly alignment: boolean }
    | { readonly kind: 'sizeof-type'; readonly type: TypeNode; readonly alignment: boolean }
    | {
        readonly kind: 'generic';
        readonly control: Expression;
        readonly associations: readonly GenericAssociation[];
      }
    | { readonly kind: 'statement-expression'; readonly body: Statement & { readonly kind: 'block' } }
    | { readonly kind: 'offsetof'; readonly type: TypeNode; readonly path: readonly Designator[] }
    | { readonly kind: 'types-compatible'; readonly left: TypeNode; readonly right: TypeNode }
    /** Stands where an expression could not be parsed; already reported. */
    | { readonly kind: 'error' }
  );

/** An initialiser: an expression or a braced list. */
export type Initializer =
  | { readonly kind: 'expression'; readonly value: Expression; readonly span: Span }
  | {
      readonly kind: 'list';
      readonly items: readonly { readonly designators: readonly Designator[]; readonly value: Initializer }[];
      readonly span: Span;
    };

/** An operand of an inline assembly statement. */
export interface AsmOperand {
  readonly name: string | undefined;
  readonly constraint: string;
  readonly value: Expression;
}

/** A statement as written. */
export type Statement = NodeBase &
  (
    | { readonly kind: 'expression'; readonly value: Expression }
    | { readonly kind: 'empty'; readonly fallthrough: boolean }
    | { readonly kind: 'block'; readonly items: readonly Statement[] }
    | { readonly kind: 'declaration'; readonly declaration: Declaration }
    | {
        readonly kind: 'if';
        readonly condition: Expression;
        readonly then: Statement;
        readonly else: Statement | undefined;
      }
    | { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement; readonly unroll: Unroll }
    | { readonly kind: 'do'; readonly condition: Expression; readonly body: Statement; readonly unroll: Unroll }
    | {
        readonly kind: 'for';
        readonly init: Statement | undefined;
        readonly condition: Expression | undefined;
        readonly step: Expression | undefined;
        readonly body: Statement;
        readonly unroll: Unroll;
      }
    | { readonly kind: 'switch'; readonly value: Expression; readonly body: Statement }
    | {
        readonly kind: 'case';
        readonly value: Expression;
        readonly last: Expression | undefined;
        readonly body: Statement;
      }
    | { readonly kind: 'default'; readonly body: Statement }
    | { readonly kind: 'break' | 'continue' }
    | { readonly kind: 'return'; readonly value: Expression | undefined }
    | { readonly kind: 'goto'; readonly label: string }
    /** GNU's `__label__ a, b;`: labels that belong to the block. */
    | { readonly kind: 'local-labels'; readonly names: readonly string[] }
    | { readonly kind: 'label'; readonly name: string; readonly body: Statement }
    | {
        readonly kind: 'asm';
        readonly template: string;
        readonly volatile: boolean;
        readonly outputs: readonly AsmOperand[];
        readonly inputs: readonly AsmOperand[];
        readonly clobbers: readonly string[];
        readonly labels: readonly string[];
      }
  );

/** What `#pragma unroll` asks of the loop that follows: nothing said, fully, so many times, not at all. */
export type Unroll = 'default' | 'full' | 'disable' | number;

/** Storage class as written. */
export type Storage = 'typedef' | 'extern' | 'static' | 'auto' | 'register' | 'none';

/** One declared name. */
export interface Declarator {
  readonly name: string;
  readonly type: TypeNode;
  readonly attributes: readonly Attribute[];
  readonly initializer: Initializer | undefined;
  /** `asm("name")` or, for a register variable, its register. */
  readonly asmName: string | undefined;
  readonly span: Span;
}

/** `_Static_assert(condition, "message")`. */
export interface StaticAssertNode {
  readonly kind: 'static-assert';
  readonly condition: Expression;
  readonly message: string | undefined;
  readonly span: Span;
}

/** A declaration, or a function definition (`body` set; one declarator). */
export type Declaration =
  | {
      readonly kind: 'variables';
      readonly storage: Storage;
      readonly inline: boolean;
      readonly noreturn: boolean;
      /** The type before the declarators: alone, it declares a tag. */
      readonly type: TypeNode;
      readonly declarators: readonly Declarator[];
      readonly body: (Statement & { readonly kind: 'block' }) | undefined;
      readonly span: Span;
    }
  | StaticAssertNode
  | { readonly kind: 'asm'; readonly text: string; readonly span: Span }
  | { readonly kind: 'pragma'; readonly text: string; readonly span: Span };

/** What the parser must know of names: whether an identifier that no declaration in the text introduced names a type. */
export interface TypeNames {
  isTypeName(name: string): boolean;
  /** The same of names that are too dear to look up unless nothing but a type can stand there: those of modules. */
  isForeignTypeName?(name: string): boolean;
  /** The type that was probably meant by a name that is none. */
  meant?(name: string): MeantType | undefined;
  /** The macro that was probably meant by a name that is none. */
  nearestMacro?(name: string): string | undefined;
}

/** A type by its name or tag. */
export interface MeantType {
  readonly kind: 'struct' | 'union' | 'enum' | 'typedef';
  readonly name: string;
}
