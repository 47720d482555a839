import { vm } from '../../src/vm/index.ts';
import { describeMapBehaviour } from '../hosts/map-behaviour.ts';

describeMapBehaviour('the embedded machine', async () => {
  const host = vm({ cpuCount: 3 });
  return { cpuCount: host.cpuCount, create: (spec) => host.createMap(spec) };
});
