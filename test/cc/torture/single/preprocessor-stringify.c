#define S(x) #x
#define X(x) S(x)
#define V 42
int test(void) { return sizeof(S(a b  c)) * 1000 + X(V)[0] + sizeof(X(V)) + S("q\n")[1] + sizeof(S("q\n")); }
// expect: 6174
