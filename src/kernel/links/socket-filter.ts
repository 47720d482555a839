// Socket filters: the program sees what the socket is about to receive.

import { fstatSync } from 'node:fs';
import { setSocketOption, socketOptions } from '../../sys/index.ts';
import { type Attach, KernelLink } from './link.ts';

/** Since Linux 3.19. The socket stays the caller's: closing it ends the attachment as well. */
export const attachSocketFilter: Attach<'socket-filter'> = (program, target) => {
  const { socket: level, attachBpf, detachBpf } = socketOptions;
  const value = (number: number): Uint8Array => new Uint8Array(Int32Array.of(number).buffer);
  setSocketOption(target.socketFd, { level, name: attachBpf }, value(program.fd.number));
  const { ino } = fstatSync(target.socketFd);
  const detach: Disposable = {
    [Symbol.dispose]: (): void => {
      try {
        // The number may stand for another file by now.
        if (fstatSync(target.socketFd).ino !== ino) return;
        setSocketOption(target.socketFd, { level, name: detachBpf }, value(0));
      } catch {
        // The caller has closed the socket, and the filter went with it.
      }
    },
  };
  return new KernelLink(target, { others: [detach] });
};
