int test(void) { return 0x1F + 017 + 0b101 + 'a' + '\n' + '\x41' + '\101' + (sizeof(1L) == 8) + (sizeof(1) == 4) + (sizeof(0xffffffff) == 4) + (sizeof(4294967296) == 8) + (0xffffffff > 0) + (-1 < 0u); }
// expect: 293
