int test(void) { unsigned long h = 0xcbf29ce484222325UL; const char s[] = "tsbpf"; for (int i = 0; i < 5; i++) { h ^= s[i]; h *= 0x100000001b3UL; } return (int)(h ^ h >> 32); }
// expect: 223063616
