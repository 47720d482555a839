_Static_assert(sizeof(int) == 4, "int"); 
struct s { int a; _Static_assert(1, "in struct"); };
int test(void) { _Static_assert(sizeof(struct s) == 4); return 1; }
// expect: 1
