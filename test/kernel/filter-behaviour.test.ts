import { kernelHost } from '../../src/kernel/index.ts';
import { describeFilterBehaviour } from '../hosts/filter-behaviour.ts';

describeFilterBehaviour('the kernel', kernelHost());
