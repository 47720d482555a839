int test(void) {
  volatile unsigned int v = 0x12345678;
  volatile unsigned long w = 0x0123456789abcdefUL;
  volatile int negative = -5;
  unsigned int r = __builtin_rotateleft32(v, 8) ^ __builtin_rotateright32(v, 33) ^ __builtin_rotateleft16(v, 4) ^ __builtin_rotateright8(v, 3);
  r ^= __builtin_rotateleft64(w, 0) ^ __builtin_rotateright64(w, 20);
  r += __builtin_bitreverse32(v) + __builtin_bitreverse8(v) + __builtin_bitreverse16(v) + (unsigned int)__builtin_bitreverse64(w);
  r += __builtin_clrsb(negative) * 3 + __builtin_clrsbl(negative) + __builtin_clrsbll(0);
  return r & 0x7fffffff;
}
// expect: 96375280
