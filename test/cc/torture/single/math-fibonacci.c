int test(void) { unsigned long a = 0, b = 1; for (int i = 0; i < 80; i++) { unsigned long t = a + b; a = b; b = t; } return (int)(a % 1000000007); }
// expect: 184550589
