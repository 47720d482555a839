volatile long k = 0x123456789L;
int test(void) { long a = k, b = a * 3, c = b ^ (a << 7), d = c + b * 5, e = d - (a >> 3), f = e * c, g = f ^ d, h = g + e, i = h * 7 - f, j = i ^ g, l = j + h * 3; k = l; long s = a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + i * 9 + j * 10 + l * 11 + k; return (int)(s ^ s >> 32); }
// expect: 738606514
