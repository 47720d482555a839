import { describe, expect, test } from 'vitest';
import { findRegion, parseProcessMaps, processMaps } from './process-maps.ts';

const text = `55d0c0a00000-55d0c0a28000 r--p 00000000 fe:01 1835026                    /usr/bin/with space
55d0c0a28000-55d0c0b00000 r-xp 00028000 fe:01 1835026                    /usr/bin/with space
7f3c9c000000-7f3c9c021000 rw-p 00000000 00:00 0 
7ffd1e5f0000-7ffd1e612000 rw-p 00000000 00:00 0                          [stack]
7ffd1e7d4000-7ffd1e7d6000 r-xp 00000000 00:00 0                          [vdso]
7ffd1e7d8000-7ffd1e7da000 r-xp 00001000 fe:01 77                         /tmp/gone (deleted)
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;

describe('parseProcessMaps', () => {
  const regions = parseProcessMaps(text);

  test('reads every field', () => {
    expect(regions).toHaveLength(7);
    expect(regions[1]).toEqual({
      start: 0x55d0c0a28000n,
      end: 0x55d0c0b00000n,
      executable: true,
      offset: 0x28000,
      device: 'fe:01',
      inode: 1835026,
      path: '/usr/bin/with space',
      deleted: false,
    });
    expect(regions[2]?.path).toBe('');
    expect(regions[5]).toMatchObject({ path: '/tmp/gone', deleted: true });
    expect(regions[6]?.end).toBe(0xffffffffff601000n);
  });

  test('finds the region of an address', () => {
    expect(findRegion(regions, 0x55d0c0a28000n)).toBe(regions[1]);
    expect(findRegion(regions, 0x55d0c0a27fffn)).toBe(regions[0]);
    expect(findRegion(regions, 0x55d0c0b00000n)).toBeUndefined();
    expect(findRegion(regions, 0n)).toBeUndefined();
    expect(findRegion([], 1n)).toBeUndefined();
  });

  test('reads our own', () => {
    const own = processMaps(process.pid);
    expect(own.some(({ path, executable }) => executable && path === process.execPath)).toBe(true);
    expect(processMaps(4194305)).toEqual([]);
  });
});
