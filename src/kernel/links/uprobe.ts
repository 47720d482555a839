// uprobes and uretprobes at functions of programs and libraries.

import { UsageError, ValueError } from '../../base/index.ts';
import { findBinary, openExecutable } from '../../symbols/index.ts';
import { type Attach, attachLabel } from './link.ts';
import { attachToPerfEvent } from './perf-event-link.ts';
import { openProbe } from './probe-event.ts';

/** Since Linux 4.3; with cookie 5.15. */
export const attachUprobe: Attach<'uprobe'> = (program, target) => {
  const { symbol, offset = 0, return: atReturn = false, refCounterOffset = 0, pid, cookie } = target;
  const where = findBinary(target.path, checkedPid(pid));
  const fileOffset = probeOffset(where, symbol, target.offset);
  const what = symbol ? `${symbol}${offset === 0 ? '' : `+${offset}`}` : `0x${fileOffset.toString(16)}`;
  const label = attachLabel(program, `${atReturn ? 'uretprobe' : 'uprobe'} ${target.path}:${what}`);
  const place = { where, offset: fileOffset, atReturn, refCounterOffset, pid: checkedPid(pid) ?? -1, label };
  const { event, others } = openProbe({ kind: 'uprobe', ...place });
  return attachToPerfEvent(program, event, { target, cookie, label, others });
};

/** The process to watch; undefined: any. @throws ValueError for numbers that no process has. */
export function checkedPid(pid: number | undefined): number | undefined {
  if (pid === undefined || pid === -1) return undefined;
  if (Number.isInteger(pid) && pid > 0) return pid;
  throw new ValueError('pid', `${pid} is not the number of a process`);
}

function probeOffset(path: string, symbol: string | undefined, offset: number | undefined): number {
  if (offset !== undefined && (!Number.isSafeInteger(offset) || offset < 0)) {
    throw new ValueError('offset', `${offset} is not an offset in a file`);
  }
  if (symbol !== undefined) return openExecutable(path).findFunction(symbol).offset + (offset ?? 0);
  if (offset !== undefined) return offset;
  throw new UsageError(`uprobe in ${path}: give a symbol or an offset`);
}
