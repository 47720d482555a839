static int hist[16]; static const char data[] = "abracadabra";
int test(void) { for (int i = 0; i < 11; i++) hist[data[i] & 15]++; int s = 0; for (int i = 0; i < 16; i++) s = s * 5 + hist[i]; return s; }
// expect: 1333621007
