// All helpers by number: the rows of spec/helpers.ts with what the machine implements of them.

import { helpers } from '../../spec/index.ts';
import { controlHelpers } from './control-helpers.ts';
import { dynptrHelpers } from './dynptr.ts';
import { environmentHelpers } from './environment-helpers.ts';
import { eventHelpers } from './event-helpers.ts';
import type { Helper } from './helper-call.ts';
import { mapHelpers } from './map-helpers.ts';
import { networkHelpers } from './network-helpers.ts';
import { packetHelpers } from './packet-helpers.ts';
import { probeHelpers } from './probe-helpers.ts';
import { redirectHelpers } from './redirect-helpers.ts';
import { sysctlHelpers } from './sysctl-helpers.ts';
import { textHelpers } from './text-helpers.ts';

const implementations: Readonly<Record<string, Helper>> = {
  ...mapHelpers,
  ...environmentHelpers,
  ...probeHelpers,
  ...textHelpers,
  ...eventHelpers,
  ...dynptrHelpers,
  ...controlHelpers,
  ...packetHelpers,
  ...redirectHelpers,
  ...networkHelpers,
  ...sysctlHelpers,
};

/** A helper as the machine knows it. */
export interface KnownHelper {
  /** Without `bpf_`. */
  readonly name: string;
  /** Undefined where the machine does not have it. */
  readonly run: Helper | undefined;
}

const byId: ReadonlyMap<number, KnownHelper> = new Map(
  helpers.map(({ id, name }) => [id, { name, run: implementations[name] }]),
);

/** The helper of a number; undefined where the kernel has none. */
export function helperById(id: number): KnownHelper | undefined {
  return byId.get(id);
}

/** Names of the helpers the machine implements, for documentation and tests; bpf_tail_call is built in. */
export function implementedHelpers(): readonly string[] {
  return ['tail_call', ...Object.keys(implementations)].sort();
}
