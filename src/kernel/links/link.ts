// An attachment: owns every descriptor it consists of; disposing it detaches.

import { UnsupportedError, UsageError } from '../../base/index.ts';
import type { HostLink } from '../../host/index.ts';
import type { AttachTarget } from '../../object/index.ts';
import {
  bpf,
  errno,
  Fd,
  kernelAtLeast,
  type LinkCreateAttribute,
  type LinkCreateKind,
  systemCallFailure,
  tryLinkCreate,
} from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';

/** Attaches a program to one kind of target. Implementations: one file per kind in this folder. */
export type Attach<K extends AttachTarget['kind']> = (program: LoadedProgram, target: TargetOf<K>) => HostLink;

/** The target of one kind. */
export type TargetOf<K extends AttachTarget['kind']> = Extract<AttachTarget, { readonly kind: K }>;

/** What a link is made of. */
export interface LinkParts {
  /** The kernel's link object; undefined where this kernel has none for that kind of attachment. */
  readonly bpfLink?: Fd | undefined;
  /** Released in this order, after the link object. */
  readonly others?: readonly Disposable[];
}

/** An attachment of one program to one target. */
export class KernelLink implements HostLink {
  readonly target: AttachTarget;
  readonly #bpfLink: Fd | undefined;
  readonly #others: readonly Disposable[];
  #closed = false;

  constructor(target: AttachTarget, { bpfLink, others = [] }: LinkParts) {
    this.target = target;
    this.#bpfLink = bpfLink;
    this.#others = others;
  }

  /** The kernel's link object. @throws UsageError once detached; UnsupportedError where there is none. */
  get fd(): Fd {
    if (this.#closed) throw new UsageError(`the ${this.target.kind} link is detached`);
    if (this.#bpfLink) return this.#bpfLink;
    throw new UnsupportedError(`a link object for this ${this.target.kind} attachment`, {
      hint: 'it ends with the process that made it',
    });
  }

  /** Keeps the attachment alive beyond this process, under a path on a bpf file system. @throws SyscallError */
  pin(path: string): void {
    pinLink(this.fd, path);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    disposeAll([...(this.#bpfLink ? [this.#bpfLink] : []), ...this.#others]);
  }
}

/** A kind of link and the release that has it. */
export interface LinkFeature {
  readonly name: string;
  readonly since: string;
}

/** `BPF_LINK_CREATE`. @throws UnsupportedError when the kernel is older than the feature; SyscallError */
export function createLink<K extends LinkCreateKind>(
  kind: K,
  attribute: LinkCreateAttribute<K>,
  label: string,
  { name, since }: LinkFeature,
): Fd {
  const result = tryLinkCreate(kind, attribute);
  if (result >= 0) return new Fd(result, label);
  const cause = systemCallFailure('bpf(BPF_LINK_CREATE)', result, label);
  // Older kernels do not know the attach type, or (before 5.7) the command.
  if (result === -errno.EINVAL && !kernelAtLeast(since)) throw new UnsupportedError(name, { since, cause });
  throw cause;
}

/** Pins a link object. */
export function pinLink(fd: Fd, path: string): void {
  bpf('BPF_OBJ_PIN', { pathname: cString(path), bpf_fd: fd.number }, `pin ${fd.label} at ${path}`);
}

/** Many attachments as one: all or none. */
export class CompositeLink implements HostLink {
  readonly target: AttachTarget;
  readonly #links: readonly HostLink[];

  constructor(target: AttachTarget, links: readonly HostLink[]) {
    this.target = target;
    this.#links = links;
  }

  /** How many attachments there are. */
  get size(): number {
    return this.#links.length;
  }

  pin(): void {
    throw new UnsupportedError(`pinning ${this.size} ${this.target.kind} attachments made one by one`);
  }

  [Symbol.dispose](): void {
    disposeAll(this.#links);
  }
}

/** Attaches to each of `places`; when one fails, undoes those before it. */
export function attachToEach<T>(
  target: AttachTarget,
  places: Iterable<T>,
  attach: (place: T) => HostLink,
): CompositeLink {
  const links: HostLink[] = [];
  try {
    for (const place of places) links.push(attach(place));
  } catch (error) {
    disposeAll(links);
    throw error;
  }
  return new CompositeLink(target, links);
}

/** Disposes every one, even when an earlier one fails. */
export function disposeAll(all: Iterable<Disposable>): void {
  const failures: unknown[] = [];
  for (const one of all) {
    try {
      one[Symbol.dispose]();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

const encoder = new TextEncoder();

/** A string as the kernel takes it. */
export function cString(text: string): Uint8Array {
  return encoder.encode(`${text}\0`);
}

/** How messages name what is attached where: `attach program "x" to ...`. */
export function attachLabel(program: LoadedProgram, place: string): string {
  return `attach program "${program.spec.name}" to ${place}`;
}
