// The shape of a parsed expression.

/** Half-open range of UTF-16 offsets in the expression. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Direction qualifier; `default` means none was given. */
export type Direction =
  | 'default'
  | 'src'
  | 'dst'
  | 'src or dst'
  | 'src and dst'
  | 'addr1'
  | 'addr2'
  | 'addr3'
  | 'addr4'
  | 'ra'
  | 'ta';

/** What an id is; `default` means no word was given. */
export type IdType = 'default' | 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'protochain' | 'gateway';

/** The qualifiers in front of an id, inherited by the ids that follow. */
export interface Qualifiers {
  /** Protocol word (`ether` and its like are `link`), or `default`. */
  readonly protocol: string;
  readonly direction: Direction;
  readonly type: IdType;
}

/** A name, number or address. */
export type Id = Range &
  (
    | { readonly form: 'name'; readonly name: string }
    | { readonly form: 'number'; readonly value: number }
    | { readonly form: 'ipv4'; readonly address: string; readonly length?: number; readonly mask?: string }
    | { readonly form: 'ipv6'; readonly address: string; readonly length: number | undefined }
    | { readonly form: 'mac'; readonly address: string }
    | { readonly form: 'arcnet'; readonly address: number }
  );

/** Binary operators of arithmetic. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';

/** Comparison operators. */
export type RelationOperator = '>' | '>=' | '=' | '<' | '<=' | '!=';

/** An arithmetic expression. */
export type Arithmetic = Range &
  (
    | { readonly kind: 'constant'; readonly value: number }
    | { readonly kind: 'length' }
    | { readonly kind: 'load'; readonly protocol: string; readonly offset: Arithmetic; readonly size: number }
    | {
        readonly kind: 'binary';
        readonly operator: ArithmeticOperator;
        readonly left: Arithmetic;
        readonly right: Arithmetic;
      }
    | { readonly kind: 'negate'; readonly operand: Arithmetic }
  );

/** A comparison of a field with a number, as the ATM and SS7 primitives take it. */
export interface FieldTest {
  readonly operator: RelationOperator;
  readonly value: number;
}

/** One or several comparisons joined by `or`, in order. */
export type FieldTests = readonly FieldTest[];

/** A primitive: what can be true or false of a packet by itself. */
export type Primitive = Range &
  (
    | { readonly kind: 'id'; readonly qualifiers: Qualifiers; readonly id: Id }
    | { readonly kind: 'abbreviation'; readonly protocol: string }
    | {
        readonly kind: 'relation';
        readonly operator: RelationOperator;
        readonly left: Arithmetic;
        readonly right: Arithmetic;
      }
    | { readonly kind: 'broadcast' | 'multicast'; readonly protocol: string }
    | { readonly kind: 'less' | 'greater' | 'ifindex'; readonly value: number }
    | { readonly kind: 'byte'; readonly offset: number; readonly operator: string; readonly value: number }
    | { readonly kind: 'inbound' | 'outbound' | 'pppoed' }
    | { readonly kind: 'vlan' | 'mpls' | 'pppoes' | 'geneve'; readonly value: number | undefined }
    | { readonly kind: 'pf-name' | 'pf-action'; readonly field: string; readonly name: string }
    | { readonly kind: 'pf-number'; readonly field: string; readonly value: number }
    | { readonly kind: 'pf-reason'; readonly reason: number | string }
    | {
        readonly kind: 'wlan-type';
        readonly type: number | string | undefined;
        readonly subtype: number | string | undefined;
      }
    | { readonly kind: 'wlan-dir'; readonly direction: number | string }
    | { readonly kind: 'llc'; readonly type: string | undefined }
    | { readonly kind: 'atm-type' | 'atm-multi' | 'mtp2'; readonly type: string }
    | { readonly kind: 'atm-field' | 'mtp3-field'; readonly field: string; readonly tests: FieldTests }
  );

/** A whole expression. Chains are flat: operands of equal precedence from left to right, each joined to all before it. */
export type Expression =
  | {
      readonly kind: 'chain';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: 'and' | 'or'; readonly operand: Expression }[];
    }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'primitive'; readonly primitive: Primitive };

type OfKind<Node, Kind> = Node extends { readonly kind: infer Kinds } ? (Kind extends Kinds ? Node : never) : never;

/** The primitives of one kind. */
export type PrimitiveOf<Kind extends Primitive['kind']> = OfKind<Primitive, Kind>;
