struct e { char n[4]; int v; }; static const struct e t[] = {{"ab", 1}, {"xyz", 2}, {{'q'}, 3}}; char m[2][5] = {"one", {"two"}};
int test(void) { int s = 0; for (int i = 0; i < 3; i++) s = s * 5 + t[i].n[0] + t[i].n[2] + t[i].v; return s + m[1][2] + m[0][4]; }
// expect: 3897
