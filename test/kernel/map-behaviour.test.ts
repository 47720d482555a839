import { createMap, KernelMap, kernelHost } from '../../src/kernel/index.ts';
import { describeMapBehaviour } from '../hosts/map-behaviour.ts';

describeMapBehaviour('the kernel', async () => {
  const { cpuCount } = kernelHost();
  return {
    cpuCount,
    create: (spec): KernelMap => {
      const made = createMap(spec);
      return new KernelMap(made.fd, made.spec);
    },
  };
});
