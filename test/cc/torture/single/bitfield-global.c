static struct { unsigned x : 10, y : 10, z : 12; } g = {1000, 500, 4000};
int test(void) { g.y++; g.z = g.x + g.y; return g.x + g.y + g.z; }
// expect: 3002
