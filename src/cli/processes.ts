// Other users and other programs, as a capture that runs for long wants them.

import { UsageError } from '../base/index.ts';

/** Runs a program with one argument, and does not wait for it: Ctrl-C here does not end it. Failure is told on standard error. */
export function runDetached(command: string, argument: string): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(command, [argument], { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  child.on('error', (error) => console.error(`cannot run ${command} ${argument}: ${error.message}`));
  child.unref();
}

/** Gives up root's rights for those of a user; does nothing where there are none to give up. @throws UsageError */
export function becomeUser(user: string): void {
  if (process.getuid?.() !== 0) return;
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const ids = (flag: string): number[] =>
    spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim().split(' ').filter(Boolean).map(Number);
  const [userId, group] = [...ids('-u'), ...ids('-g')];
  if (userId === undefined || group === undefined) throw new UsageError(`there is no user ${user}`);
  process.setgroups?.(ids('-G'));
  process.setgid?.(group);
  process.setuid?.(userId);
}
