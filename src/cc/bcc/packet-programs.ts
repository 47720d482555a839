// Which kind of program takes a `struct __sk_buff`: the first that may do what the function does.

import { helperGroups, helpers, type ProgramTypeName, programHelpers } from '../../spec/index.ts';
import { pointee } from '../check/ctypes.ts';
import type { FunctionSymbol } from '../check/types.ts';
import { eachChild, helperOf, type TreeNode } from './typed-tree.ts';

/** Sections of the kinds, the usual ones first; only the first has no access to the packet's bytes by pointers. */
const kinds: readonly { readonly section: string; readonly type: ProgramTypeName; readonly pointers: boolean }[] = [
  { section: 'socket', type: 'socket_filter', pointers: false },
  { section: 'tc', type: 'sched_cls', pointers: true },
  { section: 'cgroup/skb', type: 'cgroup_skb', pointers: true },
  { section: 'sk_skb/stream_verdict', type: 'sk_skb', pointers: true },
];

/** Members of the context that socket filters may not read. */
const pointerMembers: ReadonlySet<string> = new Set([
  'data',
  'data_end',
  'data_meta',
  'tc_classid',
  'wire_len',
  'tstamp',
]);
/** All that they may write. */
const plainMembers: ReadonlySet<string> = new Set(['cb']);

/** Section for a program over a packet. */
export function packetSection(fn: FunctionSymbol): string {
  const used = new Set<string>();
  let pointers = false;
  const seen = new Set<FunctionSymbol>();
  const visit = (node: TreeNode): void => {
    if (node.kind === 'call') {
      const { callee } = node;
      const id = helperOf(callee);
      if (id !== undefined) used.add(helpers[id - 1]?.name ?? '');
      else if (callee.kind === 'symbol') body(callee.function);
    }
    pointers ||= needsPointers(node);
    eachChild(node, visit);
  };
  const body = (callee: FunctionSymbol): void => {
    if (seen.has(callee) || !callee.body) return;
    seen.add(callee);
    visit(callee.body);
  };
  body(fn);
  const kind = kinds.find(({ type, pointers: has }) => (has || !pointers) && mayCall(type, used));
  return kind?.section ?? 'socket';
}

function mayCall(type: ProgramTypeName, used: ReadonlySet<string>): boolean {
  const { groups, helpers: own } = programHelpers[type];
  const all = new Set<string>([...groups.flatMap((group) => helperGroups[group]), ...own]);
  return [...used].every((name) => all.has(name));
}

function needsPointers(node: TreeNode): boolean {
  const written = node.kind === 'assign' || node.kind === 'compound-assign' ? contextMember(node.target) : undefined;
  if (written !== undefined && !plainMembers.has(written)) return true;
  const read = node.kind === 'load' ? contextMember(node.place) : undefined;
  return read !== undefined && pointerMembers.has(read);
}

/** Name of the member of a context that a place is. */
function contextMember(place: TreeNode): string | undefined {
  if (place.kind !== 'member' || place.object.kind !== 'dereference') return undefined;
  const record = pointee(place.object.pointer.type)?.canonical;
  return record?.kind === 'record' && record.tag === '__sk_buff' ? place.member.name : undefined;
}
