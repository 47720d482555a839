static struct { short next; int v; } pool[5]; static int head = -1;
static void push(int i, int v) { pool[i].v = v; pool[i].next = head; head = i; }
int test(void) { for (int i = 0; i < 5; i++) push(i, i * i); int s = 0; for (int i = head; i >= 0; i = pool[i].next) s = s * 20 + pool[i].v; return s; }
// expect: 2633620
