struct ip { unsigned __int128 addr; int port; };
static struct ip g;
int test(void) { struct ip a = {0}; a.addr = ((unsigned __int128)0x1122334455667788UL << 64) | 0x99; struct ip b = a; g = b; g.addr++; return (int)(g.addr >> 96) + (int)g.addr + (b.addr == a.addr) * 1000 + (g.addr != a.addr) * 2000 + (a.addr ? 5 : 6) + sizeof(a); }
// expect: 287457211
