int test(void) { int s = 0; for (int i = 0; i < 5; i++) { s += ({ if (i == 2) continue; if (i == 4) break; i; }); } return s + ({ goto out; 1; }); out: return s + 100; }
// expect: 104
