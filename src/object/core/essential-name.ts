// Flavours: `task_struct___old` is another shape of `task_struct`.

/**
 * The name without its flavour: what stands before the last `___` that has something other than an underscore on either side.
 * Source: libbpf, "relo_core" rules, as documented in Documentation/bpf/libbpf (v6.18).
 */
export function essentialName(name: string): string {
  for (let at = name.lastIndexOf('___'); at > 0; at = name.lastIndexOf('___', at - 1)) {
    const after = name[at + 3];
    if (name[at - 1] !== '_' && after !== undefined && after !== '_') return name.slice(0, at);
  }
  return name;
}
