#if !__has_include(<no/such/file.xyz>) && __has_attribute(always_inline)
#define OK 1
#else
#define OK 0
#endif
#line 500 "other.c"
int test(void) { return OK * 1000 + __LINE__; }
// expect: 1500
