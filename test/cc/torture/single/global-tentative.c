int t; int t; extern int t; int t = 4; static int u[3]; 
int test(void) { u[1] = t; return u[1] + u[2]; }
// expect: 4
