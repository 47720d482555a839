// Names of maps of global variables, and what kernels take as names: exactly as libbpf, so that other tools find them.

/** Longest name a kernel keeps (`BPF_OBJ_NAME_LEN` less the NUL). */
export const maxKernelName = 15;

/** `name` as a kernel takes it: at most 15 characters, others than letters, digits, `_` and `.` replaced by `_`. */
export function kernelName(name: string): string {
  return name.slice(0, maxKernelName).replace(/[^\w.]/g, '_');
}

/** The prefix of an object's maps: its file's name up to the first dot, at most 15 characters. */
export function objectPrefix(objectName: string): string {
  const file = objectName.slice(objectName.lastIndexOf('/') + 1);
  return (file.split('.')[0] ?? '').slice(0, maxKernelName);
}

// Room is kept for `.rodata` and `.kconfig` alike, so that the maps of one object share their prefix.
const shortestSuffix = 7;

/** Name of the map of a data section: `minimal.bss`; sections of more than one dot keep their name: `.data.shared`. */
export function dataMapName(objectName: string, section: string): string {
  if (section.indexOf('.', 1) >= 0) return section;
  const suffixLength = Math.min(maxKernelName, Math.max(shortestSuffix, section.length));
  const prefix = objectPrefix(objectName).slice(0, maxKernelName - suffixLength);
  return kernelName(prefix + section);
}
