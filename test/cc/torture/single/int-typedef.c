typedef unsigned char u8; typedef u8 byte; typedef int arr[3]; typedef int (*fn)(int); typedef struct { int a; } box;
int test(void) { byte b = 300 & 0xff; arr a = {1, 2, 3}; box x = {4}; { typedef short byte; byte c = -1; b += c; } return b + a[2] + x.a + sizeof(arr); }
// expect: 62
