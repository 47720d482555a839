// Initialisers (C11 6.7.9): braces left out, designators, strings, nested lists; as a list of stores.

import { suggest } from '../../base/index.ts';
import { isBuiltin } from '../diagnostics.ts';
import type { Designator, Expression, Initializer } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { movedBits } from './bit-units.ts';
import { CallChecker } from './calls.ts';
import { errorNode, isPlace, rvalueOf } from './conversions.ts';
import { arrayOf, compatible, integerOf, isComplete, isInteger, sizeOf, unqualified } from './ctypes.ts';
import { findMember, memberNames } from './members.ts';
import { quoteType } from './print-type.ts';
import { temporary } from './temporaries.ts';
import type {
  CType,
  LocalInitial,
  LocalStore,
  Member,
  Place,
  RecordType,
  StaticData,
  Typed,
  Variable,
} from './types.ts';

/** A part of the object being initialised. */
interface Slot {
  readonly type: CType;
  readonly offset: number;
  readonly bits: Member['bits'];
}

/** A place inside an aggregate that the next item goes to. */
interface Cursor {
  readonly slot: Slot;
  index: number;
}

/** An initialiser as the stores it makes, and the type it completes. */
export interface CheckedInitializer {
  readonly type: CType;
  readonly zero: boolean;
  readonly stores: readonly LocalStore[];
}

interface Work {
  readonly stores: LocalStore[];
  /** Longest index reached in an array of unknown length. */
  length: number;
  readonly items: readonly { readonly designators: readonly Designator[]; readonly value: Initializer }[];
  at: number;
}

/** Items allowed by ranges such as `[0 ... 100000] = x`. */
const RANGE_LIMIT = 1 << 16;

/** Adds initialisers and compound literals. */
export abstract class InitializerChecker extends CallChecker {
  abstract staticData(type: CType, initial: CheckedInitializer, span: Span): StaticData;
  abstract staticVariable(name: string, type: CType, span: Span): Variable;

  /** Checks an initialiser for an object of `type`. */
  initializer(type: CType, node: Initializer): CheckedInitializer {
    const isAggregate = type.canonical.kind === 'array' || type.canonical.kind === 'record';
    const stores: LocalStore[] = [];
    if (node.kind === 'list') {
      if (!isAggregate) return this.#scalarList(type, node);
      const length = this.#list({ type, offset: 0, bits: undefined }, node, stores);
      return { type: completed(type, length), zero: true, stores };
    }
    const literal = this.#stringFor(type, node.value);
    if (literal) return this.#wholeString(type, literal);
    if (type.canonical.kind === 'array') {
      const value = this.expression(node.value);
      if (isPlace(value) && value.kind === 'compound-literal' && compatible(type, value.type)) {
        const load: Typed = { kind: 'load', place: value, type: value.type, span: node.span };
        return {
          type: value.type,
          zero: false,
          stores: [{ offset: 0, bits: undefined, type: value.type, value: load }],
        };
      }
      this.diagnostics.error(
        'array-initializer',
        'array initializer must be an initializer list or string literal',
        node.span,
      );
      return { type, zero: true, stores };
    }
    const value = this.assignable(this.rvalue(node.value), unqualified(type), 'initializing');
    return { type, zero: false, stores: [{ offset: 0, bits: undefined, type, value }] };
  }

  #scalarList(type: CType, node: Initializer & { readonly kind: 'list' }): CheckedInitializer {
    const first = node.items[0];
    if (!first) return { type, zero: true, stores: [] };
    if (node.items.length > 1)
      this.diagnostics.warning('excess-initializers', 'excess elements in scalar initializer', node.span);
    return this.initializer(type, first.value);
  }

  #wholeString(type: CType, literal: Place & { readonly kind: 'string' }): CheckedInitializer {
    const array = type.canonical as CType & { readonly kind: 'array' };
    const whole = array.length === undefined ? arrayOf(array.of, literal.bytes.length / (sizeOf(array.of) ?? 1)) : type;
    return { type: whole, zero: false, stores: [stringStore(literal, whole, 0)] };
  }

  /** The literal, where `node` is a string that initialises an array of its characters as a whole. */
  #stringFor(type: CType, node: Expression): (Place & { readonly kind: 'string' }) | undefined {
    const array = type.canonical;
    if (array.kind !== 'array' || node.kind !== 'string') return undefined;
    const element = integerOf(array.of);
    if (!element || element.size !== node.unit || !isInteger(array.of)) return undefined;
    const place = this.expression(node) as Place & { readonly kind: 'string' };
    if (array.length !== undefined && node.bytes.length > array.length * element.size) {
      this.diagnostics.warning('excess-initializers', 'initializer-string for char array is too long', node.span);
    }
    return place;
  }

  /** A braced list for an aggregate; returns the length an array of unknown length gets. */
  #list(slot: Slot, node: Initializer & { readonly kind: 'list' }, stores: LocalStore[]): number {
    const isQuiet = isBuiltin(node.span);
    if (isQuiet) this.diagnostics.muted++;
    try {
      return this.#items(slot, node, stores);
    } finally {
      if (isQuiet) this.diagnostics.muted--;
    }
  }

  #items(slot: Slot, node: Initializer & { readonly kind: 'list' }, stores: LocalStore[]): number {
    const only = node.items[0];
    if (node.items.length === 1 && only && only.designators.length === 0 && only.value.kind === 'expression') {
      const literal = this.#stringFor(slot.type, only.value.value);
      if (literal) {
        const { type } = this.#wholeString(slot.type, literal);
        stores.push(stringStore(literal, type, slot.offset));
        return (type.canonical as CType & { readonly kind: 'array' }).length ?? 0;
      }
    }
    const work: Work = { stores, length: 0, items: node.items, at: 0 };
    this.#fill(slot, work, true);
    if (work.at < node.items.length) {
      const what =
        slot.type.canonical.kind === 'array' ? 'array' : (slot.type.canonical as RecordType).union ? 'union' : 'struct';
      this.diagnostics.warning(
        'excess-initializers',
        `excess elements in ${what} initializer`,
        node.items[work.at]?.value.span,
      );
    }
    return work.length;
  }

  /** Fills an aggregate from the items; `braced`: designators speak of this aggregate. */
  #fill(slot: Slot, work: Work, braced: boolean): void {
    const cursor: Cursor = { slot, index: 0 };
    const isUnion = slot.type.canonical.kind === 'record' && slot.type.canonical.union;
    while (work.at < work.items.length) {
      const item = work.items[work.at] as Work['items'][number];
      if (item.designators.length > 0) {
        if (!braced) return;
        work.at++;
        if (!this.#designated(cursor, item, work)) continue;
      } else {
        const next = this.#slotAt(cursor);
        if (!next) return;
        this.#item(next, work);
        cursor.index++;
      }
      if (braced && slot.type.canonical.kind === 'array') work.length = Math.max(work.length, cursor.index);
      if (isUnion && !braced) return;
      if (isUnion) cursor.index = Number.POSITIVE_INFINITY;
    }
  }

  #slotAt({ slot, index }: Cursor): Slot | undefined {
    const t = slot.type.canonical;
    if (t.kind === 'array') {
      if (t.length !== undefined && index >= t.length) return undefined;
      return { type: t.of, offset: slot.offset + index * (sizeOf(t.of) ?? 0), bits: undefined };
    }
    const member = t.kind === 'record' ? t.layout?.members[index] : undefined;
    return member && memberSlot(slot, member);
  }

  /** The next item (or several, braces left out) for `slot`. */
  #item(slot: Slot, work: Work): void {
    const { value } = work.items[work.at] as Work['items'][number];
    const t = slot.type.canonical;
    const isAggregate = t.kind === 'array' || t.kind === 'record';
    if (value.kind === 'list') {
      work.at++;
      if (isAggregate) {
        dropStores(work.stores, slot);
        this.#list(slot, value, work.stores);
      } else
        for (const store of this.#scalarList(slot.type, value).stores)
          work.stores.push({ ...store, offset: slot.offset, bits: slot.bits });
      return;
    }
    const literal = this.#stringFor(slot.type, value.value);
    if (literal) {
      work.at++;
      work.stores.push(stringStore(literal, slot.type, slot.offset));
      return;
    }
    if (!isAggregate) {
      work.at++;
      this.#scalar(slot, this.rvalue(value.value), work);
      return;
    }
    this.#aggregateItem(slot, value.value, work);
  }

  #aggregateItem(slot: Slot, node: Expression, work: Work): void {
    const checked = this.expression(node);
    if (slot.type.canonical.kind === 'record' && compatible(unqualified(slot.type), unqualified(checked.type))) {
      work.at++;
      work.stores.push({ offset: slot.offset, bits: undefined, type: slot.type, value: rvalueOf(checked) });
      return;
    }
    const members = slot.type.canonical;
    if (
      (members.kind === 'record' && (members.layout?.members.length ?? 0) === 0) ||
      (members.kind === 'array' && members.length === 0)
    ) {
      work.at++;
      return;
    }
    this.#fill(slot, work, false);
  }

  #scalar(slot: Slot, value: Typed, work: Work): void {
    const checked = this.assignable(value, unqualified(slot.type), 'initializing');
    work.stores.push({ offset: slot.offset, bits: slot.bits, type: slot.type, value: checked });
  }

  /** `.a.b[3] = value`; leaves the cursor behind the first designator. False: reported as wrong. */
  #designated(cursor: Cursor, item: Work['items'][number], work: Work): boolean {
    const [first, ...rest] = item.designators as [Designator, ...Designator[]];
    const slots = this.#designate(cursor.slot, first);
    if (!slots) return false;
    for (const start of slots.slots) {
      let slot: Slot | undefined = start;
      for (const designator of rest) slot = slot && this.#designate(slot, designator)?.slots[0];
      if (!slot) return false;
      const inner: Work = { stores: work.stores, length: 0, items: [{ designators: [], value: item.value }], at: 0 };
      this.#item(slot, inner);
    }
    cursor.index = slots.next;
    return true;
  }

  #designate(
    slot: Slot,
    designator: Designator,
  ): { readonly slots: readonly Slot[]; readonly next: number } | undefined {
    const t = slot.type.canonical;
    if (designator.kind === 'member') return this.#designateMember(slot, designator);
    if (t.kind !== 'array') {
      this.diagnostics.error(
        'designator',
        `array designator cannot initialize non-array type ${quoteType(slot.type)}`,
        designator.span,
      );
      return undefined;
    }
    const first = this.integerConstant(designator.index, 'array designator');
    const last = designator.last ? this.integerConstant(designator.last, 'array designator') : first;
    if (first === undefined || last === undefined) return undefined;
    const limit = t.length === undefined ? RANGE_LIMIT : t.length;
    if (first < 0n || last < first || last >= limit || last - first >= RANGE_LIMIT) {
      this.diagnostics.error(
        'designator',
        `array designator index (${first}) exceeds array bounds (${t.length ?? limit})`,
        designator.span,
      );
      return undefined;
    }
    const size = sizeOf(t.of) ?? 0;
    const slots: Slot[] = [];
    for (let i = Number(first); i <= Number(last); i++)
      slots.push({ type: t.of, offset: slot.offset + i * size, bits: undefined });
    return { slots, next: Number(last) + 1 };
  }

  #designateMember(
    slot: Slot,
    designator: Designator & { readonly kind: 'member' },
  ): { readonly slots: readonly Slot[]; readonly next: number } | undefined {
    const record = slot.type.canonical;
    const path = record.kind === 'record' ? findMember(record, designator.name) : undefined;
    if (!path) {
      const names = record.kind === 'record' ? memberNames(record) : [];
      const near = suggest(designator.name, names);
      const hint = near === undefined ? undefined : `did you mean '${near}'?`;
      const message = `field designator '${designator.name}' does not refer to any field in type ${quoteType(slot.type)}`;
      this.diagnostics.error('designator', message, designator.span, { hint });
      return undefined;
    }
    let inner = slot;
    for (const member of path) inner = memberSlot(inner, member);
    const outer = record.kind === 'record' ? (record.layout?.members.indexOf(path[0] as Member) ?? 0) : 0;
    return { slots: [inner], next: outer + 1 };
  }

  override compoundLiteral(node: Expression & { readonly kind: 'compound-literal' }): Place {
    const type = this.resolveType(node.type);
    const checked = this.initializer(type, node.initializer);
    const span = node.span;
    if (this.isFileScope) {
      const variable = this.staticVariable('.compoundliteral', checked.type, span);
      variable.initial = this.staticData(checked.type, checked, span);
      return { kind: 'compound-literal', variable, initial: undefined, type: checked.type, span };
    }
    const variable = temporary(checked.type, span);
    const initial: LocalInitial = { zero: checked.zero, stores: checked.stores };
    return { kind: 'compound-literal', variable, initial, type: checked.type, span };
  }

  override castToUnion(value: Typed, type: CType, union: RecordType, span: Span): Place | Typed {
    const member = union.layout?.members.find((candidate) =>
      compatible(unqualified(candidate.type), unqualified(value.type)),
    );
    if (!member) {
      this.diagnostics.error(
        'cast',
        `cast to union type from type ${quoteType(value.type)} not present in union`,
        span,
      );
      return errorNode(span);
    }
    const variable = temporary(type, span);
    const store = { offset: member.offset, bits: member.bits, type: member.type, value };
    return { kind: 'compound-literal', variable, initial: { zero: true, stores: [store] }, type, span };
  }
}

function memberSlot(slot: Slot, member: Member): Slot {
  const bits = member.bits && movedBits(member.bits, slot.offset);
  return { type: member.type, offset: slot.offset + member.offset, bits };
}

/** A list overrides all that was said of its object before. */
function dropStores(stores: LocalStore[], { offset, type }: Slot): void {
  const end = offset + (sizeOf(type) ?? 0);
  for (let i = stores.length - 1; i >= 0; i--) {
    const at = stores[i]?.offset ?? -1;
    if (at >= offset && at < end) stores.splice(i, 1);
  }
}

/** A store of a string into a char array: the literal cut or padded to the array. */
function stringStore(literal: Place & { readonly kind: 'string' }, type: CType, offset: number): LocalStore {
  const bytes = new Uint8Array(sizeOf(type) ?? literal.bytes.length);
  bytes.set(literal.bytes.subarray(0, bytes.length));
  const place: Place = { ...literal, bytes, type };
  return { offset, bits: undefined, type, value: { kind: 'load', place, type, span: literal.span } };
}

function completed(type: CType, length: number): CType {
  const t = type.canonical;
  return t.kind === 'array' && t.length === undefined ? arrayOf(t.of, length) : type;
}

/** The type an initialiser completes: the written one unless that lacks a length. */
export function completedLike(type: CType, whole: CType): CType {
  return isComplete(type) ? type : whole;
}
