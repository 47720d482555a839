// BCC's USDT contexts: probes of a program or process, and the functions to run at them.

import { UsageError } from '../../base/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import { findBinary, openExecutable, processMaps, seenFrom, type UsdtProbe, usdtProbes } from '../../symbols/index.ts';

/** Which file, or which process, the probes are of. */
export interface UsdtPlace {
  /** A program or library, by path or name. */
  readonly path?: string;
  /** A process: probes of every file that it has mapped, and hit by it only. */
  readonly pid?: number;
}

/** One probe that {@link Usdt.enumerateProbes} finds. */
export interface UsdtProbeRow {
  readonly path: string;
  readonly provider: string;
  readonly name: string;
  /** Places in the code. */
  readonly numLocations: number;
  readonly numArguments: number;
}

/** Probes to be enabled by {@link bpf}, as `USDT` in BCC. */
export class Usdt {
  readonly #place: UsdtPlace;
  readonly #enabled: { readonly fn: string; readonly target: AttachTarget }[] = [];

  /** @throws UsageError without a path or process */
  constructor(place: UsdtPlace) {
    if (place.path === undefined && place.pid === undefined) {
      throw new UsageError('USDT probes of what? Give a path or a pid');
    }
    this.#place = place;
  }

  /** Runs `fn` at a probe, given as `name` or `provider:name`. @throws UsageError when there is none of that name */
  enableProbe({ probe, fn }: { readonly probe: string; readonly fn: string }): void {
    const [name = '', provider] = probe.split(':').reverse();
    const { pid } = this.#place;
    const found = this.#files().find((path) =>
      probesOf(path).some((one) => one.name === name && (provider === undefined || one.provider === provider)),
    );
    if (found === undefined) {
      const names = this.enumerateProbes().map((row) => `${row.provider}:${row.name}`);
      throw new UsageError(`there is no USDT probe ${probe}`, {
        hint: names.length > 0 ? `there are ${names.slice(0, 20).join(', ')}` : 'there are none at all',
      });
    }
    const target = {
      kind: 'usdt',
      path: found,
      provider: provider ?? '',
      name,
      ...(pid === undefined ? {} : { pid }),
    } as const;
    this.#enabled.push({ fn, target });
  }

  /** Every probe there is. */
  enumerateProbes(): UsdtProbeRow[] {
    const rows = new Map<string, UsdtProbeRow>();
    for (const path of this.#files()) {
      for (const { provider, name, argumentText } of probesOf(path)) {
        const key = `${path}:${provider}:${name}`;
        const numLocations = (rows.get(key)?.numLocations ?? 0) + 1;
        const numArguments = argumentText.split('@').length - 1;
        rows.set(key, { path, provider, name, numLocations, numArguments });
      }
    }
    return [...rows.values()];
  }

  /** What was enabled. @internal */
  get enabled(): readonly { readonly fn: string; readonly target: AttachTarget }[] {
    return this.#enabled;
  }

  #files(): string[] {
    const { path, pid } = this.#place;
    if (path !== undefined) return [findBinary(path, pid)];
    const mapped = processMaps(pid ?? 0).filter((region) => region.executable && region.path.startsWith('/'));
    return [...new Set(mapped.map((region) => seenFrom(region.path, pid)))];
  }
}

/** Files that went away, or are no programs, have none. */
function probesOf(path: string): UsdtProbe[] {
  try {
    return usdtProbes(openExecutable(path));
  } catch {
    return [];
  }
}
