// Members, dereferences and what can be assigned to.

import type { Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { errorNode, isPlace } from './conversions.ts';
import { isConst, isPointer, pointee, qualified, qualifiersOf } from './ctypes.ts';
import { memberHint } from './kernel-renames.ts';
import { suggestStruct } from './name-suggestions.ts';
import { OperatorChecker } from './operators.ts';
import { quoteType } from './print-type.ts';
import type { CType, Member, Place, RecordType, Typed } from './types.ts';

/** A member with the anonymous members on the way to it. */
export function findMember(record: RecordType, name: string): Member[] | undefined {
  for (const member of record.layout?.members ?? []) {
    if (member.name === name) return [member];
    const inner = member.name === undefined ? member.type.canonical : undefined;
    if (inner?.kind !== 'record') continue;
    const path = findMember(inner, name);
    if (path) return [member, ...path];
  }
  return undefined;
}

/** All names that members of a record can be reached by. */
export function memberNames(record: RecordType): string[] {
  return (record.layout?.members ?? []).flatMap(({ name, type }) => {
    if (name !== undefined) return [name];
    return type.canonical.kind === 'record' ? memberNames(type.canonical) : [];
  });
}

/** The place a pointer points at; `&x` undone. */
export function dereferenced(pointer: Typed, to: CType, span: Span): Place {
  if (pointer.kind === 'address' && pointer.place.type.canonical === to.canonical)
    return { ...pointer.place, type: to, span };
  return { kind: 'dereference', pointer, type: to, span };
}

type Checked = Place | Typed;

/** Adds access to objects through pointers and names. */
export abstract class MemberChecker extends OperatorChecker {
  /** A place or a value. */
  abstract expression(node: Expression): Place | Typed;

  /** The place an assignment or `&` needs. */
  placeOf(node: Expression, what: string): Place | undefined {
    const checked = this.expression(node);
    if (isPlace(checked) && checked.kind !== 'temporary') return checked;
    if (checked.kind !== 'error') this.diagnostics.error('not-assignable', `${what}`, node.span);
    return undefined;
  }

  modifiablePlace(node: Expression): Place | undefined {
    const place = this.placeOf(node, 'expression is not assignable');
    if (!place) return undefined;
    const { kind } = place.type.canonical;
    if (kind === 'array' || kind === 'function') {
      this.diagnostics.error('not-assignable', `array type ${quoteType(place.type)} is not assignable`, node.span);
      return undefined;
    }
    if (isConst(place.type)) {
      const name = place.kind === 'variable' ? `variable '${place.variable.name}'` : 'expression';
      this.diagnostics.error(
        'const',
        `cannot assign to ${name} with const-qualified type ${quoteType(place.type)}`,
        node.span,
      );
      return undefined;
    }
    return place;
  }

  dereference(pointer: Typed, span: Span): Checked {
    if (pointer.kind === 'error') return pointer;
    const to = pointee(pointer.type);
    if (!to) {
      this.diagnostics.error(
        'indirection',
        `indirection requires pointer operand (${quoteType(pointer.type)} invalid)`,
        span,
      );
      return errorNode(span);
    }
    if (to.canonical.kind === 'function') return { ...pointer, span } as Typed;
    return dereferenced(pointer, to, span);
  }

  arrowObject(pointer: Typed, node: Expression & { readonly kind: 'member' }): Place | undefined {
    const to = pointee(pointer.type);
    if (to) return dereferenced(pointer, to, node.object.span);
    const isRecord = pointer.type.canonical.kind === 'record';
    const hint = isRecord ? "did you mean to use '.'?" : undefined;
    this.diagnostics.error(
      'member-base',
      `member reference type ${quoteType(pointer.type)} is not a pointer`,
      node.span,
      { hint },
    );
    return undefined;
  }

  dotObject(object: Checked, node: Expression & { readonly kind: 'member' }): Place | undefined {
    if (isPointer(object.type)) {
      const message = `member reference type ${quoteType(object.type)} is a pointer`;
      this.diagnostics.error('member-base', message, node.span, { hint: "did you mean to use '->'?" });
      return undefined;
    }
    return isPlace(object) ? object : { kind: 'temporary', value: object, type: object.type, span: object.span };
  }

  memberOf(
    object: Place,
    record: RecordType,
    name: string,
    spans: { readonly name: Span; readonly whole: Span },
  ): Checked {
    if (!record.layout) {
      const hint = record.tag && suggestStruct(record.tag, this.environment.btf?.btf);
      const message = `incomplete definition of type ${quoteType(object.type)}`;
      this.diagnostics.error('incomplete-type', message, spans.whole, { hint });
      return errorNode(spans.whole);
    }
    const path = findMember(record, name);
    if (!path) {
      const hint = memberHint(record.tag, name, memberNames(record));
      this.diagnostics.error(
        'no-member',
        `no member named '${name}' in ${quoteType(record).slice(1, -1).replace(/^/, "'")}'`,
        spans.name,
        { hint },
      );
      return errorNode(spans.whole);
    }
    let place = object;
    for (const member of path) {
      const owner = place.type.canonical as RecordType;
      const type = qualified(member.type, qualifiersOf(place.type) & 3);
      place = { kind: 'member', object: place, member, record: owner, type, span: spans.whole };
    }
    return place;
  }

  warnIndex(index: Typed, length: number | undefined, span: Span): void {
    if (index.kind !== 'constant' || length === undefined || length <= 1) return;
    if (index.value < 0n || index.value > BigInt(length)) {
      const where = index.value < 0n ? 'before the beginning' : 'past the end';
      this.diagnostics.warning(
        'array-bounds',
        `array index ${index.value} is ${where} of the array (that has ${length} elements)`,
        span,
      );
    }
  }
}
