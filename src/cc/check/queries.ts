// Questions about types that the compiler answers: sizeof, _Alignof, offsetof, _Generic.

import type { Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { constantNode, convert, errorNode, isPlace, toIndex } from './conversions.ts';
import { alignOf, compatible, pointerTo, qualifiersOf, sizeOf, unsignedLongType, voidType } from './ctypes.ts';
import { dereferenced, MemberChecker } from './members.ts';
import { quoteType } from './print-type.ts';
import type { CType, Place, Typed } from './types.ts';

type Checked = Place | Typed;

/** Byte offset of a place below a null pointer: a constant, or computed where an index is not. */
function offsetNode(place: Place, span: Span): Typed {
  const offset = constantOffset(place);
  if (offset !== undefined) return constantNode(unsignedLongType, offset, span);
  return convert({ kind: 'address', place, type: pointerTo(voidType), span }, unsignedLongType);
}

/** Constant byte offset of a place from the object at its root. */
export function constantOffset(place: Place): number | undefined {
  if (place.kind === 'member') {
    const base = constantOffset(place.object);
    return base === undefined ? undefined : base + place.member.offset;
  }
  if (place.kind === 'element') {
    const base = constantOffset(place.array);
    if (base === undefined || place.index.kind !== 'constant') return undefined;
    return base + Number(BigInt.asIntN(64, place.index.value)) * (sizeOf(place.type) ?? 1);
  }
  return place.kind === 'dereference' && place.pointer.kind === 'constant' ? Number(place.pointer.value) : undefined;
}

function exactly(a: CType, b: CType): boolean {
  return (
    compatible(a, b) &&
    (a.canonical.kind !== 'enum' || a.canonical === b.canonical || true) &&
    qualifiersOf(a) === qualifiersOf(b)
  );
}

/** Adds what asks about types. */
export abstract class QueryChecker extends MemberChecker {
  sizeOfType(type: CType, alignment: boolean, span: Span): Typed {
    if (alignment) return constantNode(unsignedLongType, alignOf(type), span);
    const { kind } = type.canonical;
    const size = kind === 'void' || kind === 'function' ? 1 : sizeOf(type);
    if (size === undefined) {
      this.diagnostics.error(
        'incomplete-type',
        `invalid application of 'sizeof' to an incomplete type ${quoteType(type)}`,
        span,
      );
    }
    return constantNode(unsignedLongType, size ?? 1, span);
  }

  sizeOfExpression(node: Expression & { readonly kind: 'sizeof-expression' }): Typed {
    const checked = this.expression(node.operand);
    if (checked.kind === 'error') return errorNode(node.span);
    if (checked.kind === 'member' && checked.member.bits && !node.alignment) {
      this.diagnostics.error('sizeof', "invalid application of 'sizeof' to bit-field", node.span);
    }
    if (node.alignment && checked.kind === 'variable' && checked.variable.align > 0) {
      return constantNode(unsignedLongType, Math.max(checked.variable.align, alignOf(checked.type)), node.span);
    }
    return this.sizeOfType(checked.type, node.alignment, node.span);
  }

  generic(node: Expression & { readonly kind: 'generic' }): Checked {
    const control = this.rvalue(node.control);
    let fallback: Expression | undefined;
    for (const { type, value } of node.associations) {
      if (!type) fallback = value;
      else if (exactly(this.resolveType(type), control.type)) return this.expression(value);
    }
    if (fallback) return this.expression(fallback);
    if (control.kind !== 'error') {
      const message = `controlling expression type ${quoteType(control.type)} not compatible with any generic association type`;
      this.diagnostics.error('generic', message, node.span);
    }
    return errorNode(node.span);
  }

  offsetOf(node: Expression & { readonly kind: 'offsetof' }): Checked {
    const type = this.resolveType(node.type);
    const null_ = constantNode(pointerTo(type), 0n, node.span);
    let place: Checked = dereferenced(null_, type, node.span);
    for (const step of node.path) {
      if (!isPlace(place)) return place;
      const t: CType['canonical'] = place.type.canonical;
      if (step.kind === 'member' && t.kind === 'record') {
        place = this.memberOf(place, t, step.name, { name: step.span, whole: node.span });
      } else if (step.kind === 'index' && t.kind === 'array') {
        place = { kind: 'element', array: place, index: toIndex(this.rvalue(step.index)), type: t.of, span: node.span };
      } else {
        this.diagnostics.error(
          'offsetof',
          `offsetof requires a struct, union or array, not ${quoteType(place.type)}`,
          step.span,
        );
        return errorNode(node.span);
      }
    }
    if (!isPlace(place)) return place;
    return offsetNode(place, node.span);
  }
}
