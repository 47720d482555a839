enum __attribute__((packed)) e8 { A8 = 200 }; enum __attribute__((packed)) e16 { A16 = -300 }; enum e32 { A32 };
int test(void) { return sizeof(enum e8) + sizeof(enum e16) * 10 + sizeof(enum e32) * 100; }
// expect: 421
