// Tracepoints: a perf event by the id that tracefs gives.

import { perfTypes } from '../../sys/index.ts';
import { type Attach, attachLabel } from './link.ts';
import { attachToPerfEvent, openTraceEvent } from './perf-event-link.ts';
import { eventId } from './tracefs.ts';

/** Since Linux 4.7. */
export const attachTracepoint: Attach<'tracepoint'> = (program, target) => {
  const label = attachLabel(program, `tracepoint ${target.category}:${target.name}`);
  const attribute = {
    type: perfTypes.tracepoint,
    config: BigInt(eventId(target)),
    sample_period: 1n,
    wakeup_events: 1,
  };
  return attachToPerfEvent(program, openTraceEvent(attribute, label), { target, cookie: target.cookie, label });
};
