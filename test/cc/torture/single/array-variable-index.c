volatile int k = 3;
int test(void) { unsigned char a[8] = {1, 2, 3, 4, 5, 6, 7, 8}; a[k] = 50; a[k + 1] += 10; int i = k & 7; return a[i] + a[i + 1] * 10 + a[7 - i]; }
// expect: 215
