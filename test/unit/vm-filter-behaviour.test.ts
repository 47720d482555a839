import { vm } from '../../src/vm/index.ts';
import { describeFilterBehaviour } from '../hosts/filter-behaviour.ts';

describeFilterBehaviour('the embedded machine', vm());
