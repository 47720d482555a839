// C's comparisons of constants: of integers in expressions and in `#if`, of floating-point numbers.

/** An operator that compares. */
export type ComparisonOperator = '==' | '!=' | '<' | '>' | '<=' | '>=';

/** Whether two numbers of one kind are so. */
type Relation = <T extends bigint | number>(a: T, b: T) => boolean;

/** Each comparison by its operator. */
export const relations: Readonly<Record<ComparisonOperator, Relation>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

export function isComparison(op: string): op is ComparisonOperator {
  return op in relations;
}
