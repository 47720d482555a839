// Says hello for every program that is started: the smallest complete use of tsbpf.

import { load, openObject } from 'tsbpf';
import { runExample } from './options.ts';

await runExample(async ({ object: path, signal }) => {
  const object = await openObject(path ?? new URL('./hello.bpf.c', import.meta.url));
  await using session = await load(object);
  const events = session.events('events', { signal });
  session.attach();
  console.error('start a program somewhere; Ctrl-C ends');
  for await (const event of events) console.log(`hello ${event.comm}, process ${event.pid}`);
});
