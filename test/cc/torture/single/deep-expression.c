volatile int a = 1, b = 2, c = 3, d = 4;
int test(void) { return ((((a + b) * (c + d)) - ((a - b) * (c - d))) * (((a ^ b) | (c & d)) + ((a << b) - (c >> a)))) + ((((a * b) + (c * d)) * ((a + d) * (b + c))) ^ (((a | b) & (c | d)) * ((a + a) * (b + b) + (c + c) * (d + d)))); }
// expect: 622
