// Which class a tracepoint belongs to: DEFINE_EVENT leaves no struct of its own in BTF (include/trace/trace_events.h).

import type { Btf, BtfTypeOf } from '../../btf/index.ts';

/** Events, or all of a category, whose names say nothing of their class. */
const named: readonly (readonly [event: RegExp, className: string])[] = [
  [/^irq_vectors:/, 'x86_irq_vector'],
  [/^msr:/, 'msr_trace_class'],
  [/^sched:sched_wait_task$/, 'sched_process_template'],
  [/^net:(?:netif|napi)_\w+_entry$/, 'net_dev_rx_verbose_template'],
  [/^block:blk_zone_append_update_request_bio$/, 'block_rq'],
  [/^filelock:generic_delete_lease$/, 'filelock_lease'],
  [/^ext4:ext4_es_shrink_(?:count|scan_enter)$/, 'ext4__es_shrink_enter'],
  [/^ext4:ext4_load_inode_bitmap$/, 'ext4__bitmap_load'],
];

/** What the functions of a class are called for; the class's name follows. */
const classFunction = '__bpf_trace_';

/** Types of a function's parameters without the first, which is the tracepoint's own data. */
function signature(btf: Btf, prototype: number): string {
  const { parameters } = btf.type(prototype) as BtfTypeOf<'funcProto'>;
  return parameters
    .slice(1)
    .map(({ type }) => type)
    .join();
}

/** `typedef void (*btf_trace_EVENT)(void *, ...)` */
function signatureOfEvent(btf: Btf, event: string): string | undefined {
  const id = btf.find(`btf_trace_${event}`, 'typedef');
  if (id === undefined) return undefined;
  const pointer = btf.type((btf.type(id) as BtfTypeOf<'typedef'>).type);
  return pointer.kind === 'ptr' ? signature(btf, pointer.type) : undefined;
}

/** How much of the class's name the event's name holds: its words first, then letters from the start. */
function likeness(event: string, className: string): number {
  const words = className.split('_').filter((word) => !/^(?:class|template|mm|event)$/.test(word));
  const common = words.filter((word) => event.split('_').includes(word)).length;
  let start = 0;
  while (start < event.length && event[start] === className[start]) start++;
  return (100 * common) / Math.max(1, words.length) + start;
}

/** The class of an event: of those that take the same arguments the one of the most similar name. */
export function classOfEvent(btf: Btf, category: string, event: string): string | undefined {
  const known = named.find(([pattern]) => pattern.test(`${category}:${event}`))?.[1];
  if (known !== undefined) return known;
  const wanted = signatureOfEvent(btf, event);
  if (wanted === undefined) return undefined;
  let best: { readonly name: string; readonly likeness: number } | undefined;
  for (const name of btf.namesStartingWith?.(classFunction) ?? []) {
    const id = btf.find(name, 'func');
    if (id === undefined || signature(btf, (btf.type(id) as BtfTypeOf<'func'>).type) !== wanted) continue;
    const className = name.slice(classFunction.length);
    const like = likeness(event, className);
    if (!best || like > best.likeness) best = { name: className, likeness: like };
  }
  return best?.name;
}
