int test(void) { unsigned a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, l = 11, m = 12; for (int n = 0; n < 10; n++) { unsigned t = a; a = b + c; b = c ^ d; c = d + e; d = e ^ f; e = f + g; f = g ^ h; g = h + i; h = i ^ j; i = j + l; j = l ^ m; l = m + t; m = t ^ a; } return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ l ^ m; }
// expect: 47
