int test(void) { unsigned char c = 10; c *= 1 ? 30 : 1; short s = 1000; s *= 1000; int i = 5; i += 10000000000L; unsigned u = 3; u -= 5L; long l = 1; l <<= 40u; return c + s + i + (int)u + (int)(l >> 36); }
// expect: 1410082431
