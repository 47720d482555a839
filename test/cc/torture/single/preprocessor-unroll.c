int test(void) { int a[8], s = 0;
#pragma unroll
for (int i = 0; i < 8; i++) a[i] = i * i;
#pragma clang loop unroll(full)
for (int i = 0; i < 8; i++) s += a[i];
_Pragma("nounroll") for (int i = 0; i < 3; i++) s++;
return s; }
// expect: 143
