volatile int k = 3;
int test(void) { int a = k, b = a * 3, c = b ^ a, d = c + b, e = d * a, f = e - c, g = f | b, h = g + d, i = h ^ e, j = i * 7, l = j - f, m = l + g, n = m ^ h, o = n + i; k = 5; return a + b * 2 + c * 3 + d * 5 + e * 7 + f * 11 + g * 13 + h * 17 + i * 19 + j * 23 + l * 29 + m * 31 + n * 37 + o * 41 + k; }
// expect: 142602
