int test(void) { int a = 1, b = 2, c = 3; int *v[3] = {&a, &b, &c}, **p = v + 1; **p = 20; p++; **p += 5; return a + b + c + *v[1]; }
// expect: 49
