// Socket filters, which see what the socket is about to receive, and programs that choose among sockets of one port.

import { fstatSync } from 'node:fs';
import { setSocketOption, socketOptions } from '../../sys/index.ts';
import { type Attach, KernelLink } from './link.ts';

const detachReuseportBpf = 68; // SO_DETACH_REUSEPORT_BPF, since Linux 5.3

/** Since Linux 3.19 (sk_reuseport 4.19). The socket stays the caller's: closing it ends the attachment as well. */
export const attachSocketFilter: Attach<'socket-filter'> = (program, target) => {
  const { socket: level, attachBpf, attachReuseportBpf, detachBpf } = socketOptions;
  const isReuseport = program.spec.type === 'sk_reuseport';
  const value = (number: number): Uint8Array => new Uint8Array(Int32Array.of(number).buffer);
  setSocketOption(
    target.socketFd,
    { level, name: isReuseport ? attachReuseportBpf : attachBpf },
    value(program.fd.number),
  );
  const { ino } = fstatSync(target.socketFd);
  const detach: Disposable = {
    [Symbol.dispose]: (): void => {
      try {
        // The number may stand for another file by now.
        if (fstatSync(target.socketFd).ino !== ino) return;
        setSocketOption(target.socketFd, { level, name: isReuseport ? detachReuseportBpf : detachBpf }, value(0));
      } catch {
        // The caller has closed the socket, and the filter went with it.
      }
    },
  };
  return new KernelLink(target, { others: [detach] });
};
