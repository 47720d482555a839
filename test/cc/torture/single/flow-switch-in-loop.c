int test(void) { int s = 0; for (int i = 0; i < 10; i++) { switch (i % 4) { case 0: continue; case 1: s += 1; break; case 2: s += 10; break; case 3: if (i > 5) goto out; s += 100; } s += 1000; } out: return s; }
// expect: 5122
